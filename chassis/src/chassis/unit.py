"""A unit of work: one transaction within one tenant, and what it announces."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

import msgspec

from chassis import faults
from chassis.database import Connection
from chassis.envelope import Envelope
from chassis.identity import Caller
from chassis.ids import new_id
from chassis.outbox import Lane, Waiting, put
from chassis.refusals import TooLarge
from chassis.telemetry import current_trace

MAX_BODY = 256 * 1024  # bytes


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """Why a unit runs."""

    causation_id: UUID  # the command or event
    correlation_id: UUID  # the request that began it all
    actor: str

    @classmethod
    def of_itself(cls, service: str) -> Self:
        """What a service does by itself: nobody's request, and no event."""
        cause = new_id()
        return cls(causation_id=cause, correlation_id=cause, actor=f"service:{service}")


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """An aggregate's version that a unit wrote."""

    aggregate: str  # its topic
    id: UUID
    version: int


class Unit:
    """What a command or a reaction works with.

    `connection` is inside the transaction, under the application's role and row-level security;
    whoever opened the unit commits it. `now` is the moment at which the unit decides, in UTC.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        service: str,
        organisation_id: UUID,
        cause: Cause,
        caller: Caller | None = None,
        lane: Lane = Lane.INTERACTIVE,
    ) -> None:
        self.connection = connection
        self.service = service
        self.organisation_id = organisation_id
        self.cause = cause
        self.caller = caller
        self.now = datetime.now(UTC)
        self.written: list[Written] = []
        self.plans_delivery = False
        self.lane = lane
        self._changed: set[tuple[str, UUID]] = set()
        self._announced: list[Waiting] = []

    def announce(self, change: str, state: msgspec.Struct, version: int) -> None:
        """Say what happened to an aggregate, with its whole state after the change.

        `state` has the fields `id` and `organisation_id`. Raises TooLarge for a body over
        MAX_BODY. One unit says at most one thing of an aggregate.
        """
        topic = change.rpartition(".")[0]
        subject: UUID = state.id  # pyright: ignore  # every contract's body has one
        body = msgspec.json.encode(state)
        if len(body) > MAX_BODY:
            raise TooLarge(
                f"{topic} {subject} would be {len(body)} bytes of JSON; {MAX_BODY} are allowed."
            )
        self._say(str(change), subject, version, body)

    def announce_erased(self, topic: str, subject: UUID, version: int) -> None:
        """Say that an aggregate was erased: a tombstone, with headers and no body."""
        self._say(f"{topic}.erased", subject, version, None)

    def _say(self, what: str, subject: UUID, version: int, body: bytes | None) -> None:
        topic = what.rpartition(".")[0]
        if (topic, subject) in self._changed:
            raise RuntimeError(f"this unit has already changed {topic} {subject}")
        self._changed.add((topic, subject))
        envelope = Envelope(
            id=new_id(),
            source=self.service,
            type=what,
            subject=subject,
            time=self.now,
            organisation_id=self.organisation_id,
            version=version,
            actor=self.cause.actor,
            causation_id=self.cause.causation_id,
            correlation_id=self.cause.correlation_id,
            trace=current_trace(),
        )
        self.written.append(Written(aggregate=topic, id=subject, version=version))
        self._announced.append(
            Waiting(topic=topic, key=subject, headers=envelope.headers(), body=body)
        )

    def take_announced(self) -> list[Waiting]:
        """What was announced since it was last asked."""
        announced, self._announced = self._announced, []
        return announced

    async def flush(self) -> None:
        """Write what was announced into the outbox; the last thing before the commit."""
        await flush_all([self])


async def flush_all(units: Sequence[Unit]) -> None:
    """Flush units of one transaction, tenant and lane, in their order."""
    faults.point("C2")
    announced = [event for unit in units for event in unit.take_announced()]
    if announced:
        first = units[0]
        await put(first.connection, first.organisation_id, announced, first.lane)
    faults.point("C3")
