"""The life of a matching run."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from msgspec.structs import replace

from contracts.matching import MatchingRun, Programme, RunStatus
from matching.domain import run as life
from matching.refusals import IllegalTransition

PROGRAMME = Programme(id=uuid4(), organisation_id=uuid4(), name="Paths", starts_on=date(2026, 1, 1))


def run(status: RunStatus) -> MatchingRun:
    requested = life.request(
        PROGRAMME, run_id=uuid4(), by=None, at=datetime(2026, 3, 1, tzinfo=UTC), dry=True, seed=7
    )
    return replace(requested, status=status)


def test_a_dry_run_is_asked_for_by_the_rules_given() -> None:
    asked = run(RunStatus.REQUESTED)
    assert (asked.dry, asked.seed, asked.rules) == (True, 7, PROGRAMME.rules)


@pytest.mark.parametrize("status", RunStatus)
def test_only_a_draft_is_committed(status: RunStatus) -> None:
    if status is RunStatus.DRAFTED:
        assert life.commit(run(status)).status is RunStatus.RUNNING
    else:
        with pytest.raises(IllegalTransition):
            life.commit(run(status))


@pytest.mark.parametrize("proposes", [True, False])
@pytest.mark.parametrize("status", RunStatus)
def test_a_run_is_cancelled_until_it_proposes(status: RunStatus, proposes: bool) -> None:
    cancellable = {RunStatus.REQUESTED, RunStatus.RUNNING, RunStatus.DRAFTED}
    if status in cancellable and not proposes:
        assert life.cancel(run(status), proposes=proposes).status is RunStatus.CANCELLED
    else:
        with pytest.raises(IllegalTransition):
            life.cancel(run(status), proposes=proposes)
