"""Effects outside the database: planned in a transaction, carried out by a sender.

A sender claims a delivery, has it prepared (the recipient is looked up again), sends it under an id
that is derived from event and recipient, then marks it. Dying between sending and marking sends it
again with the same id: that is the one thing that can happen twice, and receivers can tell.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar
from uuid import UUID

import asyncpg
import msgspec
from opentelemetry.trace import SpanKind

from chassis import faults, metrics, telemetry
from chassis.database import TRANSIENT, Database
from chassis.events import Event
from chassis.ids import derived_id
from chassis.logs import logger
from chassis.telemetry import current_trace
from chassis.turns import Turns
from chassis.unit import Cause, Unit

POLL = 1.0  # seconds
CLAIM = 60  # seconds that a claim lasts; a sender that dies is followed after that
SEND_DEADLINE = 30.0  # seconds; less than the claim
END_DEADLINE = 4.0  # seconds in which what is under way may end when the process is told to
AT_ONCE = 8
MAX_ATTEMPTS = 12  # over nearly six hours, each pause twice the last

log = logger("chassis.delivery")

P = TypeVar("P", bound=msgspec.Struct)


class Delivery(msgspec.Struct, Generic[P], frozen=True, kw_only=True):
    """Something to send to somebody."""

    id: UUID  # the same for the same event, kind and recipient
    organisation_id: UUID
    kind: str
    recipient: UUID
    payload: P
    event_id: UUID


class Suppressed(msgspec.Struct, frozen=True, kw_only=True):
    """It turned out that nothing is to be sent."""

    reason: str


class Undeliverable(Exception):  # noqa: N818
    """The receiver refuses it for good; trying again is no use."""


Send = Callable[[], Awaitable[None]]
Prepare = Callable[[Delivery[Any], Unit], Awaitable[Send | Suppressed]]


class _Kind(msgspec.Struct, frozen=True):
    payload: type[msgspec.Struct]
    prepare: Prepare


class Deliveries:
    """The kinds of deliveries of one service."""

    def __init__(self) -> None:
        self.kinds: dict[str, _Kind] = {}

    def sends(self, kind: str, payload: type[msgspec.Struct]) -> Callable[[Prepare], Prepare]:
        """Declare how a kind is prepared: in a transaction of its tenant, it looks up what it
        needs and returns what sends it, which then runs outside of any transaction.
        """

        def declare(prepare: Prepare) -> Prepare:
            self.kinds[kind] = _Kind(payload, prepare)
            return prepare

        return declare

    async def plan(
        self, unit: Unit, *, kind: str, recipient: UUID, payload: msgspec.Struct, about: Event[Any]
    ) -> None:
        """Plan a delivery with what else the unit does; planning it again changes nothing."""
        await unit.connection.execute(
            """
            insert into cairn.deliveries
                (organisation_id, id, kind, recipient, payload, trace, event_id)
            values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing
            """,
            unit.organisation_id,
            derived_id(about.id, kind, recipient),
            kind,
            recipient,
            msgspec.json.encode(payload),
            msgspec.json.encode(current_trace()),
            about.id,
        )
        unit.plans_delivery = True


class Sender:
    """Carries out the deliveries of a service.

    `pipe` claims and marks across tenants; `app` prepares within one.
    """

    def __init__(
        self, deliveries: Deliveries, *, service: str, pipe: Database, app: Database
    ) -> None:
        self._deliveries = deliveries
        self._service = service
        self._pipe = pipe
        self._app = app
        self._turns = Turns(self.turn, every=POLL, called="the sender")
        self.wake = self._turns.wake
        self.run = self._turns.run

    async def turn(self) -> int:
        """Claim some deliveries that are due and carry them out; returns how many.

        One that fails leaves the others alone; and to be told to end is no reason to break off in
        the middle, where it is not known whether something was sent.
        """
        rows = await self._claim()
        under_way = asyncio.gather(*(self._carry_out(row) for row in rows))
        try:
            await asyncio.shield(under_way)
        except asyncio.CancelledError:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(END_DEADLINE):
                    await under_way
            raise
        return len(rows)

    async def _claim(self) -> list[asyncpg.Record]:
        async with self._pipe.connection() as connection:
            rows = await connection.fetch(
                """
                update cairn.deliveries as delivery
                set attempts = attempts + 1, due_at = now() + make_interval(secs => $1)
                from (select organisation_id, id from cairn.deliveries
                      where settled_at is null and due_at <= now()
                      order by due_at limit $2 for update skip locked) as due
                where delivery.organisation_id = due.organisation_id and delivery.id = due.id
                returning delivery.*
                """,
                CLAIM,
                AT_ONCE,
            )
            if not rows:
                depth = await connection.fetchval(
                    "select count(*) from cairn.deliveries where settled_at is null"
                )
                metrics.DELIVERY_DEPTH.set(depth or 0)
            return rows

    async def _carry_out(self, row: asyncpg.Record) -> None:
        trace: dict[str, str] = msgspec.json.decode(row["trace"])
        with telemetry.span(
            f"deliver {row['kind']}",
            kind=SpanKind.CLIENT,
            within=trace or None,
            attributes={
                telemetry.DELIVERY: str(row["id"]),
                telemetry.EVENT_ID: str(row["event_id"]),
            },
        ) as span:
            outcome, failure = await self._attempt(row)
            span.set_attribute("cairn.delivery.outcome", outcome or "failed")
            await self._mark(row, outcome, failure)

    async def _attempt(self, row: asyncpg.Record) -> tuple[str | None, str | None]:
        """The outcome, or None to try again later; and why it is not sent."""
        try:
            async with asyncio.timeout(SEND_DEADLINE):
                send = await self._prepare(row)
                if isinstance(send, Suppressed):
                    return "suppressed", send.reason
                faults.point("N1")
                await send()
                faults.point("N2")
        except Undeliverable as reason:
            return "abandoned", str(reason)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
            failure = type(error).__name__
            log.warning("a delivery failed", delivery=str(row["id"]), error=failure)
            return ("abandoned" if row["attempts"] >= MAX_ATTEMPTS else None), failure
        return "sent", None

    async def _prepare(self, row: asyncpg.Record) -> Send | Suppressed:
        kind = self._deliveries.kinds.get(row["kind"])
        if kind is None:
            raise Undeliverable(f"this version sends no {row['kind']}")
        delivery: Delivery[Any] = Delivery(
            id=row["id"],
            organisation_id=row["organisation_id"],
            kind=row["kind"],
            recipient=row["recipient"],
            payload=msgspec.json.decode(row["payload"], type=kind.payload),
            event_id=row["event_id"],
        )
        async with self._app.tenant(delivery.organisation_id) as connection:
            unit = Unit(
                connection,
                service=self._service,
                organisation_id=delivery.organisation_id,
                cause=Cause(
                    causation_id=delivery.event_id,
                    correlation_id=delivery.event_id,
                    actor=f"service:{self._service}",
                ),
            )
            return await kind.prepare(delivery, unit)

    async def _mark(self, row: asyncpg.Record, outcome: str | None, failure: str | None) -> None:
        """Write down what became of it, so that it is not sent again.

        It is tried for as long as it takes: while the database is away nobody can claim it anew.
        """
        metrics.DELIVERIES.labels(row["kind"], outcome or "failed").inc()
        while True:
            try:
                await self._write(row, outcome, failure)
                return
            except TRANSIENT as error:
                log.warning("a mark is tried again", error=type(error).__name__)
                await asyncio.sleep(0.2)

    async def _write(self, row: asyncpg.Record, outcome: str | None, failure: str | None) -> None:
        """Settle it, unless it is settled; a failure is nothing to one who has claimed it since."""
        pause = min(10 * 2 ** (row["attempts"] - 1), 4 * 60 * 60)  # seconds
        async with self._pipe.connection() as connection:
            await connection.execute(
                """
                update cairn.deliveries
                set outcome = $3, failure = $4,
                    settled_at = case when $3::text is not null then now() end,
                    due_at = now() + make_interval(secs => $5)
                where organisation_id = $1 and id = $2 and settled_at is null
                    and ($3::text is not null or attempts = $6)
                """,
                row["organisation_id"],
                row["id"],
                outcome,
                failure,
                pause,
                row["attempts"],
            )
