"""I9: every event leads back to a command that somebody sent, in the log and in the trail."""

from uuid import UUID

from support.judges.evidence import Evidence, Logged


async def judge_trail(evidence: Evidence) -> None:
    expect = evidence.verdict.expect
    kept = await evidence.rows(
        "gateway",
        "select id, type, subject, version, actor, causation_id, correlation_id from events"
        " where organisation_id = $1",
        evidence.organisation_id,
    )
    trail = {row["id"]: row for row in kept}
    logged = {UUID(event.id): event for event in evidence.events}
    expect("I9", len(trail) == len(kept), "the trail has an event twice")
    expect("I9", not logged.keys() - trail.keys(), "the trail lacks events")
    expect("I9", not trail.keys() - logged.keys(), "the trail has events that the log has not")
    commands = {entry.id for entry in evidence.journal}
    for id_, event in logged.items():
        if row := trail.get(id_):
            expect("I9", _says(row) == _told(event), f"{event.type} {event.id}: the trail differs")
        _judge_origin(event, logged, commands, evidence)


def _says(row: object) -> tuple[object, ...]:
    return tuple(row)[1:]  # pyright: ignore  # a row is a sequence


def _told(event: Logged) -> tuple[object, ...]:
    return (
        event.type,
        event.subject,
        event.version,
        event.actor,
        event.causation,
        event.correlation,
    )


def _judge_origin(
    event: Logged, logged: dict[UUID, Logged], commands: set[UUID], evidence: Evidence
) -> None:
    """From cause to cause, within one correlation, to a command."""
    at = event
    for _ in range(len(logged)):
        if at.causation in commands:
            return
        cause = logged.get(at.causation)
        if cause is None or cause.correlation != event.correlation:
            break
        at = cause
    evidence.verdict.expect(
        "I9", False, f"{event.type} {event.id} leads back to {at.causation}, no command"
    )
