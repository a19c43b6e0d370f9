"""Groups that would fare markedly worse, and what evening out costs."""

import numpy as np
import pytest

from contracts.matching import Mode
from matching.matcher.fairness import worse_off
from matching.matcher.match import match
from matching.matcher.parity import parity
from support.fits import TableFit

HIGHEST = 100_000
GROUPS = {"site": np.arange(300) % 3}


def uneven(spare: float) -> tuple[TableFit, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Mentees of the last group fit everybody a little less."""
    rng = np.random.default_rng(5)
    table = rng.integers(20_000, 70_000, (300, 40)) + rng.integers(0, 20_000, 40)
    table -= (GROUPS["site"] == 2)[:, None] * 2_000
    table[rng.random(table.shape) < 0.1] = -1
    return TableFit(np.clip(table, -1, HIGHEST), HIGHEST, 64), np.full(40, int(300 * spare / 40))


@pytest.mark.parametrize("mode", [Mode.NETWORK, Mode.STABLE])
def test_groups_that_would_be_worse_off_are_helped(mode: Mode) -> None:
    fit, places = uneven(0.6)
    unaided = match(fit, places, mode=mode, labels=GROUPS)
    evened = match(fit, places, mode=mode, labels=GROUPS, even=["site"])

    assert worse_off(unaided.proof, ["site"])
    assert not worse_off(evened.proof, ["site"])
    assert evened.cost_of_parity is not None
    assert 0 <= evened.cost_of_parity < 0.1
    assert evened.proof.placed == unaided.proof.placed
    assert evened.proof.hard_rule_violations == 0


def test_what_is_even_costs_nothing() -> None:
    fit, places = uneven(1.2)
    fit.table[:] = np.maximum(fit.table, HIGHEST // 2)
    evened = match(fit, places, labels={"site": np.zeros(300, np.int64)}, even=["site"])

    assert evened.cost_of_parity == 0


def test_groups_are_counted_beside_the_network() -> None:
    fits = np.array([0.5, 0.7, -1.0, 0.9, -1.0])
    first = np.array([True, False, False, True, False])
    one, two = parity(np.array([0, 0, 0, 1, -1]), fits, first)

    assert (one.mentees, one.placed, one.first_choices) == (3, 2, 1)
    assert one.mean_score == pytest.approx(0.6)
    assert one.coverage_ratio == pytest.approx((2 / 3) / (3 / 5))
    assert two.first_choice_ratio == pytest.approx(1 / (2 / 5))
    assert one.worse == (one.first_choice_ratio < 0.8)
