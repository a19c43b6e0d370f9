"""Notifications on yesterday's database hears again what it heard, and nobody is told twice."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from msgspec.structs import replace

from chassis.topics import ensure_topics
from contracts.matching import PairingChange, ProgrammeChange
from contracts.notifications import NOTIFICATION
from contracts.profiles import PersonChange
from notifications.main import service
from support.backups import back_up, restore
from support.databases import ServiceDatabase
from support.harness import happened, harness
from support.people import pairing, person, programme
from support.recovering import publishing, recovered

pytestmark = pytest.mark.platform


async def test_nobody_is_told_twice_of_what_is_heard_again(
    database: Callable[[str], Awaitable[ServiceDatabase]], kafka: str
) -> None:
    dsn = await database("notifications")
    await ensure_topics(kafka, service.publishes)
    organisation_id = uuid4()
    two = [person(name, "Luz", organisation_id=organisation_id) for name in ("Ana", "Ken")]
    paths = replace(programme(), organisation_id=organisation_id)
    pair = pairing(*two, programme_id=paths.id, organisation_id=organisation_id)
    proposed = happened(PairingChange.PROPOSED, pair)
    async with harness(service, dsn) as notifications:
        for someone in two:
            await notifications.hear(happened(PersonChange.JOINED, someone))
        await notifications.hear(happened(ProgrammeChange.OPENED, paths))
    await back_up(dsn)
    async with publishing(service, dsn, kafka) as notifications:
        await notifications.hear(proposed)
    await restore(dsn)

    done = await recovered(service, dsn, kafka)
    assert done.states == {NOTIFICATION: 2}
    async with harness(service, dsn) as notifications:
        await notifications.hear(proposed)  # its position is yesterday's, and so is what it handled
        assert await notifications.outbox(organisation_id) == []
        async with notifications.app.tenant(organisation_id) as connection:
            assert await connection.fetchval("select count(*) from notifications") == 2
            assert await connection.fetchval("select count(*) from cairn.deliveries") == 0
