"""What the two of a journey are told of it."""

from collections import Counter

from support.api import nodes
from support.journey import Journey
from support.running import JSON
from support.waiting import eventually

INBOX = """
query Inbox {
  viewer {
    notifications(first: 100) {
      edges { node { id kind title body about {
        __typename
        ... on Pairing { id }
        ... on Session { pairing { id } }
        ... on Feedback { pairing { id } }
        ... on MatchingRun { id }
      } } }
    }
  }
}"""

SESSIONS = ("SESSION_SCHEDULED", "SESSION_MOVED", "SESSION_HELD", "SESSION_SCHEDULED")
# What each of the two is told, and what of it not by mail: what they did themselves.
TOLD: dict[str, Counter[str]] = {
    "mentor": Counter(
        (
            *("PAIRING_PROPOSED", "PAIRING_ACCEPTED", "PAIRING_ACTIVATED"),
            *(*SESSIONS, "FEEDBACK_GIVEN"),
        )
    ),
    "mentee": Counter(("PAIRING_PROPOSED", "PAIRING_ACTIVATED", *SESSIONS, "FEEDBACK_GIVEN")),
}
NOT_MAILED = {"mentor": {"PAIRING_ACTIVATED", "SESSION_HELD"}, "mentee": set[str]()}


async def told_of_the_pairing(journey: Journey, side: str) -> list[JSON]:
    """What is in a person's inbox about the pairing that was played, once all is."""

    async def complete() -> list[JSON] | None:
        inbox = (await journey.party(side).api.query(INBOX))["viewer"]["notifications"]
        told = [
            each
            for each in nodes(inbox)
            if each["about"].get("pairing", each["about"])["id"] == journey.pairing_id
        ]
        return told if Counter(each["kind"] for each in told) == TOLD[side] else None

    return await eventually(complete)
