"""A draft changed by hand: what may be, what it costs, and that the count is right."""

from collections.abc import Mapping
from uuid import UUID

import numpy as np
import pytest

from contracts.matching import Draft
from matching.matcher import frozen
from matching.matcher.instance import Instance
from matching.runner import Runner
from matching.store import drafting, inputs
from support.field import Field

pytestmark = pytest.mark.platform


class Drafted:
    """A field with a dry run that is drafted."""

    def __init__(self, field: Field, run_id: UUID) -> None:
        self.field = field
        self.run_id = run_id

    async def drafts(self) -> Mapping[UUID, Draft]:
        found = await self.field.in_unit(lambda unit: drafting.lock_of_run(unit, self.run_id))
        return {each.mentee_id: each for each in found}

    async def edit(self, draft: Draft, **asked: UUID | None) -> dict[str, float]:
        answer = await self.field.network.done("edit-draft", draft_id=draft.id, **asked)
        return answer.body["result"]["cost"]

    async def counted(self) -> tuple[float, int]:
        """The total and the blocking pairs, by looking at every two one by one."""
        kept = await self.field.in_unit(lambda unit: inputs.find(unit, self.run_id))
        assert kept is not None
        instance = Instance(frozen.read(kept))
        score = instance.fit.of(np.arange(len(instance.mentees))) / instance.fit.highest
        mentor_of = {
            instance.mentee_index[mentee]: instance.mentor_index[draft.mentor_id]
            for mentee, draft in (await self.drafts()).items()
            if draft.mentor_id is not None
        }
        blocking = 0
        for i in range(len(instance.mentees)):
            own = score[i, mentor_of[i]] if i in mentor_of else -1.0
            for j, places in enumerate(instance.places.tolist()):
                held = [score[k, j] for k, mentor in mentor_of.items() if mentor == j]
                agrees = len(held) < places or score[i, j] > min(held)
                blocking += bool(score[i, j] >= 0 and score[i, j] > own and agrees)
        return float(sum(score[i, j] for i, j in mentor_of.items())), blocking


@pytest.fixture
async def drafted(field: Field, runner: Runner) -> Drafted:
    await field.fill(mentees=9, mentors=4, capacity=2)
    run_id = await field.request(dry=True, mode="network")
    await runner.step()
    return Drafted(field, run_id)


async def test_two_who_swap_cost_what_a_recount_says(drafted: Drafted) -> None:
    before = await drafted.counted()
    found = await drafted.drafts()
    someone = next(each for each in found.values() if each.mentor_id)
    other = next(each for each in found.values() if each.mentor_id not in (None, someone.mentor_id))

    cost = await drafted.edit(someone, mentor_id=other.mentor_id, instead_of=other.mentee_id)

    after = await drafted.counted()
    now = await drafted.drafts()
    assert now[someone.mentee_id].mentor_id == other.mentor_id
    assert now[other.mentee_id].mentor_id is None
    assert now[other.mentee_id].unmatched == "A coordinator gave the place to somebody else."
    assert cost["total_score"] == pytest.approx(after[0] - before[0])
    assert cost["blocking_pairs"] == after[1] - before[1]
    assert cost["mentee_score"] == pytest.approx(now[someone.mentee_id].score - someone.score)
    assert cost["displaced_score"] == pytest.approx(-other.score)
    run = await drafted.field.run(drafted.run_id)
    assert run.edits == 1
    assert run.certificate is not None
    assert run.certificate.total_score == pytest.approx(after[0])
    assert run.certificate.blocking_pairs == after[1]
    assert run.certificate.proposed == 7
    assert run.certificate.optimality_gap is not None
    assert run.certificate.optimality_gap > 0


async def test_a_mentee_is_left_open_and_taken_back(drafted: Drafted) -> None:
    before = await drafted.counted()
    someone = next(each for each in (await drafted.drafts()).values() if each.mentor_id)

    left = await drafted.edit(someone)
    again = await drafted.edit(someone, mentor_id=someone.mentor_id)

    assert left["total_score"] == pytest.approx(-someone.score)
    assert again["total_score"] == pytest.approx(someone.score)
    assert left["displaced_score"] is None
    assert await drafted.counted() == pytest.approx(before)
    told = await drafted.field.told(".draft.edited", ".run.edited")
    assert told == ["matching.draft.edited", "matching.run.edited"] * 2


async def test_a_full_mentor_is_taken_only_in_somebodys_stead(drafted: Drafted) -> None:
    found = await drafted.drafts()
    someone = next(each for each in found.values() if each.mentor_id)
    full = next(each.mentor_id for each in found.values() if each.mentor_id != someone.mentor_id)
    answer = await drafted.field.network.do("edit-draft", draft_id=someone.id, mentor_id=full)
    assert answer.code == "no-free-place"


async def test_hard_rules_hold_for_hands_too(field: Field, runner: Runner) -> None:
    await field.fill(mentees=2, mentors=2, capacity=2)
    stranger = await field.network.mentor(1, languages=["ja"])
    await field.enrol_mentor(stranger)
    outsider = await field.network.mentor(1)
    run_id = await field.request(dry=True)
    await runner.step()
    someone = next(iter((await Drafted(field, run_id).drafts()).values()))

    codes = [
        (await field.network.do("edit-draft", draft_id=someone.id, mentor_id=mentor.id)).code
        for mentor in (stranger, outsider)
    ]
    member = await field.network.do("edit-draft", field.mentees[0], draft_id=someone.id)

    assert codes == ["against-the-rules", "not-enrolled"]
    assert member.code == "not-allowed"


async def test_what_was_edited_is_committed(drafted: Drafted, runner: Runner) -> None:
    someone = next(each for each in (await drafted.drafts()).values() if each.mentor_id)
    await drafted.edit(someone)
    await drafted.field.network.done("commit-matching-run", run_id=drafted.run_id)
    await runner.step()

    assert someone.mentee_id not in {
        each.mentee_id for each in await drafted.field.network.pairings()
    }
    waiting = await drafted.field.waiting()
    assert waiting[someone.mentee_id].reason == "A coordinator left it open."
