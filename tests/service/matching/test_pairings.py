"""Pairings on the real database, under the application's role."""

import asyncio
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from contracts.matching import PairingStatus, Role
from contracts.profiles import Person
from support.network import Network

pytestmark = pytest.mark.platform


class Two:
    """A mentor and a mentee with a proposal."""

    def __init__(
        self, programme_id: UUID, mentor: Person, mentee: Person, pairing_id: UUID
    ) -> None:
        self.programme_id = programme_id
        self.mentor = mentor
        self.mentee = mentee
        self.id = pairing_id


@pytest.fixture
async def two(network: Network) -> Two:
    mentor = await network.mentor(skills_offered=["SQL", "Statistics"])
    mentee = await network.joins(skills_sought=["sql", "Python"])
    programme_id = await network.programme()
    await network.enrol(programme_id, mentor, Role.MENTOR)
    await network.enrol(programme_id, mentee, Role.MENTEE)
    proposed = await network.propose(programme_id, mentor, mentee)
    return Two(programme_id, mentor, mentee, proposed.id)


async def test_a_pairing_lives_from_proposal_to_completion(network: Network, two: Two) -> None:
    for name, caller in (
        ("accept-pairing", two.mentee),
        ("accept-pairing", two.mentor),
        ("pause-pairing", two.mentee),
        ("resume-pairing", two.mentor),
        ("complete-pairing", two.mentor),
    ):
        await network.done(name, caller, pairing_id=two.id)

    events = await network.matching.outbox(network.organisation_id)
    life = [event for event in events if event.type.startswith("matching.pairing")]
    assert [(event.type.rpartition(".")[2], event.version) for event in life] == [
        ("proposed", 1),
        ("accepted", 2),
        ("activated", 3),
        ("paused", 4),
        ("resumed", 5),
        ("completed", 6),
    ]
    assert [event.state["status"] for event in life] == [
        "proposed",
        "proposed",
        "active",
        "paused",
        "active",
        "completed",
    ]
    last = life[-1].state
    assert last["closed_by"] == str(two.mentor.id)
    assert last["proposed_at"] < last["mentee_accepted_at"] < last["mentor_accepted_at"]
    assert last["mentor_accepted_at"] == last["active_since"] < last["closed_at"]
    assert last["score"] == pytest.approx(sum(reason["share"] for reason in last["reasons"]))
    assert last["reasons"][0]["sentence"] == "Offers 1 of the 2 skills sought: sql."
    assert await network.load(two.mentor) == 0


async def test_what_the_stage_forbids_is_refused_and_says_what_is_possible(
    network: Network, two: Two
) -> None:
    early = await network.do("pause-pairing", two.mentor, pairing_id=two.id)
    stranger = await network.do("accept-pairing", await network.joins(), pairing_id=two.id)
    nothing = await network.do("accept-pairing", two.mentor, pairing_id=uuid4())
    await network.done("decline-pairing", two.mentee, pairing_id=two.id, reason="No time.")
    late = await network.do("accept-pairing", two.mentor, pairing_id=two.id)

    assert early.body["refusal"] == {
        "code": "illegal-transition",
        "message": f"Pairing {two.id} is proposed; you cannot pause it in this state:"
        " you can accept or decline it.",
    }
    assert (stranger.code, nothing.code) == ("not-allowed", "not-found")
    assert late.code == "illegal-transition"
    assert "declined" in late.body["refusal"]["message"]
    [pairing] = await network.pairings()
    assert (pairing.closing_reason, pairing.closed_by) == ("No time.", two.mentee.id)
    assert await network.load(two.mentor) == 0


async def test_a_coordinator_ends_a_pairing_and_cannot_accept_it(
    network: Network, two: Two
) -> None:
    coordinator = await network.joins()
    await network.done(
        "change-programme", programme_id=two.programme_id, coordinator_ids=[coordinator.id]
    )
    accepted = await network.do("accept-pairing", coordinator, pairing_id=two.id)
    unexplained = await network.do("end-pairing", coordinator, pairing_id=two.id, reason=" ")
    ended = await network.do("end-pairing", coordinator, pairing_id=two.id, reason="A mistake.")

    assert (accepted.code, unexplained.code, ended.code) == ("not-allowed", "invalid-command", None)


async def test_of_two_proposals_at_once_for_one_place_one_wins(network: Network) -> None:
    mentor = await network.mentor(capacity=1)
    programmes = [await network.programme() for _ in range(2)]
    mentees = [await network.joins() for _ in range(6)]
    for programme_id in programmes:
        await network.enrol(programme_id, mentor, Role.MENTOR)
    for place, mentee in enumerate(mentees):
        await network.enrol(programmes[place % 2], mentee, Role.MENTEE)

    answers = await asyncio.gather(
        *(
            network.propose(programmes[place % 2], mentor, mentee)
            for place, mentee in enumerate(mentees)
        )
    )

    assert sorted(answer.code or "" for answer in answers) == ["", *["no-free-place"] * 5]
    assert await network.load(mentor) == 1


async def test_two_mentors_at_once_for_one_mentee_one_wins(network: Network) -> None:
    mentors = [await network.mentor() for _ in range(4)]
    mentee = await network.joins()
    programme_id = await network.programme()
    await network.enrol(programme_id, mentee, Role.MENTEE)
    for mentor in mentors:
        await network.enrol(programme_id, mentor, Role.MENTOR)

    answers = await asyncio.gather(
        *(network.propose(programme_id, mentor, mentee) for mentor in mentors)
    )

    assert sorted(answer.code or "" for answer in answers) == ["", *["already-paired"] * 3]
    assert sum([await network.load(mentor) for mentor in mentors]) == 1


async def test_people_who_mentor_each_other_never_wait_in_a_circle(network: Network) -> None:
    people = [await network.mentor(capacity=4) for _ in range(4)]
    programme_id = await network.programme()
    for someone in people:
        await network.enrol(programme_id, someone, Role.MENTOR)
        await network.enrol(programme_id, someone, Role.MENTEE)

    answers = await asyncio.gather(
        *(
            network.propose(programme_id, one, other)
            for one in people
            for other in people
            if one is not other
        )
    )

    assert [answer.code for answer in answers].count(None) == 4
    assert sum([await network.load(someone) for someone in people]) == 4


async def test_both_accept_at_once_and_it_is_active_once(network: Network, two: Two) -> None:
    answers = await asyncio.gather(
        network.do("accept-pairing", two.mentor, pairing_id=two.id),
        network.do("accept-pairing", two.mentee, pairing_id=two.id),
    )

    assert [answer.code for answer in answers] == [None, None]
    assert (await network.told())[-2:] == [
        "matching.pairing.accepted",
        "matching.pairing.activated",
    ]


async def test_nobody_is_thrown_out_when_capacity_falls_below_load(network: Network) -> None:
    mentor = await network.mentor(capacity=2)
    mentees = [await network.joins() for _ in range(3)]
    programme_id = await network.programme()
    await network.enrol(programme_id, mentor, Role.MENTOR)
    for mentee in mentees:
        await network.enrol(programme_id, mentee, Role.MENTEE)
    proposed = [await network.propose(programme_id, mentor, mentee) for mentee in mentees[:2]]
    await network.tell(replace(mentor, capacity=1))

    refused = await network.propose(programme_id, mentor, mentees[2])
    for answer, mentee in zip(proposed, mentees[:2], strict=True):
        await network.done("accept-pairing", mentor, pairing_id=answer.id)
        await network.done("accept-pairing", mentee, pairing_id=answer.id)

    assert refused.body["refusal"]["message"].endswith("2 of 1 places taken over all programmes.")
    assert {pairing.status for pairing in await network.pairings()} == {PairingStatus.ACTIVE}


async def test_whoever_leaves_leaves_pairings_and_programmes(network: Network, two: Two) -> None:
    await network.done("accept-pairing", two.mentee, pairing_id=two.id)
    await network.leaves(two.mentee)
    late = await network.do("accept-pairing", two.mentor, pairing_id=two.id)
    again = await network.do(
        "enrol", programme_id=two.programme_id, person_id=two.mentee.id, role=Role.MENTEE
    )

    [pairing] = await network.pairings()
    assert (pairing.status, pairing.closed_by) == (PairingStatus.ENDED, None)
    assert pairing.closing_reason == "One of the two has left the organisation."
    assert (late.code, again.code) == ("illegal-transition", "person-left")
    assert (await network.told())[-2:] == ["matching.pairing.ended", "matching.enrolment.left"]
    assert await network.load(two.mentor) == 0


async def test_a_proposal_and_a_leaver_at_once_leave_no_open_pairing(network: Network) -> None:
    programme_id = await network.programme()
    pairs = [(await network.mentor(), await network.joins()) for _ in range(8)]
    for mentor, mentee in pairs:
        await network.enrol(programme_id, mentor, Role.MENTOR)
        await network.enrol(programme_id, mentee, Role.MENTEE)

    await asyncio.gather(
        *(network.propose(programme_id, mentor, mentee) for mentor, mentee in pairs),
        *(network.leaves(mentor) for mentor, _ in pairs[:4]),
        *(network.leaves(mentee) for _, mentee in pairs[4:]),
    )

    assert {pairing.status for pairing in await network.pairings()} <= {PairingStatus.ENDED}
    assert {await network.load(mentor) for mentor, _ in pairs} == {0}


async def test_who_is_too_close_or_not_known_is_not_paired(network: Network) -> None:
    programme_id = await network.programme()
    manager = await network.mentor()
    report = await network.joins(manager_id=manager.id, offers_mentoring=True, capacity=1)
    for someone in (manager, report):
        for role in (Role.MENTOR, Role.MENTEE):
            await network.enrol(programme_id, someone, role)
    answers = [
        await network.propose(programme_id, manager, report),
        await network.propose(programme_id, report, manager),
        await network.propose(programme_id, manager, manager),
        await network.do(
            "propose-pairing", programme_id=programme_id, mentor_id=uuid4(), mentee_id=report.id
        ),
    ]

    assert [answer.code for answer in answers] == ["too-close"] * 3 + ["not-yet-known"]
    assert "not known yet" in answers[3].body["refusal"]["message"]


async def test_whoever_is_erased_is_proposed_to_nobody(network: Network, two: Two) -> None:
    await network.done("decline-pairing", two.mentee, pairing_id=two.id)
    await network.erases(two.mentee)
    answer = await network.propose(two.programme_id, two.mentor, two.mentee)

    assert answer.code == "not-yet-known"
