"""Every topic: what it carries, who publishes it, and who hears it."""

from enum import StrEnum
from typing import Any

import msgspec

from contracts import direction, matching, notifications, profiles, sessions
from contracts.erasure import ErasureDone


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One aggregate type's events, keyed by the aggregate's id."""

    name: str
    body: type[msgspec.Struct]
    changes: type[StrEnum]
    publisher: str
    heard_by: tuple[str, ...] = ("gateway",)
    partitions: int = 12  # for ever: order and compaction are per partition


def _topic(
    name: str,
    body: type[msgspec.Struct],
    changes: type[StrEnum],
    *others: str,
    partitions: int = 12,
) -> Topic:
    publisher = name.partition(".")[0]
    return Topic(
        name=name,
        body=body,
        changes=changes,
        publisher=publisher,
        heard_by=("gateway", *others),
        partitions=partitions,
    )


FEW = 3  # partitions of a topic with a handful of events a day


TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        _topic(profiles.ORGANISATION, profiles.Organisation, profiles.OrganisationChange),
        _topic(profiles.SITE, profiles.Site, profiles.SiteChange, "matching"),
        _topic(
            profiles.PERSON, profiles.Person, profiles.PersonChange, "matching", "notifications"
        ),
        _topic(
            profiles.ERASURE,
            profiles.Erasure,
            profiles.ErasureChange,
            "matching",
            "sessions",
            "notifications",
            partitions=FEW,
        ),
        _topic(direction.ASSESSMENT, direction.Assessment, direction.AssessmentChange),
        _topic(direction.CAREER_PATHS, direction.CareerPaths, direction.CareerPathsChange),
        _topic(direction.ROADMAP, direction.Roadmap, direction.RoadmapChange),
        _topic(matching.PROGRAMME, matching.Programme, matching.ProgrammeChange, "notifications"),
        _topic(matching.ENROLMENT, matching.Enrolment, matching.EnrolmentChange),
        _topic(matching.MATCHING_RUN, matching.MatchingRun, matching.RunChange, "notifications"),
        _topic(matching.DRAFT, matching.Draft, matching.DraftChange),
        _topic(
            matching.PAIRING, matching.Pairing, matching.PairingChange, "sessions", "notifications"
        ),
        _topic(matching.REQUEST, matching.MentorRequest, matching.RequestChange, "notifications"),
        _topic(matching.SUGGESTIONS, matching.Suggestions, matching.SuggestionsChange),
        _topic(matching.EXCLUSION, matching.Exclusion, matching.ExclusionChange, partitions=FEW),
        _topic(sessions.SESSION, sessions.Session, sessions.SessionChange, "notifications"),
        _topic(sessions.GOAL, sessions.Goal, sessions.GoalChange),
        _topic(sessions.FEEDBACK, sessions.Feedback, sessions.FeedbackChange, "notifications"),
        _topic(
            notifications.NOTIFICATION,
            notifications.Notification,
            notifications.NotificationChange,
        ),
        _topic(
            notifications.PREFERENCES,
            notifications.Preferences,
            notifications.PreferencesChange,
        ),
        *(
            _topic(name, ErasureDone, changes, "profiles", partitions=FEW)
            for name, changes in (
                (matching.ERASURE, matching.ErasureChange),
                (sessions.ERASURE, sessions.ErasureChange),
                (notifications.ERASURE, notifications.ErasureChange),
            )
        ),
    )
}


def topics_of(publisher: str) -> list[Topic]:
    """The topics that a service publishes."""
    return [topic for topic in TOPICS.values() if topic.publisher == publisher]


def topics_heard_by(service: str) -> list[Topic]:
    """The topics that a service hears, in the order of the catalogue."""
    return [topic for topic in TOPICS.values() if service in topic.heard_by]


JsonSchema = dict[str, Any]


def json_schema(topic: Topic) -> JsonSchema:
    """The JSON Schema (2020-12) of a topic's bodies, self-contained."""
    (reference,), definitions = msgspec.json.schema_components(
        [topic.body], ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": topic.name,
        **reference,
        "$defs": dict(sorted(definitions.items())),
    }
