"""I5: what an organisation's people say is nowhere in another's name, and in no log."""

from collections.abc import Mapping
from uuid import UUID

from cairn_local.programs import WITH_DATABASE
from chassis.topics import Topic
from contracts.catalogue import TOPICS
from support.judges.evidence import Verdict
from support.ledger import read_log
from support.running import RunningPlatform
from support.words import domain_of, word_of

_TABLES = """
    select c.oid::regclass::text as name, exists (
        select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organisation_id'
    ) as has_tenant
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'm') and n.nspname !~ '^(pg_|information_schema)'
"""


async def judge_walls(platform: RunningPlatform, organisations: list[UUID]) -> Verdict:
    """Of organisations whose every text has a word of its own (`word_of`)."""
    verdict = Verdict()
    words = {word_of(organisation_id): organisation_id for organisation_id in organisations}
    for service in WITH_DATABASE:
        await _judge_tables(platform, service, words, verdict)
    for topic in TOPICS.values():
        await _judge_log(platform, topic, words, verdict)
    _judge_program_logs(platform, words, verdict)
    _judge_mails(platform, words, verdict)
    return verdict


async def _judge_tables(
    platform: RunningPlatform, service: str, words: Mapping[str, UUID], verdict: Verdict
) -> None:
    for word, organisation_id in words.items():
        for table, others in (await said_in(platform, service, word, but=organisation_id)).items():
            what = f"{others} rows of {table} at {service} have words of {organisation_id}"
            verdict.expect("I5", False, what)


async def said_in(
    platform: RunningPlatform, service: str, word: str, *, but: UUID | None = None
) -> dict[str, int]:
    """How many rows of which tables have a word; those of one organisation do not count."""
    found: dict[str, int] = {}
    database = await platform.database(service)
    try:
        for name, has_tenant in await database.fetch(_TABLES):
            owner = "organisation_id" if has_tenant else "null::uuid"
            # In a column of bytes the word stands in hexadecimal.
            rows = await database.fetchval(
                f"select count(*) from {name} as t"
                f" where ($1::uuid is null or {owner} is distinct from $1)"
                " and (position($2 in t::text) > 0 or position($3 in t::text) > 0)",
                but,
                word,
                word.encode().hex(),
            )
            if rows:
                found[name] = rows
    finally:
        await database.close()
    return found


async def _judge_log(
    platform: RunningPlatform, topic: Topic, words: Mapping[str, UUID], verdict: Verdict
) -> None:
    for record in await read_log(platform.settings.kafka, topic):
        headers = dict(record.headers)
        for word, organisation_id in words.items():
            if word.encode() in (record.value or b""):
                verdict.expect(
                    "I5",
                    headers.get("ce_organisation") == str(organisation_id).encode(),
                    f"{topic.name} {record.partition} {record.offset} has another's words",
                )
            said = any(word.encode() in (value or b"") for value in headers.values())
            verdict.expect("I5", not said, f"a header in {topic.name} has words of a person")


def _judge_program_logs(
    platform: RunningPlatform, words: Mapping[str, UUID], verdict: Verdict
) -> None:
    for path in platform.folder.logs.glob("*.log"):
        text = path.read_text(errors="replace")
        for word, organisation_id in words.items():
            verdict.expect("I5", word not in text, f"{path.name} has words of {organisation_id}")


def _judge_mails(platform: RunningPlatform, words: Mapping[str, UUID], verdict: Verdict) -> None:
    for mail in platform.mails():
        said = " ".join([mail.subject, *(part.text or "" for part in mail.parts)])
        for word, organisation_id in words.items():
            ours = any(domain_of(organisation_id) in each for each in mail.recipients)
            verdict.expect("I5", ours or word not in said, f"{mail.id} has another's words")
