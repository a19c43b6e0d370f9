"""The life of a pairing, transition by transition."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from msgspec.structs import replace

from chassis.identity import Caller
from chassis.refusals import NotAllowed
from contracts.matching import Pairing, PairingChange, PairingStatus, Programme
from matching.domain.pairing import TRANSITIONS, Action, Party, Stage, act, parties, stage_of
from matching.refusals import IllegalTransition

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
MENTOR, MENTEE, COORDINATOR = uuid4(), uuid4(), uuid4()
BY = {Party.MENTOR: MENTOR, Party.MENTEE: MENTEE, Party.COORDINATOR: COORDINATOR}

PROPOSED = Pairing(
    id=uuid4(),
    organisation_id=uuid4(),
    programme_id=uuid4(),
    mentor_id=MENTOR,
    mentee_id=MENTEE,
    proposed_at=NOW,
)
ACTIVE = replace(
    PROPOSED,
    status=PairingStatus.ACTIVE,
    mentor_accepted_at=NOW,
    mentee_accepted_at=NOW,
    active_since=NOW,
)
AT_STAGE = {
    Stage.PROPOSED: PROPOSED,
    Stage.ACCEPTED_BY_MENTOR: replace(PROPOSED, mentor_accepted_at=NOW),
    Stage.ACCEPTED_BY_MENTEE: replace(PROPOSED, mentee_accepted_at=NOW),
    Stage.ACTIVE: ACTIVE,
    Stage.PAUSED: replace(ACTIVE, status=PairingStatus.PAUSED),
    Stage.COMPLETED: replace(ACTIVE, status=PairingStatus.COMPLETED, closed_at=NOW),
    Stage.ENDED: replace(ACTIVE, status=PairingStatus.ENDED, closed_at=NOW),
    Stage.DECLINED: replace(PROPOSED, status=PairingStatus.DECLINED, closed_at=NOW),
}

# What is allowed, written down a second time: (action, party) -> {stage: what becomes of it}
ACCEPTANCE = {
    Party.MENTOR: {
        Stage.PROPOSED: Stage.ACCEPTED_BY_MENTOR,
        Stage.ACCEPTED_BY_MENTEE: Stage.ACTIVE,
    },
    Party.MENTEE: {
        Stage.PROPOSED: Stage.ACCEPTED_BY_MENTEE,
        Stage.ACCEPTED_BY_MENTOR: Stage.ACTIVE,
    },
}
OFFERED = (Stage.PROPOSED, Stage.ACCEPTED_BY_MENTOR, Stage.ACCEPTED_BY_MENTEE)
PAIR = (Party.MENTOR, Party.MENTEE)
ALLOWED: dict[tuple[Action, Party], dict[Stage, Stage]] = {
    **{(Action.ACCEPT, party): ACCEPTANCE[party] for party in PAIR},
    **{(Action.DECLINE, party): dict.fromkeys(OFFERED, Stage.DECLINED) for party in PAIR},
    **{(Action.PAUSE, party): {Stage.ACTIVE: Stage.PAUSED} for party in BY},
    **{(Action.RESUME, party): {Stage.PAUSED: Stage.ACTIVE} for party in BY},
    **{
        (Action.COMPLETE, party): dict.fromkeys((Stage.ACTIVE, Stage.PAUSED), Stage.COMPLETED)
        for party in PAIR
    },
    **{
        (Action.END, party): dict.fromkeys((Stage.ACTIVE, Stage.PAUSED), Stage.ENDED)
        for party in PAIR
    },
    (Action.END, Party.COORDINATOR): dict.fromkeys(
        (*OFFERED, Stage.ACTIVE, Stage.PAUSED), Stage.ENDED
    ),
}


@pytest.mark.parametrize(("stage", "action", "party"), list(product(Stage, Action, BY)))
def test_only_what_the_table_allows_happens(stage: Stage, action: Action, party: Party) -> None:
    before = AT_STAGE[stage]
    allowed = ALLOWED.get((action, party), {})

    def attempt() -> Pairing:
        at = NOW + timedelta(hours=1)
        return act(before, action, by=frozenset({party}), person_id=BY[party], at=at)[0]

    if stage in allowed:
        assert stage_of(attempt()) is allowed[stage]
    else:
        with pytest.raises(IllegalTransition if allowed else NotAllowed):
            attempt()


def test_every_stage_can_be_told_and_every_change_happens() -> None:
    assert {stage: stage_of(pairing) for stage, pairing in AT_STAGE.items()} == {
        stage: stage for stage in Stage
    }
    assert {transition.change for transition in TRANSITIONS} == set(PairingChange) - {
        PairingChange.PROPOSED,
        PairingChange.LAPSED,  # nobody acts: time has passed
        PairingChange.REDACTED,
        PairingChange.RESTATED,
    }


def test_a_closed_pairing_says_when_by_whom_and_why() -> None:
    at = NOW + timedelta(days=1)
    ended, change = act(
        ACTIVE, Action.END, by=frozenset({Party.MENTEE}), person_id=MENTEE, at=at, reason="Moving."
    )

    assert change is PairingChange.ENDED
    assert (ended.closed_at, ended.closed_by, ended.closing_reason) == (at, MENTEE, "Moving.")


def test_time_does_not_run_backwards_with_a_slow_clock() -> None:
    slow = NOW - timedelta(seconds=3)
    accepted, _ = act(
        PROPOSED, Action.ACCEPT, by=frozenset({Party.MENTOR}), person_id=MENTOR, at=slow
    )

    assert accepted.mentor_accepted_at == NOW


def test_a_refusal_names_the_pairing_its_stage_and_what_is_possible() -> None:
    with pytest.raises(IllegalTransition) as refusal:
        act(
            AT_STAGE[Stage.ACCEPTED_BY_MENTOR],
            Action.ACCEPT,
            by=frozenset({Party.MENTOR}),
            person_id=MENTOR,
            at=NOW,
        )

    assert refusal.value.message == (
        f"Pairing {PROPOSED.id} is accepted by the mentor; you cannot accept it in this state:"
        " you can decline it."
    )


def test_one_person_can_be_several_parties() -> None:
    programme = Programme(
        id=PROPOSED.programme_id,
        organisation_id=PROPOSED.organisation_id,
        name="Paths",
        starts_on=NOW.date(),
        coordinator_ids=[MENTOR],
    )
    caller = Caller(subject="m", organisation_id=PROPOSED.organisation_id, person_id=MENTOR)
    nobody = Caller(subject="n", organisation_id=PROPOSED.organisation_id)
    administrator = replace(nobody, roles=frozenset({"administrator"}))

    assert parties(PROPOSED, programme, caller) == {Party.MENTOR, Party.COORDINATOR}
    assert parties(PROPOSED, programme, administrator) == {Party.COORDINATOR}
    assert parties(PROPOSED, programme, nobody) == frozenset()
