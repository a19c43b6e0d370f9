"""Who is not to be matched: said in confidence or by coordinators, and honoured everywhere."""

from typing import Any
from uuid import UUID

import pytest

from chassis.unit import Cause, Unit
from contracts.matching import Role
from contracts.profiles import Person
from matching.store.apart import barred_pairs
from support.network import Network

pytestmark = pytest.mark.platform


class Three:
    """A programme with a coordinator, a mentor and a mentee."""

    def __init__(self, network: Network) -> None:
        self.network = network

    async def begin(self) -> None:
        self.coordinator = await self.network.joins()
        self.programme_id = await self.network.programme(coordinator_ids=[self.coordinator.id])
        self.mentor, self.mentee = await self.network.mentor(), await self.network.joins()
        await self.network.enrol(self.programme_id, self.mentor, Role.MENTOR)
        await self.network.enrol(self.programme_id, self.mentee, Role.MENTEE)

    async def exclude(self, who: Person, other: Person, **given: Any) -> UUID:
        answer = await self.network.done("exclude-person", who, other_id=other.id, **given)
        return UUID(answer.body["result"]["exclusion_id"])

    async def keep_apart(self, one: Person, other: Person) -> UUID:
        answer = await self.network.done(
            "keep-apart",
            self.coordinator,
            programme_id=self.programme_id,
            person_id=one.id,
            other_id=other.id,
        )
        return UUID(answer.body["result"]["exclusion_id"])

    async def ask(self) -> str | None:
        answer = await self.network.do(
            "ask-mentor", self.mentee, programme_id=self.programme_id, mentor_id=self.mentor.id
        )
        return answer.code

    async def propose(self) -> str | None:
        return (await self.network.propose(self.programme_id, self.mentor, self.mentee)).code

    async def lift(self, who: Person | None, exclusion_id: UUID) -> str | None:
        answer = await self.network.do("lift-exclusion", who, exclusion_id=exclusion_id)
        return answer.code


@pytest.fixture
async def three(network: Network) -> Three:
    made = Three(network)
    await made.begin()
    return made


@pytest.mark.parametrize("by", ["mentor", "mentee", "coordinator"])
async def test_who_is_kept_apart_is_not_matched(three: Three, by: str) -> None:
    if by == "coordinator":
        await three.keep_apart(three.mentee, three.mentor)
    elif by == "mentor":
        await three.exclude(three.mentor, three.mentee)
    else:
        await three.exclude(three.mentee, three.mentor, programme_id=three.programme_id)

    assert await three.ask() == "mentor-not-available"
    assert await three.propose() == "kept-apart"


async def test_elsewhere_they_may_be_matched(three: Three) -> None:
    elsewhere = await three.network.programme()

    await three.exclude(three.mentor, three.mentee, programme_id=elsewhere)

    assert await three.propose() is None


async def test_once_lifted_nothing_of_it_stays(three: Three) -> None:
    exclusion_id = await three.exclude(three.mentor, three.mentee)

    assert await three.lift(three.mentor, exclusion_id) is None

    assert await three.ask() is None
    assert (await three.network.told())[-2:] == [
        "matching.exclusion.erased",
        "matching.request.asked",
    ]


async def test_what_is_said_in_confidence_is_known_to_nobody_else(three: Three) -> None:
    exclusion_id = await three.exclude(three.mentor, three.mentee)

    for who in (three.mentee, three.coordinator, None):  # nor to administrators
        assert await three.lift(who, exclusion_id) == "not-found"


async def test_what_a_coordinator_says_is_for_coordinators(three: Three) -> None:
    exclusion_id = await three.keep_apart(three.mentor, three.mentee)

    for who in (three.mentor, three.mentee):
        assert await three.lift(who, exclusion_id) == "not-found"
    assert await three.lift(None, exclusion_id) is None


async def test_said_again_it_is_the_same(three: Three) -> None:
    own = [await three.exclude(three.mentor, three.mentee) for _ in range(2)]
    theirs = [await three.keep_apart(three.mentor, three.mentee) for _ in range(2)]

    assert len(set(own)) == len(set(theirs)) == 1
    assert own[0] != theirs[0]
    assert (await three.network.told()).count("matching.exclusion.made") == 2


async def test_only_coordinators_keep_others_apart(three: Three) -> None:
    answer = await three.network.do(
        "keep-apart",
        three.mentor,
        programme_id=three.programme_id,
        person_id=three.mentor.id,
        other_id=three.mentee.id,
    )
    himself = await three.network.do("exclude-person", three.mentor, other_id=three.mentor.id)

    assert (answer.code, himself.code) == ("not-allowed", "invalid")


@pytest.mark.parametrize(("by", "outcome"), [("mentor", "declined"), ("mentee", "withdrawn")])
async def test_an_open_request_of_theirs_is_closed(three: Three, by: str, outcome: str) -> None:
    assert await three.ask() is None
    one, other = three.mentor, three.mentee
    await three.exclude(*((one, other) if by == "mentor" else (other, one)))

    assert (await three.network.told())[-1] == f"matching.request.{outcome}"


async def test_runs_are_told_of_both_ways_round_and_of_declines(three: Three) -> None:
    network, other = three.network, await three.network.mentor()
    await network.enrol(three.programme_id, other, Role.MENTOR)
    answer = await network.done(
        "ask-mentor", three.mentee, programme_id=three.programme_id, mentor_id=other.id
    )
    await network.done("decline-request", other, request_id=answer.id)
    await three.exclude(three.mentor, three.mentee)

    async with network.matching.app.tenant(network.organisation_id) as connection:
        cause = Cause(causation_id=answer.id, correlation_id=answer.id, actor="test")
        unit = Unit(
            connection,
            service="matching",
            organisation_id=network.organisation_id,
            cause=cause,
        )
        assert await barred_pairs(unit, three.programme_id) == {
            (three.mentor.id, three.mentee.id),
            (three.mentee.id, three.mentor.id),
            (three.mentee.id, other.id),
        }
