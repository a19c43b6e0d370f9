"""Whom mentees may ask and do ask to be their mentor, and who is not to be matched with whom."""

from datetime import datetime

import strawberry

from contracts.matching import RequestStatus
from gateway.planner.model import Column
from gateway.schema import links, visibility
from gateway.schema.connections import Node
from gateway.schema.fields import field, one, read_from
from gateway.schema.matching import Reason


@read_from(
    "requests",
    sees=visibility.REQUESTS,
    description="A mentee's question to a mentor of her own choice: would you? It takes none of "
    "the mentor's places. For the two, the programme's coordinators, and administrators.",
)
class MentorRequest(Node):
    programme: links.Programme | None = one("The programme.", "{row}.id = {parent}.programme_id")
    mentee: links.Person | None = one("Who asks.", "{row}.id = {parent}.mentee_id")
    mentor: links.Person | None = one("Who is asked.", "{row}.id = {parent}.mentor_id")
    message: str = field("What the mentee wrote; empty where she wrote nothing.")
    score: float = field("How well the two fit, 0 to 1.")
    reasons: list[Reason] = field("Why the two fit.")
    status: RequestStatus = field("What became of it.")
    asked_at: datetime = field("When it was made.")
    expires_at: datetime = field("When it expires, if nobody answers.")
    answered_at: datetime | None = field("When it was answered or withdrawn, or expired.")
    answer: str = field("What the mentor wrote; empty where they wrote nothing.")
    pairing: links.Pairing | None = one(
        "The pairing that came of it.", "{row}.id = {parent}.pairing_id"
    )


@read_from(
    "exclusions",
    sees=visibility.EXCLUSIONS,
    description="That two people are not to be matched, neither way round. What a person says is "
    "for them alone, what a coordinator says for coordinators; the other never learns of it.",
)
class Exclusion(Node):
    person: links.Person | None = one("Who is not matched.", "{row}.id = {parent}.person_id")
    other: links.Person | None = one("With whom.", "{row}.id = {parent}.other_id")
    programme: links.Programme | None = one(
        "Where; null: in every programme.", "{row}.id = {parent}.programme_id"
    )
    made_by: links.Person | None = one("Who said so.", "{row}.id = {parent}.made_by")
    made_at: datetime = field("When they did.")


@strawberry.type(description="A mentor whom a mentee may ask, and why.")
class Suggestion:
    mentor: links.Person | None = field("The mentor.", Column("mentor_id"))
    score: float = field("How well the two fit, 0 to 1.")
    reasons: list[Reason] = field("Why the two fit.")


@read_from(
    "suggestions",
    sees=visibility.SUGGESTIONS,
    description="The mentors who suited a mentee best at a moment, to choose from whom to ask. For "
    "the mentee, the programme's coordinators, and administrators.",
)
class Suggestions(Node):
    mentee: links.Person | None = one("The mentee.", "{row}.id = {parent}.mentee_id")
    programme: links.Programme | None = one("The programme.", "{row}.id = {parent}.programme_id")
    mentors: list[Suggestion] = field(
        "The mentors, the best first; without who has become full, takes part no more, or is not "
        "the viewer's to see.",
        Column("mentors", items=visibility.SUGGESTED),
    )
    as_of: datetime = field("When they were found.")
