"""What each of the people concerned is told of a change."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chassis.events import Event
from chassis.ids import derived_id
from contracts.matching import (
    MatchingRun,
    MentorRequest,
    Pairing,
    PairingChange,
    Programme,
    RequestChange,
    RunChange,
)
from contracts.notifications import Notification
from contracts.profiles import Person, Standing
from contracts.sessions import Feedback, Session, SessionStatus
from notifications.domain.audience import is_told
from notifications.domain.times import span
from notifications.domain.words import name, one_line
from notifications.texts import STORIES

MOST_REASONS = 5  # of a match, in its notification; the pairing has them all


def of_pairing(
    event: Event[Pairing], mentor: Person, mentee: Person, programme: Programme, *, now: datetime
) -> list[Notification]:
    pairing = event.state
    assert pairing is not None
    lines: list[str] = []
    if event.type == PairingChange.PROPOSED:
        lines = [one_line(reason.sentence) for reason in pairing.reasons[:MOST_REASONS]]
    if event.type == PairingChange.ENDED:
        lines = _reason(pairing.closing_reason)
    values = {"programme": one_line(programme.name)}
    return [
        *_tell(event, mentor, mentee, values, lines, now=now, as_mentor=True),
        *_tell(event, mentee, mentor, values, lines, now=now),
    ]


def of_request(
    event: Event[MentorRequest],
    mentor: Person,
    mentee: Person,
    programme: Programme,
    *,
    now: datetime,
) -> list[Notification]:
    request = event.state
    assert request is not None
    values = {"programme": one_line(programme.name)}
    if event.type == RequestChange.ASKED:
        lines = [f"“{one_line(request.message)}”"] if request.message else []
        lines += [one_line(reason.sentence) for reason in request.reasons[:MOST_REASONS]]
        return _tell(event, mentor, mentee, values, lines, now=now)
    lines = [f"“{one_line(request.answer)}”"] if request.answer else []
    return _tell(event, mentee, mentor, values, lines, now=now)


def of_session(
    event: Event[Session], mentor: Person, mentee: Person, *, now: datetime
) -> list[Notification]:
    session = event.state
    assert session is not None
    topic = {"topic": one_line(session.topic)}
    return [
        *_tell(event, mentor, mentee, topic, _plan(session, mentor), now=now),
        *_tell(event, mentee, mentor, topic, _plan(session, mentee), now=now),
    ]


def of_feedback(
    event: Event[Feedback], about: Person, author: Person, session: Session, *, now: datetime
) -> list[Notification]:
    return _tell(event, about, author, {"topic": one_line(session.topic)}, [], now=now)


def of_run(
    event: Event[MatchingRun], requester: Person, programme: Programme, *, now: datetime
) -> list[Notification]:
    run = event.state
    assert run is not None
    certificate = run.certificate
    if certificate is None:
        return []
    pairs = "Pairs that it would propose" if event.type == RunChange.DRAFTED else "Pairs proposed"
    lines = [
        f"{pairs}: {certificate.proposed}",
        f"Mentees who took part: {certificate.mentees}",
        f"Mentors with a free place: {certificate.mentors}",
        f"Mentees still without a mentor: {certificate.unmatched}",
    ]
    return _tell(event, requester, None, {"programme": one_line(programme.name)}, lines, now=now)


def _tell(
    event: Event[Any],
    reader: Person,
    other: Person | None,
    values: Mapping[str, str],
    lines: Sequence[str],
    *,
    now: datetime,
    as_mentor: bool = False,
) -> list[Notification]:
    """The reader's notification, or none where they are not told."""
    if reader.standing is Standing.LEFT or not is_told(event, reader.id):
        return []
    story = STORIES[event.type]
    words = (as_mentor and story.to_mentor) or story.words
    values = {**values, "other": name(other) if other else ""}
    return [
        Notification(
            id=derived_id("notification", event.id, reader.id),
            organisation_id=event.organisation_id,
            person_id=reader.id,
            kind=story.kind,
            title=words.title.format_map(values),
            body="\n".join([words.body.format_map(values), *lines]),
            about_type=event.topic,
            about_id=event.subject,
            posted_at=now,
            other_id=other and other.id,
        )
    ]


def _plan(session: Session, reader: Person) -> list[str]:
    lines = [f"When: {span(session.starts_at, session.ends_at, reader)}"]
    if session.status is SessionStatus.SCHEDULED and session.place:
        lines.append(f"Where: {one_line(session.place)}")
    if session.status is SessionStatus.CANCELLED:
        lines += _reason(session.closing_reason)
    return lines


def _reason(text: str) -> list[str]:
    return [f"Reason: {one_line(text)}"] if text.strip() else []
