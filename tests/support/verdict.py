"""What a ledger made of its events, judged from outside: by the log and the tables alone."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from chassis.topics import ends
from support.ledger import Ledger, read_log
from support.waiting import eventually

Versions = Mapping[UUID, int]  # an account, and how many versions of it were acknowledged


@dataclass(frozen=True)
class Said:
    """A record of the log, as far as the verdict needs it."""

    event: UUID
    account: UUID
    version: int
    is_payment: bool
    body: Any


async def log_of(ledger: Ledger) -> list[Said]:
    """The log, each partition in its order."""
    said: list[Said] = []
    for record in await read_log(ledger.kafka, ledger.accounts_topic):
        headers = {name: value.decode() for name, value in record.headers}
        said.append(
            Said(
                event=UUID(headers["ce_id"]),
                account=UUID(headers["ce_subject"]),
                version=int(headers["ce_version"]),
                is_payment=headers["ce_type"] == ledger.change["PAID"],
                body=msgspec.json.decode(record.value or b"null"),
            )
        )
    return said


async def at_rest(
    ledger: Ledger, watching: asyncpg.Connection, log: list[Said], *, within: float = 60
) -> None:
    """Wait until the log was read to its end, and no effect is due any more, as rows tell."""
    topic = ledger.accounts_topic
    end = sum((await ends(ledger.kafka, [topic])).values())
    due = len(due_effects(log))

    async def handled() -> bool:
        read = await watching.fetchval(
            "select sum(next) from cairn.positions where topic = $1", topic.name
        )
        made = await watching.fetchval("select count(distinct event_id) from effects")
        waits = await watching.fetchval("select exists (select from cairn.waiting)")
        return (read or 0) >= end and (made or 0) >= due and not waits

    await eventually(handled, within=within)


def due_effects(log: list[Said]) -> list[Said]:
    """The payments that a reaction acts on: each version once, and none older than one it knew."""
    newest: dict[UUID, int] = defaultdict(int)
    due: list[Said] = []
    for said in log:
        if said.is_payment and said.version > newest[said.account]:
            newest[said.account] = said.version
            due.append(said)
    return due


def order_violations(log: list[Said], acknowledged: Versions) -> list[str]:
    """Each account's versions first appear as 1, 2, 3 ..., up to the last acknowledged."""
    seen: dict[UUID, list[int]] = defaultdict(list)
    for said in log:
        if said.version not in seen[said.account]:
            seen[said.account].append(said.version)
    return [
        f"account {account}: versions {_gist(seen[account])} in the log, {count} acknowledged"
        for account, count in acknowledged.items()
        if seen[account] != list(range(1, count + 1))
    ] + [f"account {account} is in the log only" for account in seen.keys() - acknowledged.keys()]


async def effect_violations(log: list[Said], watching: asyncpg.Connection) -> list[str]:
    """Every event that is due has one effect, and no other has any."""
    rows = await watching.fetch("select event_id from effects")
    made = Counter(row["event_id"] for row in rows)
    due = Counter(said.event for said in due_effects(log))
    return [
        f"event {event}: {made[event]} effects, {due[event]} due"
        for event in made.keys() | due.keys()
        if made[event] != due[event]
    ]


async def copy_violations(log: list[Said], watching: asyncpg.Connection) -> list[str]:
    """Every account's copy is its newest state."""
    newest: dict[UUID, Said] = {}
    for said in log:
        if said.account not in newest or said.version > newest[said.account].version:
            newest[said.account] = said
    rows = await watching.fetch("select id, version, state::text as state from account_copies")
    kept = {row["id"]: (row["version"], msgspec.json.decode(row["state"])) for row in rows}
    return [
        f"account {account}: the copy is not the log's newest"
        for account in newest.keys() | kept.keys()
        if account not in newest
        or kept.get(account) != (newest[account].version, newest[account].body)
    ]


async def left_over(watching: asyncpg.Connection) -> list[str]:
    """What lies where nothing should lie at rest."""
    counts = {
        table: await watching.fetchval(f"select count(*) from cairn.{table}")
        for table in ("outbox", "waiting", "dead_letters")
    }
    return [f"{count} rows in cairn.{table}" for table, count in counts.items() if count]


async def judged(
    ledger: Ledger, watching: asyncpg.Connection, acknowledged: Versions, *, within: float = 60
) -> list[str]:
    """Every promise that was broken, in sentences, once all is at rest."""
    await eventually(
        lambda: watching.fetchval("select not exists (select from cairn.outbox)"), within=within
    )
    log = await log_of(ledger)
    await at_rest(ledger, watching, log, within=within)
    return [
        *order_violations(log, acknowledged),
        *await effect_violations(log, watching),
        *await copy_violations(log, watching),
        *await left_over(watching),
    ]


def _gist(versions: list[int]) -> str:
    return f"{versions[:6]} … {versions[-1]}" if len(versions) > 6 else str(versions)
