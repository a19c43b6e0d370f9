"""A service on its real database, without HTTP and Kafka around it.

Commands run through `carry_out` as the application's role; events come in as records and go through
the consumer's handler as the pipe's role, so tests speak commands and events only.
"""

from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import msgspec

from chassis.commands import carry_out, refused
from chassis.database import Database
from chassis.delivery import Sender
from chassis.envelope import Envelope
from chassis.events import read_event
from chassis.hearing import Hearing
from chassis.identity import Caller
from chassis.ids import new_id
from chassis.migrations import apply_migrations
from chassis.refusals import Refusal
from chassis.service import Service
from chassis.waiting import WaitingRoom
from support.databases import ServiceDatabase


@dataclass(frozen=True)
class Heard:
    """A record of Kafka."""

    topic: str
    key: bytes
    value: bytes | None  # None: a tombstone
    headers: list[tuple[str, bytes]]
    partition: int = 0
    offset: int = 0


@dataclass(frozen=True)
class Told:
    """An event that waits in the outbox."""

    type: str
    version: int
    causation_id: UUID
    state: dict[str, Any]  # empty: a tombstone


@dataclass(frozen=True)
class Answered:
    """What a command came to: `code` is None, or the refusal's."""

    code: str | None
    body: dict[str, Any]

    @property
    def id(self) -> UUID:
        """The one aggregate that the command wrote."""
        [written] = self.body["written"]
        return UUID(written["id"])


class Harness:
    def __init__(self, service: Service, app: Database, pipe: Database) -> None:
        self.service = service
        self.app = app
        self.pipe = pipe
        self.sender = Sender(service.deliveries, service=service.name, pipe=pipe, app=app)
        self.room = WaitingRoom(service.subscriptions, service=service.name, database=pipe)

    async def do(
        self, name: str, caller: Caller, /, *, key: str | None = None, **body: Any
    ) -> Answered:
        """Carry out a command."""
        try:
            done = await carry_out(
                self.service.commands.by_name[name],
                msgspec.json.encode(body),
                database=self.app,
                service=self.service.name,
                caller=caller,
                key=key or str(uuid4()),
                correlation_id=None,
            )
            answer = done.answer
        except Refusal as refusal:
            answer = refused(refusal)
        told = msgspec.json.decode(answer.body)
        return Answered(code=told.get("refusal", {}).get("code"), body=told)

    async def hear(self, record: Heard) -> None:
        """Handle a record as the consumer does, in one transaction of the pipe's role."""
        subscription = self.service.subscriptions.by_topic[record.topic]
        births: defaultdict[tuple[str, int], int] = defaultdict(int)
        handler = Hearing(subscription, service=self.service.name, births=births)
        async with self.pipe.transaction() as connection:
            await handler.apply(connection, [read_event(record, handler.decode)])

    async def outbox(self, organisation_id: UUID) -> list[Told]:
        """What a tenant's units have announced so far, in order."""
        async with self.app.tenant(organisation_id) as connection:
            rows = await connection.fetch(
                "select headers, body from cairn.outbox order by position"
            )
        return [_told(row["headers"], row["body"]) for row in rows]


def happened(
    change: StrEnum, state: Any, *, version: int = 1, actor: object = "service:elsewhere"
) -> Heard:
    """The record that tells what happened to an aggregate of another service."""
    topic = change.value.rpartition(".")[0]
    envelope = Envelope(
        id=new_id(),
        source=topic.partition(".")[0],
        type=change.value,
        subject=state.id,
        time=datetime.now(UTC),
        organisation_id=state.organisation_id,
        version=version,
        actor=str(actor),
        causation_id=new_id(),
        correlation_id=new_id(),
    )
    return Heard(
        topic=topic,
        key=str(state.id).encode(),
        value=msgspec.json.encode(state),
        headers=[(name, text.encode()) for name, text in envelope.headers().items()],
    )


def erased(topic: str, subject: UUID, organisation_id: UUID, version: int) -> Heard:
    """The record that says that an aggregate of another service was erased."""
    envelope = Envelope(
        id=new_id(),
        source=topic.partition(".")[0],
        type=f"{topic}.erased",
        subject=subject,
        time=datetime.now(UTC),
        organisation_id=organisation_id,
        version=version,
        actor="service:elsewhere",
        causation_id=new_id(),
        correlation_id=new_id(),
    )
    return Heard(
        topic=topic,
        key=str(subject).encode(),
        value=None,
        headers=[(name, text.encode()) for name, text in envelope.headers().items()],
    )


def _told(headers: bytes, body: bytes | None) -> Told:
    named: dict[str, str] = msgspec.json.decode(headers)
    return Told(
        type=named["ce_type"],
        version=int(named["ce_version"]),
        causation_id=UUID(named["ce_causationid"]),
        state={} if body is None else msgspec.json.decode(body),
    )


@asynccontextmanager
async def harness(service: Service, database: ServiceDatabase) -> AsyncGenerator[Harness]:
    """The service on a database that has been made, but not migrated yet."""
    await apply_migrations(database.owner, [service.migrations])
    async with (
        Database.open(database.app, name=service.name) as app,
        Database.open(database.pipe, name=f"{service.name} pipe") as pipe,
    ):
        yield Harness(service, app, pipe)
