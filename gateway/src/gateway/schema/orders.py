"""The orders that connections can be asked for, each in both directions.

Every one has an index that begins with what the connection is of.
"""

from enum import Enum
from typing import cast

import strawberry

from gateway.planner.model import Order

ALPHABETICAL = "from A to Z", "from Z to A"
IN_TIME = "the earliest first", "the latest first"
BY_NUMBER = "the lowest first", "the highest first"


class By:
    """Columns, what they are, and how their two directions are told."""

    def __init__(
        self, text: str, *columns: str, told: tuple[str, str], types: tuple[str, ...] = ()
    ) -> None:
        self.directions = {
            "ASC": (f"By {text}, {told[0]}.", Order(columns, types=types)),
            "DESC": (f"By {text}, {told[1]}.", Order(columns, descending=True, types=types)),
        }


class Orders:
    """An enumeration of the schema: `type`; and the order that each of its words asks for."""

    def __init__(self, name: str, of: str, **orders: By) -> None:
        named = {
            f"{each}_{direction}": told
            for each, by in orders.items()
            for direction, told in by.directions.items()
        }
        words = {
            each: strawberry.enum_value(each.lower(), description=text)
            for each, (text, _) in named.items()
        }
        members = cast("type[Enum]", Enum(name, words))
        self.type = strawberry.enum(members, description=f"How {of} are ordered.")
        self.by_word: dict[object, Order] = {
            self.type[each]: order for each, (_, order) in named.items()
        }


SITES = Orders(
    "SiteOrder",
    "sites",
    NAME=By("name", "name", told=ALPHABETICAL),
    CITY=By("city and name", "city", "name", told=ALPHABETICAL),
)
PEOPLE = Orders(
    "PersonOrder",
    "people",
    NAME=By("family name and given name", "family_name", "given_name", told=ALPHABETICAL),
    JOINED_AT=By("when they came to the platform", "joined_at", told=IN_TIME),
)
PROGRAMMES = Orders(
    "ProgrammeOrder",
    "programmes",
    STARTS_ON=By("their first day", "starts_on", told=IN_TIME),
    NAME=By("name", "name", told=ALPHABETICAL),
)
ENROLMENTS = Orders(
    "EnrolmentOrder",
    "enrolments",
    ENROLLED_AT=By("when they came in", "enrolled_at", told=IN_TIME),
    WAITING_SINCE=By(
        "since when they wait for a mentor, who does not wait being the latest",
        "waiting_since",
        told=IN_TIME,
        types=("timestamptz",),
    ),
)
MATCHING_RUNS = Orders(
    "MatchingRunOrder",
    "matching runs",
    REQUESTED_AT=By("when they were asked for", "requested_at", told=IN_TIME),
)
DRAFTS = Orders(
    "DraftOrder",
    "drafts",
    SCORE=By("how well the two fit, nobody being the lowest", "score", told=BY_NUMBER),
)
PAIRINGS = Orders(
    "PairingOrder",
    "pairings",
    PROPOSED_AT=By("when they were proposed", "proposed_at", told=IN_TIME),
    SCORE=By("how well the two fit", "score", told=BY_NUMBER),
)
REQUESTS = Orders(
    "MentorRequestOrder",
    "requests to mentors",
    ASKED_AT=By("when they were made", "asked_at", told=IN_TIME),
)
EXCLUSIONS = Orders(
    "ExclusionOrder",
    "exclusions",
    MADE_AT=By("when they were made", "made_at", told=IN_TIME),
)
SESSIONS = Orders(
    "SessionOrder",
    "sessions",
    STARTS_AT=By("when they begin", "starts_at", told=IN_TIME),
)
ROADMAPS = Orders(
    "RoadmapOrder",
    "roadmaps",
    DRAWN_AT=By("when they were drawn", "drawn_at", told=IN_TIME),
)
GOALS = Orders(
    "GoalOrder",
    "goals",
    SET_AT=By("when they were set", "set_at", told=IN_TIME),
    DUE_ON=By(
        "when they should be reached, no day being the latest",
        "due_by",
        told=IN_TIME,
        types=("date",),
    ),
)
FEEDBACK = Orders(
    "FeedbackOrder",
    "feedback",
    GIVEN_AT=By("when it was given", "given_at", told=IN_TIME),
)
NOTIFICATIONS = Orders(
    "NotificationOrder",
    "notifications",
    POSTED_AT=By("when they were posted", "posted_at", told=IN_TIME),
)
ERASURES = Orders(
    "ErasureOrder",
    "erasures",
    REQUESTED_AT=By("when they were asked for", "requested_at", told=IN_TIME),
)
