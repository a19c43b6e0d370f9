"""A service of the product whose database goes back in time, without processes around it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from chassis.recovery import Recovered, recover
from chassis.relay import Relay
from chassis.service import Service
from support.databases import ServiceDatabase
from support.harness import Harness, harness
from support.ledger import in_background
from support.waiting import eventually


@asynccontextmanager
async def publishing(
    service: Service, database: ServiceDatabase, kafka: str
) -> AsyncGenerator[Harness]:
    """The service; by the end all that it announced is published."""
    async with harness(service, database) as running:
        relay = Relay(dsn=database.pipe, kafka=kafka, service=service.name)
        async with in_background(relay.run):
            yield running

            async def published() -> bool:
                async with running.pipe.connection() as connection:
                    return not await connection.fetchval("select count(*) from cairn.outbox")

            await eventually(published, within=60)


async def recovered(service: Service, database: ServiceDatabase, kafka: str) -> Recovered:
    return await recover(
        service=service.name,
        owns=service.owns,
        topics=service.publishes,
        derives=service.derives,
        kafka=kafka,
        pipe_dsn=database.pipe,
    )
