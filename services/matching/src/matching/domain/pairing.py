"""The life of a pairing: who may do what, from which stage, and what becomes of it."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from chassis.identity import Caller
from chassis.refusals import NotAllowed
from contracts.matching import Pairing, PairingChange, PairingStatus, Programme
from matching.domain.programme import is_coordinator
from matching.refusals import IllegalTransition


class Party(StrEnum):
    """As what somebody acts upon a pairing."""

    MENTOR = "mentor"
    MENTEE = "mentee"
    COORDINATOR = "coordinator"
    PLATFORM = "platform"  # nobody: it follows from something else


class Action(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    PAUSE = "pause"
    RESUME = "resume"
    COMPLETE = "complete"
    END = "end"


class Stage(StrEnum):
    """A pairing's status and, while it is proposed, who has accepted."""

    PROPOSED = "proposed"
    ACCEPTED_BY_MENTOR = "accepted by the mentor"
    ACCEPTED_BY_MENTEE = "accepted by the mentee"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    ENDED = "ended"
    DECLINED = "declined"


class Transition(NamedTuple):
    action: Action
    by: frozenset[Party]
    source: frozenset[Stage]
    target: Stage
    change: PairingChange


PAIR = frozenset({Party.MENTOR, Party.MENTEE})
OFFERED = frozenset({Stage.PROPOSED, Stage.ACCEPTED_BY_MENTOR, Stage.ACCEPTED_BY_MENTEE})
UNDER_WAY = frozenset({Stage.ACTIVE, Stage.PAUSED})
OPEN = frozenset({PairingStatus.PROPOSED, PairingStatus.ACTIVE, PairingStatus.PAUSED})


def _rule(
    action: Action,
    by: Collection[Party],
    source: Collection[Stage],
    target: Stage,
    change: PairingChange,
) -> Transition:
    return Transition(action, frozenset(by), frozenset(source), target, change)


TRANSITIONS = (
    _rule(
        Action.ACCEPT,
        {Party.MENTOR},
        {Stage.PROPOSED},
        Stage.ACCEPTED_BY_MENTOR,
        PairingChange.ACCEPTED,
    ),
    _rule(
        Action.ACCEPT,
        {Party.MENTEE},
        {Stage.PROPOSED},
        Stage.ACCEPTED_BY_MENTEE,
        PairingChange.ACCEPTED,
    ),
    _rule(
        Action.ACCEPT,
        {Party.MENTEE},
        {Stage.ACCEPTED_BY_MENTOR},
        Stage.ACTIVE,
        PairingChange.ACTIVATED,
    ),
    _rule(
        Action.ACCEPT,
        {Party.MENTOR},
        {Stage.ACCEPTED_BY_MENTEE},
        Stage.ACTIVE,
        PairingChange.ACTIVATED,
    ),
    _rule(Action.DECLINE, PAIR, OFFERED, Stage.DECLINED, PairingChange.DECLINED),
    _rule(
        Action.PAUSE,
        {*PAIR, Party.COORDINATOR},
        {Stage.ACTIVE},
        Stage.PAUSED,
        PairingChange.PAUSED,
    ),
    _rule(
        Action.RESUME,
        {*PAIR, Party.COORDINATOR},
        {Stage.PAUSED},
        Stage.ACTIVE,
        PairingChange.RESUMED,
    ),
    _rule(Action.COMPLETE, PAIR, UNDER_WAY, Stage.COMPLETED, PairingChange.COMPLETED),
    _rule(Action.END, PAIR, UNDER_WAY, Stage.ENDED, PairingChange.ENDED),
    _rule(
        Action.END,
        {Party.COORDINATOR, Party.PLATFORM},
        OFFERED | UNDER_WAY,
        Stage.ENDED,
        PairingChange.ENDED,
    ),
)

PLATFORM = frozenset({Party.PLATFORM})

# The reasons that the platform gives; others are people's.
LEFT_ORGANISATION = "One of the two has left the organisation."
LEFT_PROGRAMME = "One of the two has left the programme."
UNANSWERED = "Nobody answered the proposal in time."


def stage_of(pairing: Pairing) -> Stage:
    if pairing.status is PairingStatus.PROPOSED:
        if pairing.mentor_accepted_at is not None:
            return Stage.ACCEPTED_BY_MENTOR
        if pairing.mentee_accepted_at is not None:
            return Stage.ACCEPTED_BY_MENTEE
    return Stage(pairing.status.value)


def is_open(pairing: Pairing) -> bool:
    """Whether it takes one of the mentor's places."""
    return pairing.status in OPEN


def parties(pairing: Pairing, programme: Programme, caller: Caller) -> frozenset[Party]:
    """As what the caller may act upon the pairing; one person can be several things."""
    is_party = {
        Party.MENTOR: caller.person_id == pairing.mentor_id,
        Party.MENTEE: caller.person_id == pairing.mentee_id,
        Party.COORDINATOR: is_coordinator(programme, caller),
    }
    return frozenset(party for party, holds in is_party.items() if holds)


def act(
    pairing: Pairing,
    action: Action,
    *,
    by: frozenset[Party],
    person_id: UUID | None,
    at: datetime,
    reason: str = "",
) -> tuple[Pairing, PairingChange]:
    """The pairing after the action, and what has happened to it.

    Raises NotAllowed for whoever may never do it, IllegalTransition where the stage forbids it.
    """
    stage = stage_of(pairing)
    for transition in TRANSITIONS:
        if transition.action is action and stage in transition.source and by & transition.by:
            after = _apply(
                pairing, transition, by & transition.by, person_id=person_id, at=at, reason=reason
            )
            return after, transition.change
    raise _refusal(pairing, action, by)


def _apply(
    pairing: Pairing,
    transition: Transition,
    by: frozenset[Party],
    *,
    person_id: UUID | None,
    at: datetime,
    reason: str,
) -> Pairing:
    at = max(at, _last_moment(pairing))
    match transition.target:
        case Stage.ACCEPTED_BY_MENTOR:
            return replace(pairing, mentor_accepted_at=at)
        case Stage.ACCEPTED_BY_MENTEE:
            return replace(pairing, mentee_accepted_at=at)
        case Stage.ACTIVE if transition.action is Action.ACCEPT:
            side = "mentor_accepted_at" if Party.MENTOR in by else "mentee_accepted_at"
            return replace(pairing, status=PairingStatus.ACTIVE, active_since=at, **{side: at})
        case Stage.ACTIVE | Stage.PAUSED as target:
            return replace(pairing, status=PairingStatus(target.value))
        case target:
            return replace(
                pairing,
                status=PairingStatus(target.value),
                closed_at=at,
                closed_by=person_id,
                closing_reason=reason,
            )


def _last_moment(pairing: Pairing) -> datetime:
    """Two servers' clocks may differ; a pairing's own time never runs backwards."""
    return max(
        moment
        for moment in (
            pairing.proposed_at,
            pairing.mentor_accepted_at,
            pairing.mentee_accepted_at,
            pairing.active_since,
        )
        if moment is not None
    )


def _refusal(
    pairing: Pairing, action: Action, by: frozenset[Party]
) -> NotAllowed | IllegalTransition:
    entitled = frozenset[Party]().union(
        *(transition.by - PLATFORM for transition in TRANSITIONS if transition.action is action)
    )
    if not by & entitled:
        who = " or ".join(sorted(f"the {party}" for party in entitled))
        return NotAllowed(f"Only {who} of pairing {pairing.id} may {action} it.")
    stage = stage_of(pairing)
    possible = sorted(
        {
            transition.action
            for transition in TRANSITIONS
            if stage in transition.source and by & transition.by
        }
    )
    rest = f"you can {' or '.join(possible)} it" if possible else "nothing can be done with it now"
    return IllegalTransition(
        f"Pairing {pairing.id} is {stage}; you cannot {action} it in this state: {rest}."
    )
