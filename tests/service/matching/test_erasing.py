"""Erasing a person in matching, whatever comes first."""

from itertools import permutations
from uuid import uuid4

import pytest
from msgspec.structs import replace

from contracts.matching import PairingStatus, Role
from contracts.profiles import ErasureChange, Person, PersonChange
from support.erasing import Told, holding
from support.harness import happened
from support.network import Network
from support.participants import participant

pytestmark = pytest.mark.platform

EVENTS = ("stale", "changed", "tombstone", "requested", "completed")


class Leaving:
    """A mentee with a pairing that is open and one that was declined; all words are canaries."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.word = f"canary-{uuid4().hex}"

    async def live(self) -> None:
        self.mentor = await self.network.mentor(2, skills_offered=["SQL"], interests=["Go"])
        self.mentee = await self.network.joins(
            skills_sought=["SQL"], interests=["Go", self.word], aspiration=self.word
        )
        self.declined, self.open = [await self._paired() for _ in range(2)]
        await self.network.done(
            "decline-pairing", self.mentee, pairing_id=self.declined, reason=self.word
        )

    async def _paired(self) -> object:
        programme_id = await self.network.programme()
        await self.network.enrol(programme_id, self.mentor, Role.MENTOR)
        await self.network.enrol(programme_id, self.mentee, Role.MENTEE)
        return (await self.network.propose(programme_id, self.mentor, self.mentee)).id

    async def hear(self, *names: str) -> None:
        told = Told(self.mentee.id, self.network.organisation_id, version=3)
        changed = replace(self.mentee, skills=[self.word])
        records = {
            "stale": happened(PersonChange.JOINED, self.mentee, version=1),
            "changed": happened(PersonChange.CHANGED, changed, version=2),
            "tombstone": told.tombstone,
            "requested": told.requested,
            "completed": told.said(ErasureChange.COMPLETED, 4),
        }
        for name in names:
            await self.network.matching.hear(records[name])

    async def events(self, ending: str) -> int:
        return sum(each.endswith(ending) for each in await self.network.told())


@pytest.mark.parametrize("order", list(permutations(EVENTS))[::10], ids="-".join)
async def test_nothing_is_left_in_whatever_order(
    network: Network, postgres: str, order: tuple[str, ...]
) -> None:
    leaving = Leaving(network)
    await leaving.live()
    assert await holding(postgres, "matching", leaving.word)

    await leaving.hear(*order)

    assert await holding(postgres, "matching", leaving.word) == ["cairn.outbox"]  # on its way
    pairings = {each.id: each for each in await network.pairings()}
    assert [each.reasons for each in pairings.values()] == [[], []]
    assert pairings[leaving.declined].status is PairingStatus.DECLINED  # pyright: ignore
    assert pairings[leaving.declined].closing_reason == ""  # pyright: ignore
    assert pairings[leaving.open].status is PairingStatus.ENDED  # pyright: ignore
    assert await network.load(leaving.mentor) == 0
    assert [await leaving.events(each) for each in (".redacted", ".ended", ".done")] == [1, 1, 1]
    assert await leaving.events("matching.enrolment.erased") == 2


async def test_the_receipt_says_how_much(network: Network) -> None:
    leaving = Leaving(network)
    await leaving.live()

    await leaving.hear("requested")

    done = (await network.matching.outbox(network.organisation_id))[-1]
    assert done.type == "matching.erasure.done"
    assert (done.state["erased"], done.state["redacted"]) == (2, 2)
    assert done.state["person_id"] == str(leaving.mentee.id)


async def test_who_was_erased_is_proposed_and_enrolled_no_more(network: Network) -> None:
    leaving = Leaving(network)
    await leaving.live()
    await leaving.hear("requested")
    programme_id = await network.programme()
    await network.enrol(programme_id, leaving.mentor, Role.MENTOR)

    own = await network.do(
        "enrol",
        leaving.mentee,
        programme_id=programme_id,
        person_id=leaving.mentee.id,
        role="mentee",
    )
    coordinator = await network.do(
        "enrol", programme_id=programme_id, person_id=leaving.mentee.id, role="mentee"
    )

    assert (own.code, coordinator.code) == ("not-allowed", "person-left")


async def test_somebody_unknown_is_erased_too(network: Network) -> None:
    """The erasure may overtake all there is to know of a person."""
    leaving = Leaving(network)
    leaving.mentee = stranger = unheard_of(network)

    await leaving.hear("requested", "changed", "tombstone")

    assert await network.told() == ["matching.erasure.done"]
    programme_id = await network.programme()
    refused = await network.do(
        "enrol", programme_id=programme_id, person_id=stranger.id, role="mentee"
    )
    assert refused.code == "person-left"


def unheard_of(network: Network) -> Person:
    return participant(network.organisation_id)


async def test_others_forget_what_they_said_of_who_was_erased(
    network: Network, postgres: str
) -> None:
    """Lists and exclusions: their ids are all that could be left."""
    leaving = Leaving(network)
    await leaving.live()
    programme_id = await network.programme()
    own = await network.enrol(programme_id, leaving.mentor, Role.MENTOR)
    hers = await network.enrol(programme_id, leaving.mentee, Role.MENTEE)
    for who, other, enrolment_id in (
        (leaving.mentor, leaving.mentee, own),
        (leaving.mentee, leaving.mentor, hers),
    ):
        await network.done("rank-people", who, enrolment_id=enrolment_id, person_ids=[other.id])
    await network.done("exclude-person", leaving.mentor, other_id=leaving.mentee.id)

    await leaving.hear("requested")

    events = await network.matching.outbox(network.organisation_id)
    [redacted] = [each for each in events if each.type == "matching.enrolment.redacted"]
    assert (redacted.state["id"], redacted.state["ranked"]) == (str(own), [])
    assert await leaving.events("matching.exclusion.erased") == 1
