"""Profiles on yesterday's database: who was erased since is erased again, with all traces."""

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import asyncpg
import pytest

from chassis.identity import Caller
from contracts.profiles import PERSON
from profiles.main import service
from support.backups import back_up, restore
from support.databases import ServiceDatabase
from support.erasing import texts
from support.harness import Harness, harness
from support.hr import person_fields
from support.recovering import empty_topics, publishing, recovered

pytestmark = pytest.mark.platform

SITE = {
    "code": "LIS",
    "name": "Oriente",
    "city": "Lisboa",
    "country": "PT",
    "time_zone": "Europe/Lisbon",
    "languages": ["pt"],
}
ADMINISTRATOR = Caller(
    subject="admin",
    organisation_id=uuid4(),
    person_id=uuid4(),
    roles=frozenset({"administrator"}),
)


async def hire(profiles: Harness, word: str) -> UUID:
    await profiles.do("set-up-organisation", ADMINISTRATOR, name="Lindqvist")
    await profiles.do("import-sites", ADMINISTRATOR, sites=[SITE])
    row = person_fields("1", subject="1", skills=[word])
    answered = await profiles.do("import-people", ADMINISTRATOR, people=[row])
    return answered.id


async def has(dsn: ServiceDatabase, word: str) -> set[str]:
    """Which tables have a word."""
    database = await asyncpg.connect(dsn.superuser)
    try:
        return {table for table, text in (await texts(database)).items() if word in text}
    finally:
        await database.close()


async def park(dsn: ServiceDatabase, body: str) -> None:
    database = await asyncpg.connect(dsn.superuser)
    try:
        await database.execute(
            'insert into cairn.dead_letters (topic, partition, "offset", headers, body, reason,'
            " attempts) values ('a.b', 0, 0, '[]', $1, 'tested', 1)",
            body.encode(),
        )
    finally:
        await database.close()


async def test_who_was_erased_since_leaves_nothing_behind(
    database: Callable[[str], Awaitable[ServiceDatabase]], kafka: str
) -> None:
    dsn, word = await database("profiles"), f"canary-{uuid4().hex}"
    await empty_topics(kafka, service.publishes)
    async with publishing(service, dsn, kafka) as profiles:
        person_id = await hire(profiles, word)
        own = Caller(
            subject="1", organisation_id=ADMINISTRATOR.organisation_id, person_id=person_id
        )
        await profiles.do("update-profile", own, person_id=str(person_id), aspiration=word)
    await park(dsn, f"{person_id} {word}")
    await back_up(dsn)
    async with publishing(service, dsn, kafka) as profiles:
        await profiles.do("erase-person", ADMINISTRATOR, person_id=str(person_id))
    await restore(dsn)
    assert await has(dsn, word) == {"public.people", "cairn.dead_letters"}
    assert "cairn.answers" in await has(dsn, str(person_id))

    done = await recovered(service, dsn, kafka)

    assert done.erased[PERSON] == 1
    assert await has(dsn, word) == set()
    assert await has(dsn, str(person_id)) == {"public.erasures", "cairn.graves", "cairn.answers"}
    async with harness(service, dsn) as profiles:
        refused = await profiles.do("update-profile", own, person_id=str(person_id), skills=["SQL"])
        assert refused.code == "not-allowed"
