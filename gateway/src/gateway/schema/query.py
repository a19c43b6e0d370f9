"""Where reading begins."""

import strawberry

from gateway.occupations import occupation_by_uri, search_occupations
from gateway.schema import links, orders, visibility
from gateway.schema.changes import FEED, Changes
from gateway.schema.connections import Connection, Node
from gateway.schema.fields import by_id, feed, found, listed, many, one
from gateway.schema.filters import (
    COORDINATED,
    COUNTRY,
    DEPARTMENT,
    LANGUAGE,
    OFFERS_MENTORING,
    OPEN,
    PROGRAMME,
    PROGRAMME_STATUS,
    SEARCH,
    SEEKS_MENTORING,
    SITE,
    SKILL,
    SKILL_OFFERED,
    SKILL_SOUGHT,
)
from gateway.schema.occupations import Occupation
from gateway.schema.people import Organisation
from gateway.schema.trail import TrailEvent


@strawberry.type(description="Where reading begins.")
class Query:
    viewer: links.Person | None = one(
        "The person who asks; null while their profile is on its way, or where they have none.",
        "{row}.id = {viewer}.person_id",
    )
    node: Node | None = by_id(
        "Whatever has this global id; null where nothing has that the viewer may see.",
        "id",
        strawberry.ID,
        "A global id.",
    )
    nodes: list[Node | None] = by_id(
        "Whatever has these global ids, in their order, each null as with `node`.",
        "ids",
        list[strawberry.ID],
        "Global ids, 100 at most.",
    )
    changes: Changes = feed(
        "What has changed of all that concerns the viewer: their profile, assessment, career "
        "paths, roadmaps, goals, enrolments, pairings, requests and the people in them, sessions, "
        "feedback, inbox and preferences; and of the organisation, its sites and its programmes. "
        "For apps that keep it, to open at once.",
        FEED,
    )
    organisation: Organisation | None = one(
        "The viewer's organisation.", "{row}.id = {viewer}.organisation_id"
    )
    sites: Connection[links.Site] = many(
        "The sites, by name.", "true", COUNTRY, order=("name",), orders=orders.SITES
    )
    people: Connection[links.Person] = many(
        "Who works for the organisation, by family name.",
        "{row}.standing = 'active'",
        SEARCH,
        SITE,
        SKILL_OFFERED,
        SKILL_SOUGHT,
        SKILL,
        DEPARTMENT,
        LANGUAGE,
        OFFERS_MENTORING,
        SEEKS_MENTORING,
        order=("family_name", "given_name"),
        orders=orders.PEOPLE,
    )
    programmes: Connection[links.Programme] = many(
        "The programmes, the latest start first.",
        "true",
        PROGRAMME_STATUS,
        COORDINATED,
        order=("starts_on",),
        descending=True,
        orders=orders.PROGRAMMES,
    )
    programme: links.Programme | None = one(
        "The programme with this id; null where there is none.", "true", PROGRAMME
    )
    erasures: Connection[links.Erasure] = many(
        "Who was to be forgotten, the latest request first. For administrators.",
        "true",
        OPEN,
        order=("requested_at",),
        descending=True,
        orders=orders.ERASURES,
    )
    occupations: list[Occupation] = found(
        "The occupations that have every word of this in their names, 20 at most, the best first. "
        "The beginning of a word will do, and in words of four letters or more one may be wrong. "
        "In English, as ESCO has them.",
        search_occupations,
        "search",
        "Words of an occupation's name.",
    )
    occupation: Occupation | None = found(
        "The occupation with this URI; null where there is none.",
        occupation_by_uri,
        "uri",
        "Its URI in ESCO.",
    )
    event_trail: list[TrailEvent] | None = listed(
        "What caused an event, the event, and all that it caused; or all that came of a request. "
        "The earliest first, a thousand at most; null where there is none. For administrators and "
        "operators.",
        "(select jsonb_agg(e) from event_trail({value}) e)",
        sees=visibility.OPERATORS,
        argument="id",
        argument_description="The id of an event, or of a request (`x-request-id`), a UUID.",
    )
