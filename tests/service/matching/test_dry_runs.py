"""Dry runs: tried, compared, committed, given up, on the real database."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.matching import Draft, MatchingRun, Role, RunStatus
from matching import runner as runner_module
from matching.domain import run as life
from matching.matcher import frozen
from matching.matcher.plan import make_plan
from matching.runner import Runner
from matching.store import drafts, inputs
from support.erasing import Told, holding
from support.field import Field

pytestmark = pytest.mark.platform


async def drafts_of(field: Field, run_id: UUID) -> list[Draft]:
    async with field.network.matching.app.tenant(field.network.organisation_id) as connection:
        rows = await connection.fetch(
            "select state from drafts where run_id = $1 order by mentee_id", run_id
        )
    return [drafts.read(row["state"]) for row in rows]


async def test_a_dry_run_drafts_and_proposes_nothing(field: Field, runner: Runner) -> None:
    await field.fill(mentees=7, mentors=3, capacity=2)
    run_id = await field.request(dry=True)

    assert await runner.step()
    assert not await runner.step()

    assert await field.network.pairings() == []
    assert await field.told(".run.", ".draft.") == [
        "matching.run.requested",
        "matching.run.started",
        *["matching.draft.made"] * 7,
        "matching.run.drafted",
    ]
    drafted = await drafts_of(field, run_id)
    nobody = [each for each in drafted if each.mentor_id is None]
    assert len(nobody) == 1
    assert nobody[0].unmatched == "Every mentor whom the rules allow has the places taken."
    assert nobody[0].remedy.endswith("would do.")
    assert all(each.score > 0 and each.reasons for each in drafted if each.mentor_id)
    run = await field.run(run_id)
    assert (run.status, run.progress) == (RunStatus.DRAFTED, 1.0)
    assert run.certificate is not None
    assert (run.certificate.proposed, run.certificate.unmatched) == (6, 1)


async def test_what_is_committed_is_proposed_and_the_other_drafts_are_given_up(
    field: Field, runner: Runner
) -> None:
    await field.fill(mentees=7, mentors=3, capacity=2)
    chosen = await field.request(dry=True)
    await runner.step()
    other = await field.request(dry=True, rules={"weight_skills": 0.0})
    await runner.step()
    drafted = {(each.mentee_id, each.mentor_id) for each in await drafts_of(field, chosen)}

    await field.network.done("commit-matching-run", run_id=chosen)
    while await runner.step():
        pass

    pairings = await field.network.pairings()
    assert {(each.mentee_id, each.mentor_id) for each in pairings} == {
        pair for pair in drafted if pair[1]
    }
    assert all(each.run_id == chosen for each in pairings)
    assert (await field.run(chosen)).status is RunStatus.COMPLETED
    assert (await field.run(other)).status is RunStatus.CANCELLED
    assert await drafts_of(field, chosen) == await drafts_of(field, other) == []
    assert (await field.network.told()).count("matching.draft.erased") == 14


async def test_rules_of_its_own_are_for_a_dry_run(field: Field) -> None:
    answer = await field.network.do(
        "start-matching-run", programme_id=field.programme_id, rules={"weight_skills": 1.0}
    )
    assert answer.code == "invalid"


async def test_a_draft_that_is_given_up_proposes_nothing_and_cannot_be_committed(
    field: Field, runner: Runner
) -> None:
    await field.fill(mentees=3, mentors=3, capacity=1)
    run_id = await field.request(dry=True)
    await runner.step()

    await field.network.done("cancel-matching-run", run_id=run_id)
    await runner.step()
    late = await field.network.do("commit-matching-run", run_id=run_id)

    assert late.code == "illegal-transition"
    assert await field.network.pairings() == []
    assert await drafts_of(field, run_id) == []
    assert await field.kept_of(run_id) == []


async def test_a_run_is_cancelled_while_it_computes(
    field: Field, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    await field.fill(mentees=3, mentors=3, capacity=1)
    run_id = await field.request()
    monkeypatch.setattr(runner_module, "LOOK", 0.01)
    computing = asyncio.Event()
    loop = asyncio.get_running_loop()

    def endless(_: Any, watch: Any) -> None:
        share = 0.0
        while True:
            share = min(0.9, share + 1e-6)
            watch(share, "matching")
            if share > 0.1:
                loop.call_soon_threadsafe(computing.set)

    monkeypatch.setattr(runner_module, "make_plan", endless)
    step = asyncio.create_task(runner.step())
    await asyncio.wait_for(computing.wait(), 60)
    await field.network.done("cancel-matching-run", run_id=run_id)
    await asyncio.wait_for(step, 60)

    assert (await field.run(run_id)).status is RunStatus.CANCELLED
    assert await field.network.pairings() == []
    assert await field.kept_of(run_id) == []
    assert "matching.run.completed" not in await field.network.told()


async def test_a_run_that_proposes_is_not_cancelled(
    field: Field, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    await field.fill(mentees=3, mentors=3, capacity=1)
    run_id = await field.request()
    codes: list[str | None] = []

    async def propose(*_: object) -> None:
        answer = await field.network.do("cancel-matching-run", run_id=run_id)
        codes.append(answer.code)

    monkeypatch.setattr(runner_module, "propose", propose)
    await runner.step()

    assert codes == ["illegal-transition"]


async def test_a_draft_lapses(
    field: Field, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    await field.fill(mentees=3, mentors=3, capacity=1)
    monkeypatch.setattr(life, "DRAFT_KEPT", timedelta(0))
    run_id = await field.request(dry=True)

    while await runner.step():
        pass

    assert (await field.run(run_id)).status is RunStatus.CANCELLED
    assert await drafts_of(field, run_id) == []
    assert (await field.network.told()).count("matching.draft.erased") == 3


async def test_the_same_people_and_rules_come_to_the_same(field: Field, runner: Runner) -> None:
    await field.fill(mentees=7, mentors=3, capacity=2)
    runs: list[MatchingRun] = []
    for _ in range(2):
        run_id = await field.request(dry=True)
        await runner.step()
        runs.append(await field.run(run_id))

    first, second = runs
    assert (first.inputs, first.outcome) == (second.inputs, second.outcome)
    assert len(first.inputs) == len(first.outcome) == 64
    kept = await field.in_unit(lambda unit: inputs.find(unit, first.id))
    assert kept is not None
    again = make_plan(frozen.read(kept))
    assert (again.inputs, again.outcome) == (first.inputs, first.outcome)


async def test_drafts_are_told_to_nobody_but_the_coordinator(field: Field, runner: Runner) -> None:
    await field.fill(mentees=1, mentors=1, capacity=1)
    run_id = await field.request(dry=True)
    await runner.step()

    for command in ("commit-matching-run", "cancel-matching-run"):
        answer = await field.network.do(command, field.mentees[0], run_id=run_id)
        assert answer.code == "not-allowed"


async def test_who_could_be_offered_nobody_waits_and_keeps_their_place(
    field: Field, runner: Runner
) -> None:
    await field.fill(mentees=3, mentors=1, capacity=1)
    await field.request()
    await runner.step()
    first = await field.waiting()
    await field.request()
    await runner.step()
    second = await field.waiting()

    assert len(first) == 2
    assert {person: each.since for person, each in second.items()} == {
        person: each.since for person, each in first.items()
    }
    assert {each.reason for each in second.values()} == {"No mentor has a free place."}
    assert {each.remedy for each in second.values()} == {"2 more places would do."}

    mentor = await field.network.mentor(1)
    await field.enrol_mentor(mentor)
    await field.request()
    await runner.step()

    third = await field.waiting()
    assert len(third) == 1
    assert third.keys() < second.keys()


async def test_the_modes_side_by_side(field: Field, runner: Runner) -> None:
    await field.fill(mentees=9, mentors=4, capacity=2)
    of = {}
    for mode in ("stable", "network", "choice"):
        run_id = await field.request(dry=True, mode=mode)
        await runner.step()
        of[mode] = (await field.run(run_id)).certificate

    assert {mode: each.mode for mode, each in of.items()} == {mode: mode for mode in of}
    assert of["stable"].blocking_pairs == of["choice"].blocking_pairs == 0
    assert of["network"].total_score >= of["stable"].total_score > 0
    assert of["network"].optimality_gap <= 0.001
    assert {each.proposed for each in of.values()} == {8}
    assert {each.hard_rule_violations for each in of.values()} == {0}
    [site] = of["stable"].parity
    assert (site.attribute, site.group, site.mentees, site.proposed) == ("site", "Lisboa", 9, 8)


async def test_by_choice_whom_people_ranked_comes_first(field: Field, runner: Runner) -> None:
    await field.fill(mentees=2, mentors=4, capacity=1)
    run_id = await field.request(dry=True, mode="choice")
    await runner.step()
    offered = {each.mentee_id: each.mentor_id for each in await drafts_of(field, run_id)}
    wish = next(each for each in field.mentors if each.id not in offered.values())
    enrolment_id = await field.enrolment_of(field.mentees[0])
    await field.network.done(
        "rank-people", field.mentees[0], enrolment_id=enrolment_id, person_ids=[wish.id]
    )

    run_id = await field.request(dry=True, mode="choice")
    await runner.step()

    offered = {each.mentee_id: each.mentor_id for each in await drafts_of(field, run_id)}
    assert offered[field.mentees[0].id] == wish.id


async def test_who_is_erased_is_in_no_draft(field: Field, runner: Runner, postgres: str) -> None:
    """Nor in what the run was computed from."""
    word = f"canary-{uuid4().hex}"
    mentee = await field.network.joins(skills_sought=[word], aspiration=word)
    await field.network.enrol(field.programme_id, mentee, Role.MENTEE)
    mentor = await field.network.mentor(1, skills_offered=[word])
    await field.enrol_mentor(mentor)
    await field.fill(mentees=1, mentors=1, capacity=1)
    run_id = await field.request(dry=True)
    await runner.step()
    assert "run_inputs" in " ".join(await holding(postgres, "matching", word))

    for someone in (mentee, mentor):
        told = Told(someone.id, field.network.organisation_id, version=2)
        await field.network.matching.hear(told.requested)

    assert await holding(postgres, "matching", word) == ["cairn.outbox"]  # on its way
    [left] = await drafts_of(field, run_id)
    assert left.mentee_id == field.mentees[0].id
    edited = await field.network.done("edit-draft", draft_id=left.id)
    assert edited.body["result"]["cost"]["mentee_score"] <= 0


@pytest.mark.parametrize("step", ["draft", "commit_some"])
async def test_a_dry_run_goes_on_where_it_was_interrupted(
    field: Field, runner: Runner, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    await field.fill(mentees=6, mentors=3, capacity=2)
    monkeypatch.setattr(runner_module, "CHUNK", 2)
    done = getattr(runner_module, step)
    calls = 0

    async def crashes_at_the_second(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise ConnectionResetError
        return await done(*arguments)

    monkeypatch.setattr(runner_module, step, crashes_at_the_second)
    run_id = await field.request(dry=True)
    if step == "draft":
        with pytest.raises(ConnectionResetError):
            await runner.step()
    await runner.step()
    drafted = {each.mentee_id: each.mentor_id for each in await drafts_of(field, run_id)}
    await field.network.done("commit-matching-run", run_id=run_id)
    if step == "commit_some":
        with pytest.raises(ConnectionResetError):
            await runner.step()
    await runner.step()

    assert len(drafted) == 6
    assert {each.mentee_id: each.mentor_id for each in await field.network.pairings()} == drafted
    assert (await field.run(run_id)).status is RunStatus.COMPLETED
    told = await field.told(".run.", ".draft.made", ".draft.erased")
    assert told.count("matching.draft.made") == told.count("matching.draft.erased") == 6
    assert told.count("matching.run.drafted") == told.count("matching.run.completed") == 1
