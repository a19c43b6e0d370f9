"""Running a handler for an event, once in effect."""

from typing import Any

from chassis import telemetry
from chassis.database import Connection
from chassis.events import Event
from chassis.subscriptions import React, Reaction
from chassis.unit import Cause, Unit


async def react_once(
    connection: Connection, reaction: Reaction, event: Event[Any], service: str
) -> None:
    """React, unless this version of the subject, or a newer one, has been handled.

    Raises NotYet, with nothing changed.
    """
    async with connection.transaction():
        if not await _is_news(connection, reaction.name, event):
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
