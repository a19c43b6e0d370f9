"""The rules of goals and feedback."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from chassis.ids import new_id
from chassis.refusals import Invalid, NotAllowed
from contracts.matching import Pairing, PairingStatus
from contracts.sessions import Goal, GoalStatus, Session, SessionStatus
from sessions.domain import feedback, goal
from sessions.refusals import GoalClosed, PairingNotActive, SessionNotHeld

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
NEW_YEAR = date(2027, 1, 1)


@pytest.fixture
def pairing() -> Pairing:
    return Pairing(
        id=new_id(),
        organisation_id=uuid4(),
        programme_id=uuid4(),
        mentor_id=uuid4(),
        mentee_id=uuid4(),
        status=PairingStatus.ACTIVE,
        proposed_at=NOW,
    )


def set_by(person: UUID, pairing: Pairing | None, title: str = "Lead a team") -> Goal:
    return goal.set_goal(
        pairing,
        organisation_id=pairing.organisation_id if pairing else uuid4(),
        by=person,
        title=title,
        description="",
        skill="",
        due_on=None,
        now=NOW,
    )


def test_a_goal_needs_no_pairing() -> None:
    me = uuid4()

    alone = set_by(me, None)

    assert (alone.person_id, alone.pairing_id, alone.progress) == (me, None, 0)


def test_a_goal_of_a_pairing_is_its_mentees(pairing: Pairing) -> None:
    assert set_by(pairing.mentee_id, pairing).pairing_id == pairing.id
    for other in (pairing.mentor_id, uuid4()):
        with pytest.raises(NotAllowed):
            set_by(other, pairing)
    with pytest.raises(PairingNotActive):
        set_by(pairing.mentee_id, replace(pairing, status=PairingStatus.PAUSED))
    with pytest.raises(Invalid):
        set_by(pairing.mentee_id, pairing, title=" \t")


def test_owner_and_mentor_note_progress_and_nobody_else(pairing: Pairing) -> None:
    shared = set_by(pairing.mentee_id, pairing)

    assert goal.progress(shared, pairing, by=pairing.mentor_id, percent=40).progress == 40
    assert goal.progress(shared, pairing, by=pairing.mentee_id, percent=50).progress == 50
    with pytest.raises(NotAllowed):
        goal.progress(shared, pairing, by=uuid4(), percent=1)
    with pytest.raises(NotAllowed):
        goal.progress(replace(shared, pairing_id=None), None, by=pairing.mentor_id, percent=1)
    ended = replace(pairing, status=PairingStatus.ENDED)
    with pytest.raises(PairingNotActive):
        goal.progress(shared, ended, by=pairing.mentor_id, percent=1)


def test_only_its_owner_rewords_achieves_and_drops_a_goal(pairing: Pairing) -> None:
    shared = set_by(pairing.mentee_id, pairing)
    mentee, mentor = pairing.mentee_id, pairing.mentor_id
    reword = partial(goal.reword, shared, title="Lead two", description=UNSET, due_on=NEW_YEAR)

    assert (reword(by=mentee).title, reword(by=mentee).due_on) == ("Lead two", NEW_YEAR)
    achieved = goal.achieve(shared, by=mentee)
    assert (achieved.status, achieved.progress) == (GoalStatus.ACHIEVED, 100)
    assert goal.drop(shared, by=mentee).status is GoalStatus.DROPPED
    with pytest.raises(NotAllowed):
        reword(by=mentor)
    with pytest.raises(NotAllowed):
        goal.achieve(shared, by=mentor)
    with pytest.raises(NotAllowed):
        goal.drop(shared, by=mentor)


@pytest.mark.parametrize("status", [GoalStatus.ACHIEVED, GoalStatus.DROPPED])
def test_a_closed_goal_stays_closed(pairing: Pairing, status: GoalStatus) -> None:
    closed = replace(set_by(pairing.mentee_id, pairing), status=status)
    mentee = pairing.mentee_id

    with pytest.raises(GoalClosed):
        goal.progress(closed, pairing, by=mentee, percent=1)
    with pytest.raises(GoalClosed):
        goal.reword(closed, by=mentee, title="Again", description=UNSET, due_on=UNSET)
    with pytest.raises(GoalClosed):
        goal.achieve(closed, by=mentee)
    with pytest.raises(GoalClosed):
        goal.drop(closed, by=mentee)


def session_of(pairing: Pairing, status: SessionStatus) -> Session:
    identity = new_id()
    return Session(
        id=identity,
        organisation_id=pairing.organisation_id,
        pairing_id=pairing.id,
        mentor_id=pairing.mentor_id,
        mentee_id=pairing.mentee_id,
        topic="Talk",
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=1),
        status=status,
        booked_by=pairing.mentor_id,
        uid=f"{identity}@cairn",
    )


give = partial(feedback.give, rating=5, comment=" Thanks! ", now=NOW)


def test_feedback_is_about_the_other_and_has_one_identity(pairing: Pairing) -> None:
    held = session_of(pairing, SessionStatus.HELD)

    first = give(held, by=pairing.mentee_id)
    other = give(held, by=pairing.mentor_id)

    assert (first.about_id, first.comment) == (pairing.mentor_id, "Thanks!")
    assert other.about_id == pairing.mentee_id
    assert first.id != other.id
    assert first.id == give(held, by=pairing.mentee_id).id


def test_feedback_is_for_the_two_and_for_sessions_that_were_held(pairing: Pairing) -> None:
    with pytest.raises(NotAllowed):
        give(session_of(pairing, SessionStatus.HELD), by=uuid4())
    for status in set(SessionStatus) - {SessionStatus.HELD}:
        with pytest.raises(SessionNotHeld):
            give(session_of(pairing, status), by=pairing.mentee_id)
