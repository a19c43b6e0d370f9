"""The operators' commands against the running platform."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import msgspec
import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from cairn.platform import read
from chassis.cluster import administering
from chassis.topics import SETTINGS
from contracts.catalogue import TOPICS
from support.command_line import Said, cairn
from support.ledger import producing
from support.running import RunningPlatform
from support.subscribers import heard, parked
from support.waiting import eventually

WORDS = "Zoë Quillfeather"  # what somebody wrote, as operators must never see it


async def operator(platform: RunningPlatform, *words: str) -> Said:
    """Run a command with the platform's file; whatever it says, it holds no secret."""
    said = await cairn(platform, *words, "--platform", platform.folder.platform)
    for secret in platform.secrets:
        assert secret not in said.output + said.errors
    return said


async def wrong(platform: RunningPlatform) -> set[tuple[str, str]]:
    """What the doctor finds wrong or cannot see, and where; but not what other tests parked."""
    said = await operator(platform, "doctor", "--json")
    found = [each for each in said.json if each["level"] != "ok"]
    assert said.code == (1 if any(each["level"] == "wrong" for each in found) else 0)
    return {
        (each["where"], each["what"])
        for each in found
        if each["where"] != "clocks" and "are parked" not in each["what"]
    }


async def test_its_file_is_its_owners_alone(platform: RunningPlatform) -> None:
    assert platform.folder.platform.stat().st_mode & 0o777 == 0o600
    assert read(platform.folder.platform).kafka == platform.settings.kafka


async def test_topics(platform: RunningPlatform) -> None:
    said = await operator(platform, "topics", "--json")
    assert said.code == 0
    assert [each["name"] for each in said.json] == list(TOPICS)
    assert all(each["differences"] == [] for each in said.json)
    assert all(len(each["end"]) == TOPICS[each["name"]].partitions for each in said.json)


async def test_lag(platform: RunningPlatform) -> None:
    async def caught_up() -> bool:
        return (await operator(platform, "lag", "--at-most", "0")).code == 0

    await eventually(caught_up, within=60)
    said = await operator(platform, "lag", "--partitions", "--json")
    assert said.code == 0
    heard_by = {name: topic.heard_by for name, topic in TOPICS.items()}
    assert {(each["topic"], each["service"]) for each in said.json["hears"]} == {
        (name, service) for name, services in heard_by.items() for service in services
    }


async def test_the_doctor_finds_nothing_on_a_healthy_one(platform: RunningPlatform) -> None:
    assert await wrong(platform) == set()


@asynccontextmanager
async def altered(platform: RunningPlatform, topic: str, **settings: str) -> AsyncGenerator[None]:
    """A topic with other settings than ours, for a while."""
    named = {name.replace("_", "."): value for name, value in settings.items()}
    async with administering(platform.settings.kafka) as admin:
        for configs in (SETTINGS | named, SETTINGS):
            await admin.alter_configs(
                [ConfigResource(ConfigResourceType.TOPIC, topic, configs=configs)]
            )
            if configs is not SETTINGS:
                yield


async def test_defects_of_topics_and_databases_are_found(platform: RunningPlatform) -> None:
    """All at once: the processes meet none of them while they run."""
    database = await platform.database("matching")
    try:
        await database.execute(
            "insert into _pogo_migration values ('x', 'matching_9999_pre_more', now(), 'public');"
            "create table public.strays (organisation_id uuid not null);"
            "grant connect on database matching to profiles_pipe"
        )
        async with altered(platform, "sessions.goal", segment_ms="604800000"):
            found = await wrong(platform)
            topics = await operator(platform, "topics")
    finally:
        await database.execute(
            "delete from _pogo_migration where migration_id = 'matching_9999_pre_more';"
            "drop table public.strays; revoke connect on database matching from profiles_pipe"
        )
        await database.close()
    assert {what for _, what in found} == {
        "Its database has matching_9999_pre_more, which this version does not know.",
        "The table public.strays has no forced row-level security: tenants meet there.",
        "It lets the role of profiles in.",
        "segment.ms is 604800000, not 21600000.",
    }
    assert "sessions.goal: segment.ms is 604800000, not 21600000." in topics.output


async def test_what_a_file_says_wrongly_is_found(platform: RunningPlatform) -> None:
    """A process with another key, and one that lacks a setting."""
    whole = msgspec.to_builtins(read(platform.folder.platform))
    whole["processes"]["sessions"]["environment"]["CAIRN_COMMAND_KEY"] = "short"
    whole["processes"]["projector"]["environment"].pop("CAIRN_ISSUER")
    path = platform.folder.path / "wrong.toml"
    path.write_bytes(msgspec.toml.encode(whole))
    path.chmod(0o644)
    said = await cairn(platform, "doctor", "--json", "--platform", path)
    found = {each["where"]: each["what"] for each in said.json if each["level"] == "wrong"}
    assert found["sessions"].startswith("CAIRN_COMMAND_KEY: ")
    assert found["projector"] == "CAIRN_ISSUER: Field required."
    about_the_file = [each["what"] for each in said.json if each["where"] == str(path)]
    assert about_the_file[0].startswith("Others on this machine may read it")
    assert about_the_file[1].startswith("Not all processes have the same CAIRN_COMMAND_KEY")
    path.unlink()


async def test_what_is_parked_is_seen_without_a_word_of_it_replayed_and_discarded(
    platform: RunningPlatform,
) -> None:
    async with producing(platform.settings.kafka) as producer:
        record = await producer.send_and_wait(
            "sessions.session", msgspec.json.encode({WORDS: WORDS}), b"k", headers=[(WORDS, b"Zo")]
        )
    await heard(platform, record)
    services = await parked(platform, record)
    assert set(services) == {"gateway", "notifications"}

    listed = (await operator(platform, "dlq", "list", "--json")).json
    ids = [
        each["id"]
        for each in listed
        if (each["partition"], each["offset"]) == (record.partition, record.offset)
    ]
    assert {each.partition(":")[0] for each in ids} == set(services)
    shown = await operator(platform, "dlq", "show", ids[0])
    assert "(unknown)" in shown.output
    told = shown.output + msgspec.json.encode(listed).decode()
    assert all(word not in told for word in WORDS.split())

    replayed = await operator(platform, "dlq", "replay", *ids, "--json")
    assert replayed.code == 1
    assert {each["outcome"] for each in replayed.json} == {"failed"}

    discarded = await operator(
        platform, "dlq", "discard", *ids, "--reason", "a test wrote it", "--by", "ines"
    )
    assert discarded.code == 0
    assert await parked(platform, record) == {}
    database = await platform.database("notifications")
    remembered = await database.fetch("select discarded_by from cairn.discarded")
    await database.close()
    assert "ines" in {row["discarded_by"] for row in remembered}
    again = await operator(platform, "dlq", "discard", ids[0], "--reason", "again")
    assert again.code == 2
    assert f"Nothing is parked as {ids[0]}" in again.errors


@pytest.mark.parametrize("words", [["lag"], ["topics"], ["dlq", "list"]])
async def test_what_does_not_answer_is_said_in_a_sentence(
    platform: RunningPlatform, words: list[str]
) -> None:
    whole = msgspec.to_builtins(read(platform.folder.platform))
    whole["kafka"] = "127.0.0.1:1"
    matching = whole["processes"]["matching"]["environment"]
    matching["CAIRN_DATABASE_PIPE"] = "postgresql://matching_pipe:secret-word@127.0.0.1:1/matching"
    path = platform.folder.path / "away.toml"
    path.write_bytes(msgspec.toml.encode(whole))
    said = await cairn(platform, *words, "--platform", path)
    assert said.code == 2
    assert "127.0.0.1:1" in said.errors
    assert "secret-word" not in said.errors
    assert "Traceback" not in said.errors
    path.unlink()
