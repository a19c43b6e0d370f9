"""Units of what the service does by itself, in a job: nobody has asked for it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

from chassis.service import Running
from chassis.unit import Cause, Unit


@asynccontextmanager
async def unit_of(running: Running, organisation_id: UUID) -> AsyncGenerator[Unit]:
    """A unit within a tenant; what it announces goes out with its commit."""
    async with running.app.tenant(organisation_id) as connection:
        unit = Unit(
            connection,
            service=running.service,
            organisation_id=organisation_id,
            cause=Cause.of_itself(running.service),
        )
        yield unit
        await unit.flush()
    if unit.written:
        running.announced()
