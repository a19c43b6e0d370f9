"""Whom a mentee is shown: who suits her best, has a place, and may be found."""

from uuid import UUID

import pytest

from contracts.matching import Role
from contracts.profiles import Person, Visibility
from matching.networks import networks
from support.erasing import Told
from support.network import Network

pytestmark = pytest.mark.platform


class Programme:
    def __init__(self, network: Network) -> None:
        self.network = network

    async def begin(self) -> None:
        self.id = await self.network.programme()
        self.mentee = await self.network.joins(skills_sought=["SQL", "Go"])
        self.enrolment_id = await self.network.enrol(self.id, self.mentee, Role.MENTEE)

    async def mentor(self, *skills: str, capacity: int = 1, **fields: object) -> Person:
        made = await self.network.mentor(capacity, skills_offered=list(skills), **fields)
        await self.network.enrol(self.id, made, Role.MENTOR)
        return made

    async def suggested(self) -> list[UUID]:
        await self.network.done("suggest-mentors", self.mentee, enrolment_id=self.enrolment_id)
        [*_, told] = await self.network.matching.outbox(self.network.organisation_id)
        assert told.type == "matching.suggestions.made"
        assert told.state["id"] == str(self.enrolment_id)
        for each in told.state["mentors"]:
            shares = sum(reason["share"] for reason in each["reasons"])
            assert each["score"] == pytest.approx(shares)
        return [UUID(each["mentor_id"]) for each in told.state["mentors"]]


@pytest.fixture
async def programme(network: Network) -> Programme:
    made = Programme(network)
    await made.begin()
    return made


async def test_the_ten_who_suit_her_best_come_first(programme: Programme) -> None:
    both = await programme.mentor("SQL", "Go")
    one = await programme.mentor("SQL")
    others = [await programme.mentor("Welding") for _ in range(12)]

    found = await programme.suggested()

    assert found[:2] == [both.id, one.id]
    assert len(found) == 10
    assert set(found[2:]) <= {each.id for each in others}


async def test_nobody_who_cannot_be_asked_is_among_them(
    network: Network, programme: Programme
) -> None:
    good = await programme.mentor("SQL")
    await programme.mentor("SQL", capacity=0)
    await programme.mentor("SQL", visibility=Visibility.PRIVATE)
    await programme.mentor("SQL", languages=["ja"])
    away = await programme.mentor("SQL")
    declined = await programme.mentor("SQL")
    await network.done("exclude-person", away, other_id=programme.mentee.id)
    asked = await network.done(
        "ask-mentor", programme.mentee, programme_id=programme.id, mentor_id=declined.id
    )
    await network.done("decline-request", declined, request_id=asked.id)

    assert await programme.suggested() == [good.id]


async def test_what_is_kept_in_memory_is_looked_at_again(
    network: Network, programme: Programme
) -> None:
    """Who is full, hidden or gone since is not shown, whatever was kept of them."""
    good, full, gone = [await programme.mentor("SQL") for _ in range(3)]
    assert set(await programme.suggested()) == {good.id, full.id, gone.id}
    other = await network.joins()
    await network.enrol(programme.id, other, Role.MENTEE)
    assert (await network.propose(programme.id, full, other)).code is None
    await network.leaves(gone)

    assert await programme.suggested() == [good.id]


async def test_asked_again_they_are_the_same_aggregate(
    network: Network, programme: Programme
) -> None:
    await programme.mentor("SQL")
    await programme.suggested()
    await programme.suggested()

    events = await network.matching.outbox(network.organisation_id)
    made = [each.version for each in events if each.type == "matching.suggestions.made"]
    assert made == [1, 2]


async def test_they_are_for_her_and_coordinators(network: Network, programme: Programme) -> None:
    mentor = await programme.mentor("SQL")
    enrolment_id = await network.enrol(programme.id, programme.mentee, Role.MENTOR)

    stranger = await network.do("suggest-mentors", mentor, enrolment_id=programme.enrolment_id)
    as_mentor = await network.do("suggest-mentors", programme.mentee, enrolment_id=enrolment_id)
    coordinator = await network.do("suggest-mentors", enrolment_id=programme.enrolment_id)

    assert (stranger.code, as_mentor.code, coordinator.code) == (
        "not-allowed",
        "not-enrolled",
        None,
    )


async def test_who_is_erased_is_suggested_no_more(network: Network, programme: Programme) -> None:
    good, erased = await programme.mentor("SQL"), await programme.mentor("SQL")
    await programme.suggested()

    await network.matching.hear(Told(erased.id, network.organisation_id, version=3).requested)

    events = await network.matching.outbox(network.organisation_id)
    [redacted] = [each for each in events if each.type == "matching.suggestions.redacted"]
    assert [each["mentor_id"] for each in redacted.state["mentors"]] == [str(good.id)]
    assert await programme.suggested() == [good.id]


async def test_what_nobody_asks_for_is_forgotten(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    await programme.mentor("SQL")
    await programme.suggested()
    newcomer = await programme.mentor("SQL", "Go")
    assert newcomer.id not in await programme.suggested()  # yet

    monkeypatch.setattr("matching.networks.FORGOTTEN", -1.0)
    networks.forget()

    assert (await programme.suggested())[0] == newcomer.id
