"""Accounts as their owner's service would publish them, and what a ledger made of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
from aiokafka import AIOKafkaProducer

from chassis.database import Database
from chassis.topics import ends
from support.ledger import Account, Ledger, Owner
from support.waiting import eventually

ORGANISATION = uuid4()


class Sent:
    """Accounts as their owner's service would publish them, all into one partition."""

    partition = 0

    def __init__(self, ledger: Ledger, producer: AIOKafkaProducer) -> None:
        self.ledger = ledger
        self.producer = producer
        self.owner = uuid4()

    def account(self, **changes: Any) -> Account:
        return Account(
            id=changes.pop("id", uuid4()),
            organisation_id=changes.pop("organisation_id", ORGANISATION),
            owner_id=self.owner,
            **changes,
        )

    async def owns(self, watching: asyncpg.Connection, organisation_id: UUID) -> None:
        """Have the owner be there already, in that tenant: no reaction has to wait."""
        owner = Owner(id=self.owner, organisation_id=organisation_id, name="Ada")
        await watching.execute(
            "insert into owner_copies values ($1, $2, 1, $3)",
            organisation_id,
            self.owner,
            msgspec.json.encode(owner).decode(),
        )

    async def event(
        self, account: Account, version: int = 1, word: str = "paid", **envelope: Any
    ) -> None:
        known = word.upper() in self.ledger.change.__members__
        made = self.ledger.event(
            account, self.ledger.change["PAID" if not known else word.upper()], version
        )
        type_ = f"{self.ledger.accounts_topic.name}.{word}"
        made = msgspec.structs.replace(made, **({"type": type_} | envelope))
        headers = [(name, value.encode()) for name, value in made.headers().items()]
        await self.raw(msgspec.json.encode(account), headers, key=str(account.id).encode())

    async def raw(
        self, value: bytes | None, headers: Sequence[tuple[str, Any]], key: bytes | None
    ) -> None:
        await self.producer.send_and_wait(
            self.ledger.accounts_topic.name,
            value,
            key=key,
            headers=list(headers),
            partition=self.partition,
        )


async def sent_for(
    ledger: Ledger, producer: AIOKafkaProducer, watching: asyncpg.Connection
) -> Sent:
    sent = Sent(ledger, producer)
    await sent.owns(watching, ORGANISATION)
    return sent


async def caught_up(pipe: Database, ledger: Ledger) -> None:
    """The stored position is the log's end."""
    end = (await ends(ledger.kafka, [ledger.accounts_topic]))[ledger.accounts_topic.name, 0]

    async def there() -> bool:
        async with pipe.connection() as connection:
            position = await connection.fetchval(
                "select next from cairn.positions where topic = $1 and partition = 0",
                ledger.accounts_topic.name,
            )
        return position == end

    await eventually(there, within=30)


async def effects(watching: asyncpg.Connection) -> list[tuple[UUID, int]]:
    rows = await watching.fetch("select account_id, version from effects order by 1, 2")
    return [(row["account_id"], row["version"]) for row in rows]


async def effects_are(watching: asyncpg.Connection, count: int) -> bool:
    return len(await effects(watching)) == count


async def copies(watching: asyncpg.Connection) -> dict[UUID, int]:
    rows = await watching.fetch("select id, version from account_copies")
    return {row["id"]: row["version"] for row in rows}
