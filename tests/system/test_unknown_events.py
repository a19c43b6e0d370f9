"""A producer that is newer than its readers, and one that is broken, on the running platform."""

from dataclasses import replace
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.structs import RecordMetadata

from chassis.ids import new_id
from contracts.catalogue import TOPICS
from contracts.matching import PAIRING, PairingChange, PairingStatus
from contracts.profiles import PERSON, Person, PersonChange
from support import people
from support.api import nodes
from support.command_line import cairn
from support.harness import Heard, happened
from support.ledger import producing
from support.organisation import Organisation, mentee, mentor, slot, uuid_of
from support.owners import owned
from support.running import JSON, RunningPlatform
from support.subscribers import heard, parked
from support.waiting import eventually

pytestmark = pytest.mark.platform


class NewerChange(StrEnum):
    """What this version has never heard of."""

    SECONDED = "profiles.person.seconded"
    REKINDLED = "matching.pairing.rekindled"


async def tell(
    platform: RunningPlatform, producer: AIOKafkaProducer, record: Heard
) -> RecordMetadata:
    """Publish what the owner, of a newer version than ours, has in its database."""
    await owned(platform, record)
    return await publish(producer, record)


async def publish(producer: AIOKafkaProducer, record: Heard) -> RecordMetadata:
    """All into one partition, so that each has the next one behind it."""
    return await producer.send_and_wait(
        record.topic, record.value, key=record.key, headers=record.headers, partition=5
    )


def saying(record: Heard, **said: object) -> Heard:
    """The record with other words in its body, or more."""
    body = msgspec.json.decode(record.value or b"") | said
    return replace(record, value=msgspec.json.encode(body))


async def copy_of(platform: RunningPlatform, service: str, table: str, id_: UUID) -> JSON:
    database = await platform.database(service)
    try:
        query = f"select version, state::text as state from {table} where id = $1"
        row = await database.fetchrow(query, id_)
    finally:
        await database.close()
    assert row is not None
    return msgspec.json.decode(row["state"]) | {"version": row["version"]}


async def skipped(platform: RunningPlatform, service: str, topic: str) -> float:
    """How many events a service's reactions have left alone."""
    port = platform.settings.port_of(service)
    metrics = (await platform.http.get(f"http://127.0.0.1:{port}/metrics")).text
    wanted = f'cairn_handled_total{{outcome="skipped",topic="{topic}"}} '
    return sum(float(line.split()[-1]) for line in metrics.splitlines() if line.startswith(wanted))


async def test_what_is_new_is_taken_as_state(platform: RunningPlatform) -> None:
    """An unknown type, a field that nobody knows, and an unknown word where a few are known."""
    tenant = Organisation(platform)
    await tenant.set_up()
    someone = people.person("Ines", "Almeida", organisation_id=tenant.id)
    newer = saying(
        happened(NewerChange.SECONDED, someone, version=2),
        job_title="Harbour Pilot",
        shoe_size=42,
        visibility="friends",
    )
    async with producing(platform.settings.kafka) as producer:
        await tell(platform, producer, happened(PersonChange.JOINED, someone))
        record = await tell(platform, producer, newer)
    await heard(platform, record)

    assert await parked(platform, record) == {}
    administrator = await tenant.administrator()
    query = "{ people { edges { node { jobTitle visibility } } } }"
    shown = nodes((await administrator.query(query))["people"])
    assert shown == [{"jobTitle": "Harbour Pilot", "visibility": "UNKNOWN"}]
    for service in ("matching", "notifications"):
        copy = await copy_of(platform, service, "people", someone.id)
        assert (copy["version"], copy["job_title"]) == (2, "Harbour Pilot")


async def test_nobody_reacts_to_what_is_new(platform: RunningPlatform) -> None:
    """A pairing takes a turn that this version does not know: it holds, and nobody is told."""
    tenant = Organisation(platform)
    await tenant.set_up()
    await tenant.take_up(mentor("ana"), mentee("ben"))
    pairing = people.pairing(
        *(await _people_of(platform, tenant)),
        organisation_id=tenant.id,
        programme_id=uuid_of(await tenant.programme()),
    )
    active = msgspec.structs.replace(pairing, status=PairingStatus.ACTIVE)
    paused = msgspec.structs.replace(pairing, status=PairingStatus.PAUSED)
    ben = await tenant.api("ben")
    pairing_id = f"Pairing:{pairing.id}"

    async with producing(platform.settings.kafka) as producer:
        record = await tell(platform, producer, happened(PairingChange.PROPOSED, pairing))
        await heard(platform, record)
        before = await skipped(platform, "notifications", PAIRING)
        record = await tell(platform, producer, happened(NewerChange.REKINDLED, active, version=2))
        await heard(platform, record)
        assert await skipped(platform, "notifications", PAIRING) == before + 1

        shown = await ben.query(
            "query P($id: ID!) { node(id: $id) { ... on Pairing { status } } }", id=pairing_id
        )
        assert shown["node"] == {"status": "ACTIVE"}
        assert (await copy_of(platform, "sessions", "pairings", pairing.id))["status"] == "active"
        await ben.done("bookSession", pairingId=pairing_id, topic="Now we may", **slot(days=2))
        await tell(platform, producer, happened(PairingChange.PAUSED, paused, version=3))

    async def told() -> list[str] | None:
        query = "{ viewer { notifications { edges { node { kind } } } } }"
        inbox = nodes((await ben.query(query))["viewer"]["notifications"])
        kinds = sorted(each["kind"] for each in inbox)
        return kinds if "PAIRING_PAUSED" in kinds and "SESSION_SCHEDULED" in kinds else None

    assert await eventually(told) == ["PAIRING_PAUSED", "PAIRING_PROPOSED", "SESSION_SCHEDULED"]


async def _people_of(platform: RunningPlatform, tenant: Organisation) -> list[Person]:
    """The tenant's mentor and mentee, as profiles has them."""
    found: list[Person] = []
    for number in ("ana", "ben"):
        state = await copy_of(platform, "profiles", "people", uuid_of(tenant.ids[number]))
        found.append(msgspec.convert(state, Person, strict=False))
    return found


class Poison(NamedTuple):
    record: Heard
    reason: str


def headed(record: Heard, name: str, value: Any) -> Heard:
    """The record with another value in a header; the bytes b"" take it away."""
    others = [each for each in record.headers if each[0] != name]
    return replace(record, headers=others if value == b"" else [*others, (name, value)])


def corpus(organisation_id: UUID) -> list[Poison]:
    """Every way in which a record on a topic of ours can be none of ours."""

    def one() -> Heard:
        someone = people.person("Ines", "Almeida", organisation_id=organisation_id)
        return happened(PersonChange.JOINED, someone)

    other = str(uuid4())
    deep = b'{"x":' + b"[" * 200_000
    return [
        Poison(headed(one(), "ce_actor", None), "the header ce_actor is null"),
        Poison(headed(one(), "ce_actor", b"\xff"), "the header ce_actor is not ASCII text"),
        Poison(headed(one(), "ce_type", b""), "the header ce_type is missing"),
        Poison(headed(one(), "ce_specversion", b"2.0"), "ce_specversion is not 1.0"),
        Poison(headed(one(), "content-type", b"avro/binary"), "content-type is not"),
        Poison(headed(one(), "ce_version", b"0"), "ce_version is not a positive number"),
        Poison(headed(one(), "ce_id", b"7"), "a header has a value of the wrong form"),
        Poison(headed(one(), "ce_time", b"noon"), "a header has a value of the wrong form"),
        Poison(headed(one(), "ce_type", b"matching.run.failed"), "not one of this topic"),
        Poison(headed(one(), "ce_organisation", other.encode()), "names another organisation"),
        Poison(saying(one(), organisation_id=other), "names another organisation"),
        Poison(saying(one(), id=other), "the body's id is not its ce_subject"),
        Poison(replace(one(), key=other.encode()), "key is not its ce_subject"),
        Poison(replace(one(), key=b"\xff"), "key is not its ce_subject"),
        Poison(replace(one(), value=b""), "the body is not JSON"),
        Poison(replace(one(), value=b"Ines"), "the body is not JSON"),
        Poison(replace(one(), value=b'{"email":"\xe9"}'), "the body is not JSON in UTF-8"),
        Poison(replace(one(), value=deep), "the body is not JSON"),
        Poison(replace(one(), value=b"[]"), "the body does not fit its schema"),
        Poison(saying(one(), capacity="two"), "the body does not fit its schema"),
        Poison(saying(one(), aspiration="To\0lead"), "the character NUL"),
        Poison(saying(one(), aspiration="A" * 1_100_000), "the body is larger than 1048576 bytes"),
    ]


async def test_poison_is_put_aside_and_the_rest_flows_on(platform: RunningPlatform) -> None:
    tenant = Organisation(platform)
    await tenant.set_up()
    poison = corpus(tenant.id)
    aside: list[RecordMetadata] = []
    behind: list[RecordMetadata] = []
    sound = [
        people.person(f"Ines {number}", "Almeida", organisation_id=tenant.id, id=new_id())
        for number in range(len(poison))
    ]
    producer = AIOKafkaProducer(
        bootstrap_servers=platform.settings.kafka,
        compression_type="gzip",  # the broker's limit is on what it gets
        max_request_size=4 * 1024 * 1024,
    )
    async with producer:
        for (record, _), someone in zip(poison, sound, strict=True):
            aside.append(await publish(producer, record))
            behind.append(await tell(platform, producer, happened(PersonChange.JOINED, someone)))
    await heard(platform, behind[-1])

    for record, (_, reason) in zip(aside, poison, strict=True):
        found = await parked(platform, record)
        assert found.keys() == set(TOPICS[PERSON].heard_by), reason
        assert all(reason in said for said in found.values()), (reason, found)
    for service in TOPICS[PERSON].heard_by:
        assert await _known(platform, service, tenant.id) == {someone.id for someone in sound}
    administrator = await tenant.administrator()
    counted = await administrator.query("{ people(first: 1) { totalCount } }")
    assert counted["people"]["totalCount"] == len(sound)
    await _everything_is_ready(platform)


async def test_what_only_one_cannot_handle_is_put_aside_there(platform: RunningPlatform) -> None:
    """A number too large for a column of the read model: it is tried again, then parked."""
    tenant = Organisation(platform)
    await tenant.set_up()
    huge = people.person("Ines", "Almeida", organisation_id=tenant.id, capacity=2**40)
    behind = people.person("Rui", "Reis", organisation_id=tenant.id)
    async with producing(platform.settings.kafka) as producer:
        record = await tell(platform, producer, happened(PersonChange.JOINED, huge))
        last = await tell(platform, producer, happened(PersonChange.JOINED, behind))
    await heard(platform, last)
    reason = "projecting it raised NumericValueOutOfRangeError"
    assert await parked(platform, record) == {"gateway": reason}
    assert await _known(platform, "gateway", tenant.id) == {behind.id}
    for service in ("matching", "notifications"):
        assert await _known(platform, service, tenant.id) == {huge.id, behind.id}
    await _everything_is_ready(platform)


async def _known(platform: RunningPlatform, service: str, organisation_id: UUID) -> set[UUID]:
    database = await platform.database(service)
    try:
        rows = await database.fetch(
            "select id from people where organisation_id = $1", organisation_id
        )
    finally:
        await database.close()
    return {row["id"] for row in rows}


async def _everything_is_ready(platform: RunningPlatform) -> None:
    addresses = [
        argument
        for name in ("profiles", "matching", "sessions", "notifications", "projector")
        for argument in (f"--{name}", f"http://127.0.0.1:{platform.settings.port_of(name)}")
    ]
    said = await cairn(platform, "status", "--json", *addresses)
    assert [each["problems"] for each in said.json] == [[]] * 6
    assert said.code == 0
