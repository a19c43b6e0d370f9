"""What the subscribers of a topic made of a record, as their databases say."""

from typing import Any

from aiokafka.structs import RecordMetadata

from contracts.catalogue import TOPICS
from support.running import RunningPlatform
from support.waiting import eventually


async def heard(platform: RunningPlatform, record: RecordMetadata) -> None:
    """Wait until every subscriber has come past a record."""
    for service in TOPICS[record.topic].heard_by:

        async def past(service: str = service) -> bool:
            position = await _ask(
                platform,
                service,
                "select next from cairn.positions where topic = $1 and partition = $2",
                record.topic,
                record.partition,
            )
            return position > record.offset

        await eventually(past, within=60)


async def parked(platform: RunningPlatform, record: RecordMetadata) -> dict[str, str]:
    """Why which subscribers have put a record aside; those that have not are left out."""
    reasons = {
        service: await _ask(
            platform,
            service,
            "select string_agg(reason, '; ') from cairn.dead_letters"
            ' where topic = $1 and partition = $2 and "offset" = $3',
            record.topic,
            record.partition,
            record.offset,
        )
        for service in TOPICS[record.topic].heard_by
    }
    return {service: reason for service, reason in reasons.items() if reason}


async def _ask(platform: RunningPlatform, service: str, question: str, *given: object) -> Any:
    database = await platform.database(service)
    try:
        return await database.fetchval(question, *given)
    finally:
        await database.close()
