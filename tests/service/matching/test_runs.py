"""Matching runs from the request to the proposals, on the real database."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

import pytest

from chassis.relay import Relay
from chassis.service import Running
from contracts.matching import PairingStatus
from matching import runner as runner_module
from matching.proposing import propose
from matching.runner import ATTEMPTS, Runner
from matching.store import work
from support.field import Field
from support.harness import Harness

pytestmark = pytest.mark.platform


@pytest.fixture
def other_runner(matching: Harness) -> Runner:
    """A second instance."""
    relay = Relay(dsn="", kafka="", service="matching")
    return Runner(Running("matching", matching.app, matching.pipe, relay))


async def test_a_run_proposes_within_capacity_says_why_and_certifies_it(
    field: Field, runner: Runner
) -> None:
    await field.fill(mentees=7, mentors=3, capacity=2)
    run_id = await field.request()

    assert await runner.step()
    assert not await runner.step()

    assert await field.told(".run.", ".pairing.") == [
        "matching.run.requested",
        "matching.run.started",
        *["matching.pairing.proposed"] * 6,
        "matching.run.completed",
    ]
    certificate = (await field.run_events())[-1]["certificate"]
    expected = {
        "mentees": 7,
        "mentors": 3,
        "places": 6,
        "proposed": 6,
        "unmatched": 1,
        "blocking_pairs": 0,
    }
    assert certificate.items() >= expected.items()
    pairings = await field.network.pairings()
    assert all(pairing.run_id == run_id and pairing.reasons for pairing in pairings)
    assert Counter(pairing.mentor_id for pairing in pairings) == {
        mentor.id: 2 for mentor in field.mentors
    }
    assert [await field.network.load(mentor) for mentor in field.mentors] == [2, 2, 2]


async def test_one_run_at_a_time_for_a_programme(field: Field, runner: Runner) -> None:
    answers = await asyncio.gather(
        *(field.network.do("start-matching-run", programme_id=field.programme_id) for _ in range(3))
    )
    await runner.step()
    afterwards = await field.network.do("start-matching-run", programme_id=field.programme_id)
    await runner.step()

    assert sorted(answer.code or "" for answer in answers) == ["", *["run-in-progress"] * 2]
    assert afterwards.code is None


async def test_two_instances_at_once_do_a_run_once(
    field: Field, runner: Runner, other_runner: Runner
) -> None:
    await field.fill(mentees=6, mentors=3, capacity=2)
    await field.request()

    worked = await asyncio.gather(runner.step(), other_runner.step())

    assert sorted(worked) == [False, True]
    assert len(await field.network.pairings()) == 6


async def test_an_interrupted_run_goes_on_to_the_same_result(
    field: Field, runner: Runner, other_runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    await field.fill(mentees=6, mentors=3, capacity=2)
    await field.request()
    monkeypatch.setattr(runner_module, "CHUNK", 2)
    calls = Counter[str]()

    async def propose_until_the_crash(*arguments: Any) -> None:
        await propose(*arguments)
        calls["propose"] += 1
        if calls["propose"] == 2:
            raise ConnectionResetError

    monkeypatch.setattr(runner_module, "propose", propose_until_the_crash)
    with pytest.raises(ConnectionResetError):
        await runner.step()
    left_over = len(await field.network.pairings())
    async with field.network.matching.app.tenant(field.network.organisation_id) as connection:
        planned = {
            (row["mentee_id"], row["mentor_id"])
            for row in await connection.fetch("select mentee_id, mentor_id from run_proposals")
        }
    first = {(p.mentee_id, p.mentor_id) for p in await field.network.pairings()}
    await other_runner.step()

    assert left_over == 2
    pairings = await field.network.pairings()
    assert {(p.mentee_id, p.mentor_id) for p in pairings} == first | planned
    assert len(pairings) == 6
    [*_, completed] = await field.run_events()
    assert (completed["status"], completed["certificate"]["proposed"]) == ("completed", 6)


async def test_what_changed_since_the_pool_was_frozen_is_not_proposed(
    field: Field, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    await field.fill(mentees=4, mentors=4, capacity=1)
    await field.request()
    keep_plan = work.keep_plan

    async def keep_plan_and_leave(*arguments: Any) -> None:
        await keep_plan(*arguments)
        await field.network.leaves(field.mentees[0])
        await field.network.leaves(field.mentors[0])

    monkeypatch.setattr(work, "keep_plan", keep_plan_and_leave)
    await runner.step()

    pairings = await field.network.pairings()
    gone = {field.mentees[0].id, field.mentors[0].id}
    assert not any({pairing.mentor_id, pairing.mentee_id} & gone for pairing in pairings)
    certificate = (await field.run_events())[-1]["certificate"]
    assert certificate["proposed"] == len(pairings) in (2, 3)
    assert certificate["unmatched"] == 4 - len(pairings)


async def test_a_declined_pair_is_never_proposed_again(field: Field, runner: Runner) -> None:
    await field.fill(mentees=1, mentors=2, capacity=1)
    met: list[UUID] = []
    for _ in range(2):
        await field.request()
        await runner.step()
        [proposed] = [
            p for p in await field.network.pairings() if p.status is PairingStatus.PROPOSED
        ]
        met.append(proposed.mentor_id)
        await field.network.done("decline-pairing", field.mentees[0], pairing_id=proposed.id)
    await field.request()
    await runner.step()

    assert sorted(met) == sorted(mentor.id for mentor in field.mentors)
    assert len(await field.network.pairings()) == 2
    assert (await field.run_events())[-1]["certificate"]["unmatched"] == 1


async def test_a_run_that_fails_says_so_in_a_plain_sentence_and_another_can_follow(
    field: Field, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    await field.fill(mentees=1, mentors=1, capacity=1)
    await field.request()

    def broken(*_: object) -> None:
        raise ValueError("Given Family cannot be matched")

    with monkeypatch.context() as patched:
        patched.setattr(runner_module, "make_plan", broken)
        await runner.step()
    failed = (await field.run_events())[-1]
    await field.request()
    await runner.step()

    assert failed["status"] == "failed"
    assert failed["failure"] == "An error of the platform's (ValueError) stopped matching."
    assert (await field.run_events())[-1]["status"] == "completed"


async def test_a_run_that_never_gets_through_is_given_up(
    field: Field, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    await field.request()

    def dies(*_: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr(runner_module, "make_plan", dies)
        for _ in range(ATTEMPTS):
            with pytest.raises(ConnectionResetError):
                await runner.step()
    await runner.step()

    failed = (await field.run_events())[-1]
    assert failed["failure"] == "Matching was interrupted too often. Start it again."
