"""Running a handler for an event, once in effect."""

from typing import Any

from chassis import telemetry
from chassis.database import Connection
from chassis.events import Event
from chassis.subscriptions import React, Reaction
from chassis.unit import Cause, Unit


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
        if not await _is_news(connection, reaction.name, event) and not force:
            return
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
            await run(reaction.react, event, connection, service)


async def run(react: React, event: Event[Any], connection: Connection, service: str) -> None:
    """Run a handler with a unit whose cause is the event."""
    unit = Unit(
        connection,
        service=service,
        organisation_id=event.organisation_id,
        cause=Cause(
            causation_id=event.id,
            correlation_id=event.envelope.correlation_id,
            actor=f"service:{service}",
        ),
    )
    await react(event, unit)
    await unit.flush()


async def _is_news(connection: Connection, reaction: str, event: Event[Any]) -> bool:
    return bool(
        await connection.fetchval(
            """
            insert into cairn.handled as seen (organisation_id, reaction, subject, version)
            values ($1, $2, $3, $4)
            on conflict (organisation_id, reaction, subject)
                do update set version = excluded.version where seen.version < excluded.version
            returning true
            """,
            event.organisation_id,
            reaction,
            event.subject,
            event.version,
        )
    )


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
