"""A service of the product whose database goes back in time, without processes around it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from chassis.cluster import administering
from chassis.recovery import Recovered, recover
from chassis.relay import Relay
from chassis.service import Service
from chassis.topics import Topic, ensure_topics
from support.databases import ServiceDatabase
from support.harness import Harness, harness
from support.ledger import in_background
from support.waiting import eventually


async def empty_topics(kafka: str, topics: Sequence[Topic]) -> None:
    """Make topics anew: all that a log has of a service is taken back, other tests' too."""
    names = [topic.name for topic in topics]
    async with administering(kafka) as admin:
        await admin.delete_topics(names)

        async def are_gone() -> bool:
            return not set(names) & set(await admin.list_topics())

        await eventually(are_gone)
    await ensure_topics(kafka, topics)


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
