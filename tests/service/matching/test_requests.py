"""Requests to mentors on the real database: their limits, and who wins where two want one place."""

import asyncio
from uuid import UUID

import pytest

from contracts.matching import PairingStatus, Role
from contracts.profiles import Person, Visibility
from support.harness import Answered
from support.network import Network

pytestmark = pytest.mark.platform


class Programme:
    """A programme with mentors of one place each, and mentees who may ask them."""

    def __init__(self, network: Network, programme_id: UUID) -> None:
        self.network = network
        self.id = programme_id

    async def mentor(self, capacity: int = 1, **fields: object) -> Person:
        someone = await self.network.mentor(capacity, skills_offered=["SQL"], **fields)
        await self.network.enrol(self.id, someone, Role.MENTOR)
        return someone

    async def mentee(self, **fields: object) -> Person:
        someone = await self.network.joins(skills_sought=["SQL"], **fields)
        await self.network.enrol(self.id, someone, Role.MENTEE)
        return someone

    async def ask(self, mentee: Person, mentor: Person) -> Answered:
        return await self.network.do(
            "ask-mentor", mentee, programme_id=self.id, mentor_id=mentor.id, message="Would you?"
        )

    async def asked(self, mentee: Person, mentor: Person) -> UUID:
        answer = await self.ask(mentee, mentor)
        assert answer.code is None, answer.body
        return answer.id

    async def life(self) -> list[str]:
        """What was told of requests."""
        return [
            each.rpartition(".")[2]
            for each in await self.network.told()
            if each.startswith("matching.request.")
        ]


@pytest.fixture
async def programme(network: Network) -> Programme:
    return Programme(network, await network.programme())


async def test_a_mentor_who_says_yes_has_a_mentee_at_once(
    network: Network, programme: Programme
) -> None:
    mentee = await programme.mentee()
    mentor, other = await programme.mentor(), await programme.mentor()
    request_id = await programme.asked(mentee, mentor)
    await programme.asked(mentee, other)
    assert await network.load(mentor) == 0  # it takes no place

    await network.done("accept-request", mentor, request_id=request_id)

    [pairing] = await network.pairings()
    assert (pairing.mentor_id, pairing.status) == (mentor.id, PairingStatus.ACTIVE)
    assert pairing.reasons[0].sentence == "Offers 1 of the 1 skills sought: SQL."
    assert await network.load(mentor) == 1
    assert await programme.life() == ["asked", "asked", "accepted", "withdrawn"]
    assert (await network.told())[-3:] == [
        "matching.pairing.activated",
        "matching.request.accepted",
        "matching.request.withdrawn",
    ]


async def test_a_request_says_why_the_two_fit(network: Network, programme: Programme) -> None:
    await programme.asked(await programme.mentee(), await programme.mentor())

    [*_, told] = await network.matching.outbox(network.organisation_id)

    assert told.state["message"] == "Would you?"
    assert told.state["score"] == pytest.approx(
        sum(each["share"] for each in told.state["reasons"])
    )
    assert told.state["expires_at"] > told.state["asked_at"]


async def test_of_two_who_are_accepted_at_once_for_the_last_place_one_is(
    network: Network, programme: Programme
) -> None:
    mentor = await programme.mentor(capacity=1)
    mentees = [await programme.mentee() for _ in range(4)]
    request_ids = [await programme.asked(mentee, mentor) for mentee in mentees]

    answers = await asyncio.gather(
        *(network.do("accept-request", mentor, request_id=each) for each in request_ids)
    )

    assert sorted(answer.code or "" for answer in answers) == ["", *["no-free-place"] * 3]
    assert await network.load(mentor) == 1
    assert await programme.life() == [*["asked"] * 4, "accepted"]


async def test_of_two_mentors_who_accept_one_mentee_at_once_one_does(
    network: Network, programme: Programme
) -> None:
    mentee = await programme.mentee()
    mentors = [await programme.mentor() for _ in range(3)]
    request_ids = [await programme.asked(mentee, mentor) for mentor in mentors]

    answers = await asyncio.gather(
        *(
            network.do("accept-request", mentor, request_id=each)
            for mentor, each in zip(mentors, request_ids, strict=True)
        )
    )

    assert sorted(answer.code or "" for answer in answers) == ["", *["request-closed"] * 2]
    assert len(await network.pairings()) == 1
    assert sum([await network.load(mentor) for mentor in mentors]) == 1


async def test_an_acceptance_and_a_proposal_at_once_leave_one_pairing(
    network: Network, programme: Programme
) -> None:
    for _ in range(4):
        mentee, mentor = await programme.mentee(), await programme.mentor()
        request_id = await programme.asked(mentee, mentor)
        before = len(await network.pairings())

        answers = await asyncio.gather(
            network.do("accept-request", mentor, request_id=request_id),
            network.propose(programme.id, mentor, mentee),
        )

        assert [answer.code for answer in answers].count(None) == 1
        assert len(await network.pairings()) == before + 1
        assert await network.load(mentor) == 1


async def test_three_may_have_yet_to_answer(network: Network, programme: Programme) -> None:
    mentee = await programme.mentee()
    mentors = [await programme.mentor() for _ in range(4)]

    answers = await asyncio.gather(*(programme.ask(mentee, each) for each in mentors))
    assert sorted(each.code or "" for each in answers) == ["", "", "", "too-many-requests"]
    asked = [mentor for mentor, each in zip(mentors, answers, strict=True) if each.code is None]
    again = await programme.ask(mentee, asked[0])
    request_id = next(each.id for each in answers if each.code is None)
    await network.done("withdraw-request", mentee, request_id=request_id)
    [last] = [mentor for mentor in mentors if mentor not in asked]

    assert again.code == "already-asked"
    await programme.asked(mentee, last)


async def test_who_said_no_is_not_asked_again(network: Network, programme: Programme) -> None:
    mentee, mentor = await programme.mentee(), await programme.mentor()
    request_id = await programme.asked(mentee, mentor)
    await network.done("decline-request", mentor, request_id=request_id, answer="Ask Marta.")

    late = await network.do("accept-request", mentor, request_id=request_id)
    again = await programme.ask(mentee, mentor)

    told = (await network.matching.outbox(network.organisation_id))[-1]
    assert (told.type, told.state["answer"]) == ("matching.request.declined", "Ask Marta.")
    assert (late.code, again.code) == ("request-closed", "mentor-not-available")


async def test_who_cannot_be_asked(network: Network, programme: Programme) -> None:
    mentee = await programme.mentee()
    elsewhere = await network.mentor()
    hidden = await programme.mentor(visibility=Visibility.PRIVATE)
    full = await programme.mentor(capacity=0)
    manager = await programme.mentor()
    report = await programme.mentee(manager_id=manager.id)

    assert (await programme.ask(mentee, elsewhere)).code == "mentor-not-available"
    assert (await programme.ask(mentee, hidden)).code == "mentor-not-available"
    assert (await programme.ask(mentee, full)).code == "no-free-place"
    assert (await programme.ask(report, manager)).code == "too-close"
    assert (await programme.ask(elsewhere, manager)).code == "not-enrolled"
    assert (await programme.ask(mentee, mentee)).code == "mentor-not-available"
    nobody = await network.do("ask-mentor", programme_id=programme.id, mentor_id=manager.id)
    assert nobody.code == "not-allowed"


async def test_only_the_two_answer_and_withdraw(network: Network, programme: Programme) -> None:
    mentee, mentor = await programme.mentee(), await programme.mentor()
    request_id = await programme.asked(mentee, mentor)

    answers = [
        await network.do(name, who, request_id=request_id)
        for name, who in (
            ("accept-request", mentee),
            ("decline-request", mentee),
            ("withdraw-request", mentor),
            ("accept-request", None),
        )
    ]

    assert [answer.code for answer in answers] == ["not-allowed"] * 4


async def test_whoever_goes_leaves_no_open_request(network: Network, programme: Programme) -> None:
    leaver, mentor = await programme.mentee(), await programme.mentor()
    asking, leaving_mentor = await programme.mentee(), await programme.mentor()
    await programme.asked(leaver, mentor)
    await programme.asked(asking, leaving_mentor)

    await network.leaves(leaver)
    await network.leaves(leaving_mentor)

    assert await programme.life() == ["asked", "asked", "withdrawn", "expired"]


async def test_who_leaves_the_programme_takes_their_requests_along(
    network: Network, programme: Programme
) -> None:
    mentee = await programme.mentee()
    mentor = await network.mentor()
    enrolment_id = await network.enrol(programme.id, mentor, Role.MENTOR)
    await programme.asked(mentee, mentor)

    await network.done("leave-programme", mentor, enrolment_id=enrolment_id)

    assert await programme.life() == ["asked", "expired"]


async def test_who_finds_a_mentor_otherwise_needs_no_answers(
    network: Network, programme: Programme
) -> None:
    mentee = await programme.mentee()
    mentor, other = await programme.mentor(), await programme.mentor()
    await programme.asked(mentee, other)
    proposed = (await network.propose(programme.id, mentor, mentee)).id
    await network.done("accept-pairing", mentor, pairing_id=proposed)
    assert await programme.life() == ["asked"]

    await network.done("accept-pairing", mentee, pairing_id=proposed)

    assert await programme.life() == ["asked", "withdrawn"]
