"""A delivery is sent once in effect: planned with its event, claimed, sent, marked."""

import asyncio
from collections.abc import AsyncGenerator
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from chassis import delivery as delivery_module
from chassis import housekeeping
from chassis.database import Database
from chassis.delivery import Deliveries, Delivery, Send, Sender, Suppressed, Undeliverable
from chassis.events import Event
from chassis.unit import Cause, Unit
from support.ledger import SERVICE, Account, Ledger, in_background, superuser
from support.waiting import eventually

ORGANISATION = uuid4()


class Letter(msgspec.Struct, frozen=True):
    text: str


class Post:
    """Where letters arrive; it can be told to misbehave."""

    def __init__(self) -> None:
        self.received: list[tuple[UUID, str]] = []
        self.failures: list[Exception] = []
        self.suppress = False
        self.deliveries = Deliveries()
        self.deliveries.sends("letter", Letter)(self.prepare)

    async def prepare(self, delivery: Delivery[Letter], unit: Unit) -> Send | Suppressed:
        assert unit.organisation_id == ORGANISATION
        if self.suppress:
            return Suppressed(reason="the recipient has left")

        async def send() -> None:
            if self.failures:
                raise self.failures.pop()
            self.received.append((delivery.id, delivery.payload.text))

        return send


@pytest.fixture
async def post(ledger: Ledger, watching: asyncpg.Connection) -> Post:
    await watching.execute("truncate cairn.deliveries")
    return Post()


@pytest.fixture
async def watching(ledger: Ledger) -> AsyncGenerator[asyncpg.Connection]:
    connection = await superuser(ledger.dsn)
    yield connection
    await connection.close()


@pytest.fixture
def sender(post: Post, app: Database, pipe: Database) -> Sender:
    return Sender(post.deliveries, service=SERVICE, pipe=pipe, app=app)


async def plan(ledger: Ledger, app: Database, post: Post, *, times: int = 1) -> None:
    account = Account(id=uuid4(), organisation_id=ORGANISATION, owner_id=uuid4())
    event: Event[Account] = Event(
        envelope=ledger.event(account, ledger.change["PAID"]),
        topic=ledger.accounts_topic.name,
        partition=0,
        offset=0,
        state=account,
        body=b"{}",
    )
    async with app.tenant(ORGANISATION) as connection:
        unit = Unit(
            connection,
            service=SERVICE,
            organisation_id=ORGANISATION,
            cause=Cause(causation_id=event.id, correlation_id=event.id, actor="service:ledger"),
        )
        for _ in range(times):
            await post.deliveries.plan(
                unit,
                kind="letter",
                recipient=account.owner_id,
                payload=Letter("Paid."),
                about=event,
            )


async def outcomes(watching: asyncpg.Connection) -> list[str | None]:
    rows = await watching.fetch("select outcome from cairn.deliveries")
    return [row["outcome"] for row in rows]


async def test_planned_twice_it_is_sent_once(
    ledger: Ledger, app: Database, post: Post, sender: Sender, watching: asyncpg.Connection
) -> None:
    await plan(ledger, app, post, times=2)
    async with in_background(sender.run):
        await eventually(lambda: post.received)
        await eventually(
            lambda: watching.fetchval(
                "select bool_and(outcome is not distinct from 'sent') from cairn.deliveries"
            )
        )
    assert [text for _, text in post.received] == ["Paid."]


async def test_two_senders_share_the_work(
    ledger: Ledger, app: Database, pipe: Database, post: Post, watching: asyncpg.Connection
) -> None:
    for _ in range(30):
        await plan(ledger, app, post)
    senders = [Sender(post.deliveries, service=SERVICE, pipe=pipe, app=app) for _ in range(2)]
    async with in_background(*(sender.run for sender in senders)):
        await eventually(
            lambda: watching.fetchval(
                "select bool_and(outcome is not distinct from 'sent') from cairn.deliveries"
            )
        )
    assert len(post.received) == len({delivery_id for delivery_id, _ in post.received}) == 30


async def test_a_sender_that_died_after_sending_is_followed_with_the_same_id(
    ledger: Ledger,
    app: Database,
    post: Post,
    sender: Sender,
    watching: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery_module, "END_DEADLINE", 0)
    await plan(ledger, app, post)
    died = asyncio.Event()

    async def prepare(delivery: Delivery[Letter], _: Unit) -> Send:
        async def send() -> None:
            post.received.append((delivery.id, delivery.payload.text))
            died.set()
            await asyncio.Event().wait()  # it never comes to marking

        return send

    post.deliveries.sends("letter", Letter)(prepare)
    async with in_background(sender.run):
        await asyncio.wait_for(died.wait(), 10)
    post.deliveries.sends("letter", Letter)(post.prepare)
    assert await sender.turn() == 0  # the claim still holds
    await watching.execute("update cairn.deliveries set due_at = now()")
    assert await sender.turn() == 1
    first, second = post.received
    assert first == second
    assert await outcomes(watching) == ["sent"]


async def test_a_sender_that_was_followed_does_not_undo_what_its_follower_did(
    ledger: Ledger, app: Database, pipe: Database, post: Post, watching: asyncpg.Connection
) -> None:
    await plan(ledger, app, post)
    began, fail = asyncio.Event(), asyncio.Event()

    async def prepare(delivery: Delivery[Letter], _: Unit) -> Send:
        async def send() -> None:
            if began.is_set():
                post.received.append((delivery.id, delivery.payload.text))
                return
            began.set()
            await fail.wait()
            raise ConnectionResetError

        return send

    post.deliveries.sends("letter", Letter)(prepare)
    slow, quick = (Sender(post.deliveries, service=SERVICE, pipe=pipe, app=app) for _ in range(2))
    turn = asyncio.create_task(slow.turn())
    await asyncio.wait_for(began.wait(), 10)
    await watching.execute("update cairn.deliveries set due_at = now()")  # the claim is over
    assert await quick.turn() == 1
    fail.set()
    await turn
    assert await outcomes(watching) == ["sent"]


async def test_what_was_sent_is_marked_though_the_database_goes_away(
    ledger: Ledger, app: Database, post: Post, sender: Sender, watching: asyncpg.Connection
) -> None:
    for _ in range(3):
        await plan(ledger, app, post)
    in_turn = asyncio.Lock()

    async def prepare(delivery: Delivery[Letter], _: Unit) -> Send:
        async def send() -> None:
            post.received.append((delivery.id, delivery.payload.text))
            async with in_turn:
                await watching.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where usename = 'ledger_pipe'"
                )

        return send

    post.deliveries.sends("letter", Letter)(prepare)
    assert await sender.turn() == 3
    assert await outcomes(watching) == ["sent"] * 3
    assert len(post.received) == 3


async def test_what_is_being_sent_is_marked_before_the_sender_ends(
    ledger: Ledger, app: Database, post: Post, sender: Sender, watching: asyncpg.Connection
) -> None:
    await plan(ledger, app, post)
    began, arrived = asyncio.Event(), asyncio.Event()

    async def prepare(delivery: Delivery[Letter], _: Unit) -> Send:
        async def send() -> None:
            began.set()
            await arrived.wait()

        return send

    post.deliveries.sends("letter", Letter)(prepare)
    running = asyncio.create_task(sender.run())
    await asyncio.wait_for(began.wait(), 10)
    running.cancel()
    await asyncio.sleep(0)
    arrived.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await outcomes(watching) == ["sent"]


async def test_a_failure_is_tried_again_later(
    ledger: Ledger, app: Database, post: Post, sender: Sender, watching: asyncpg.Connection
) -> None:
    await plan(ledger, app, post)
    post.failures = [ConnectionRefusedError()]
    await sender.turn()
    [row] = await watching.fetch("select *, due_at - now() as pause from cairn.deliveries")
    assert (row["outcome"], row["failure"]) == (None, "ConnectionRefusedError")
    assert 5 < row["pause"].total_seconds() < 11
    await watching.execute("update cairn.deliveries set due_at = now()")
    await sender.turn()
    assert await outcomes(watching) == ["sent"]


async def test_after_many_failures_it_is_abandoned(
    ledger: Ledger, app: Database, post: Post, sender: Sender, watching: asyncpg.Connection
) -> None:
    await plan(ledger, app, post)
    await watching.execute("update cairn.deliveries set attempts = 11")
    post.failures = [ConnectionRefusedError()]
    await sender.turn()
    assert await outcomes(watching) == ["abandoned"]


async def test_what_the_receiver_refuses_for_good_is_not_tried_again(
    ledger: Ledger, app: Database, post: Post, sender: Sender, watching: asyncpg.Connection
) -> None:
    await plan(ledger, app, post)
    post.failures = [Undeliverable("no such mailbox")]
    await sender.turn()
    [row] = await watching.fetch("select outcome, failure from cairn.deliveries")
    assert tuple(row) == ("abandoned", "no such mailbox")


async def test_the_recipient_is_looked_up_again(
    ledger: Ledger, app: Database, post: Post, sender: Sender, watching: asyncpg.Connection
) -> None:
    await plan(ledger, app, post)
    post.suppress = True
    await sender.turn()
    assert await outcomes(watching) == ["suppressed"]
    assert post.received == []


async def test_what_was_settled_long_ago_is_forgotten(
    ledger: Ledger,
    app: Database,
    pipe: Database,
    post: Post,
    watching: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(housekeeping, "AT_ONCE", 2)
    for _ in range(7):
        await plan(ledger, app, post)
    await watching.execute(
        """
        with numbered as (select id, row_number() over () as number from cairn.deliveries)
        update cairn.deliveries as delivery
        set settled_at = now() - case when number <= 5 then interval '31 days' else '29 days' end
        from numbered where delivery.id = numbered.id and number < 7
        """
    )
    await housekeeping.Housekeeping(pipe).turn()
    assert await watching.fetchval("select count(*) from cairn.deliveries") == 2
