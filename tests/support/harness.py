"""A service on its real database, without HTTP and Kafka around it.

Commands run through `carry_out` as the application's role; events come in as records and go through
the consumer's handler as the pipe's role, so tests speak commands and events only.
"""

from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
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
    value: bytes
    headers: list[tuple[str, bytes]]
    partition: int = 0
    offset: int = 0


@dataclass(frozen=True)
class Told:
    """An event that waits in the outbox."""

    type: str
    version: int
    causation_id: UUID
    state: dict[str, Any]


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

    async def do(self, name: str, caller: Caller, *, key: str | None = None, **body: Any) -> Answered:
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

    async def hear(
        self, change: StrEnum, state: Any, *, version: int = 1, actor: object = "service:test"
    ) -> UUID:
        """Hear that something happened to an aggregate; returns the event's id."""
        topic = change.value.rpartition(".")[0]
        envelope = Envelope(
            id=new_id(),
            source=topic.partition(".")[0],
            type=change.value,
            subject=state.id,
            time=msgspec.convert("2026-11-24T09:00:00Z", type=Any) and _now(),
            organisation_id=state.organisation_id,
            version=version,
            actor=str(actor),
            causation_id=new_id(),
            correlation_id=new_id(),
        )
        await self.hear_again(envelope, state)
        return envelope.id
