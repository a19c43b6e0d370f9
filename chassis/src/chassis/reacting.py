"""Running a handler for an event, once in effect."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from chassis import telemetry
from chassis.database import Connection, is_transient
from chassis.events import Event
from chassis.subscriptions import Reaction
from chassis.unit import Cause, Unit, flush_all

Concern = tuple[Reaction, Event[Any]]  # a reaction, and an event that it is to react to


def key_of(concern: Concern) -> tuple[str, UUID]:
    """What its order is kept by: the reaction's name, and the subject."""
    reaction, event = concern
    return reaction.name, event.subject


def apart(concerns: Iterable[Concern]) -> Iterator[list[Concern]]:
    """Runs of them in which no two are of one reaction and subject, in their order."""
    run: list[Concern] = []
    keys: set[tuple[str, UUID]] = set()
    for concern in concerns:
        if key_of(concern) in keys:
            yield run
            run, keys = [], set()
        run.append(concern)
        keys.add(key_of(concern))
    if run:
        yield run


async def react_once(
    connection: Connection,
    reaction: Reaction,
    event: Event[Any],
    service: str,
    *,
    force: bool = False,
) -> None:
    """React, unless this version of the subject, or a newer one, has been handled.

    With `force`, react though a newer one has been. Raises NotYet, with nothing changed.
    """
    async with connection.transaction():
        if not await _news(connection, [(reaction, event)]) and not force:
            return
        unit = await _react(connection, reaction, event, service)
        await unit.flush()


class Stumbled(Exception):  # noqa: N818
    """A reaction of several failed, by no fault of the database's; `place` says which."""

    def __init__(self, place: int, error: Exception) -> None:
        super().__init__(f"the reaction at {place} failed")
        self.place = place
        self.error = error


async def react_together(connection: Connection, concerns: Sequence[Concern], service: str) -> None:
    """React to several events of a tenant as one, each once in effect as `react_once` does.

    They are apart (`apart`). Raises Stumbled, with nothing changed.
    """
    async with connection.transaction():
        news = await _news(connection, concerns)
        units: list[Unit] = []
        for place, concern in enumerate(concerns):
            if key_of(concern) not in news:
                continue
            try:
                units.append(await _react(connection, *concern, service))
            except Exception as error:
                if is_transient(error, connection):
                    raise
                raise Stumbled(place, error) from error
        await flush_all(units)


def unit_of(event: Event[Any], connection: Connection, service: str) -> Unit:
    """A unit whose cause is the event."""
    return Unit(
        connection,
        service=service,
        organisation_id=event.organisation_id,
        cause=Cause(
            causation_id=event.id,
            correlation_id=event.envelope.correlation_id,
            actor=f"service:{service}",
        ),
    )


async def _react(
    connection: Connection, reaction: Reaction, event: Event[Any], service: str
) -> Unit:
    with telemetry.span(
        f"react {reaction.name}",
        within=event.envelope.trace or None,
        attributes={
            telemetry.REACTION: reaction.name,
            telemetry.EVENT_ID: str(event.id),
            telemetry.EVENT_TYPE: event.type,
            telemetry.SUBJECT: str(event.subject),
        },
    ):
        unit = unit_of(event, connection, service)
        await reaction.react(event, unit)
        return unit


async def _news(connection: Connection, concerns: Sequence[Concern]) -> set[tuple[str, UUID]]:
    """Mark events of a tenant as handled; returns the reactions and subjects they are news to."""
    rows = await connection.fetch(
        """
        insert into cairn.handled as seen (organisation_id, reaction, subject, version)
        select $1, * from unnest($2::text[], $3::uuid[], $4::bigint[])
        on conflict (organisation_id, reaction, subject)
            do update set version = excluded.version where seen.version < excluded.version
        returning reaction, subject
        """,
        concerns[0][1].organisation_id,
        [reaction.name for reaction, _ in concerns],
        [event.subject for _, event in concerns],
        [event.version for _, event in concerns],
    )
    return {(row["reaction"], row["subject"]) for row in rows}


async def version_handled(connection: Connection, reaction: Reaction, event: Event[Any]) -> int:
    """The newest version of the event's subject that the reaction has handled; 0: none."""
    version = await connection.fetchval(
        "select version from cairn.handled"
        " where organisation_id = $1 and reaction = $2 and subject = $3",
        event.organisation_id,
        reaction.name,
        event.subject,
    )
    return version or 0
