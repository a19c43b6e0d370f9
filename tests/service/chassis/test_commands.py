"""A command takes effect once per key, and every other request gets a clear answer."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx2
import msgspec
import pytest

from chassis import http as http_module
from chassis.answers import InFlight, KeyReused
from chassis.commands import InvalidCommand
from chassis.database import Database
from chassis.delivery import Deliveries, Sender
from chassis.housekeeping import Housekeeping
from chassis.http import CommandEndpoint, Gate
from chassis.identity import Assertions
from chassis.refusals import NotAllowed, NotYetKnown, TooLarge
from support.ledger import SERVICE, Ledger, caller, in_background, superuser
from support.waiting import eventually

SECRET = "a secret of the tests, long enough to sign with"


def decoded(body: bytes) -> Any:
    return msgspec.json.decode(body)


async def test_the_same_key_gets_the_first_answer_and_no_second_effect(
    ledger: Ledger, app: Database
) -> None:
    ada = caller()
    account = await ledger.opened(app, ada)
    first = await ledger.order(app, "pay", ada, "key", account_id=str(account), amount=5)
    second = await ledger.order(app, "pay", ada, "key", account_id=str(account), amount=5)
    assert second.repeated
    assert second.answer == first.answer
    third = await ledger.order(app, "pay", ada, "another", account_id=str(account), amount=5)
    assert decoded(third.answer.body)["written"] == [
        {"aggregate": ledger.accounts_topic.name, "id": str(account), "version": 3}
    ]


async def test_the_same_key_with_another_body_is_refused(ledger: Ledger, app: Database) -> None:
    ada = caller()
    account = await ledger.opened(app, ada)
    await ledger.order(app, "pay", ada, "key", account_id=str(account), amount=5)
    with pytest.raises(KeyReused):
        await ledger.order(app, "pay", ada, "key", account_id=str(account), amount=6)


async def test_a_key_is_its_callers_own(ledger: Ledger, app: Database) -> None:
    ada = caller()
    ben = caller(ada.organisation_id, subject="ben")
    account = await ledger.opened(app, ada)
    for who in (ada, ben):
        done = await ledger.order(app, "pay", who, "key", account_id=str(account), amount=5)
        assert not done.repeated


async def test_a_refusal_is_kept_too(ledger: Ledger, app: Database) -> None:
    ada = caller()
    account = await ledger.opened(app, ada)
    first = await ledger.order(app, "pay", ada, "key", account_id=str(account), amount=-5)
    assert first.answer.status == 409
    assert decoded(first.answer.body)["refusal"]["code"] == "overdrawn"
    await ledger.order(app, "pay", ada, account_id=str(account), amount=9)
    again = await ledger.order(app, "pay", ada, "key", account_id=str(account), amount=-5)
    assert again.answer == first.answer


async def test_of_twins_in_flight_one_is_turned_away_or_gets_the_same_answer(
    ledger: Ledger, app: Database
) -> None:
    ada = caller()
    account = await ledger.opened(app, ada)
    outcomes = await asyncio.gather(
        *(
            ledger.order(app, "pay", ada, "key", account_id=str(account), amount=5)
            for _ in range(8)
        ),
        return_exceptions=True,
    )
    done = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    turned_away = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert {type(error) for error in turned_away} <= {InFlight}
    assert len({outcome.answer.body for outcome in done}) == 1
    assert sum(not outcome.repeated for outcome in done) == 1


async def test_another_tenants_aggregate_does_not_exist(ledger: Ledger, app: Database) -> None:
    account = await ledger.opened(app, caller())
    done = await ledger.order(app, "pay", caller(), account_id=str(account), amount=5)
    assert done.answer.status == 404


async def test_state_event_and_answer_are_one_transaction(ledger: Ledger, app: Database) -> None:
    ada = caller()
    account = await ledger.opened(app, ada, note="for the road")
    await ledger.order(app, "pay", ada, account_id=str(account), amount=7)
    watching = await superuser(ledger.dsn)
    rows = await watching.fetch(
        "select headers, body from cairn.outbox where key = $1 order by position", account
    )
    await watching.close()
    headers = [decoded(row["headers"]) for row in rows]
    assert [h["ce_version"] for h in headers] == ["1", "2"]
    assert [h["ce_type"].rpartition(".")[2] for h in headers] == ["opened", "paid"]
    assert {h["ce_organisation"] for h in headers} == {str(ada.organisation_id)}
    assert decoded(rows[1]["body"])["balance"] == 7
    assert decoded(rows[1]["body"])["note"] == "for the road"


async def test_an_event_too_large_is_refused_when_the_command_runs(
    ledger: Ledger, app: Database
) -> None:
    done = await ledger.order(app, "open", caller(), owner_id=str(uuid4()), note="x" * 256 * 1024)
    assert done.answer.status == 413
    assert decoded(done.answer.body)["refusal"]["code"] == TooLarge.code


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"amount": 5}, "$"),
        ({"account_id": "no uuid", "amount": 5}, "$.account_id"),
        ({"account_id": str(uuid4()), "amount": "5"}, "$.amount"),
        ({"account_id": str(uuid4()), "amount": 5, "currency": "EUR"}, "$"),
        ({"account_id": str(uuid4()), "amount": 1_000_001}, "$.amount"),
    ],
)
async def test_a_malformed_command_says_where(
    ledger: Ledger, app: Database, body: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidCommand) as refusal:
        await ledger.order(app, "pay", caller(), **body)
    assert refusal.value.path == path


async def test_text_that_cannot_be_stored_is_refused(ledger: Ledger, app: Database) -> None:
    with pytest.raises(InvalidCommand, match=r"\$\.note"):
        await ledger.order(app, "open", caller(), owner_id=str(uuid4()), note="a\x00b")


async def test_a_role_that_is_needed_is_needed(ledger: Ledger, app: Database) -> None:
    ada = caller()
    account = await ledger.opened(app, ada)
    with pytest.raises(NotAllowed, match="administrator"):
        await ledger.order(app, "pay-as-administrator", ada, account_id=str(account), amount=5)


async def test_answers_are_forgotten_after_their_retention(
    ledger: Ledger, app: Database, pipe: Database
) -> None:
    ada = caller()
    account = await ledger.opened(app, ada)
    await ledger.order(app, "pay", ada, "key", account_id=str(account), amount=5)
    watching = await superuser(ledger.dsn)
    await watching.execute(
        "update cairn.answers set answered_at = now() - interval '31 days' where key = 'key'"
    )
    await Housekeeping(pipe).turn()
    assert not await watching.fetchval("select count(*) from cairn.answers where key = 'key'")
    await watching.close()


Answering = Callable[[str, Gate], CommandEndpoint]


@pytest.fixture
def answering(ledger: Ledger, app: Database, pipe: Database) -> Answering:
    """What answers a command over HTTP."""
    return lambda name, gate: CommandEndpoint(
        ledger.commands.by_name[name],
        service=SERVICE,
        database=app,
        assertions=Assertions(SECRET),
        relay=ledger.relay(),
        sender=Sender(Deliveries(), service=SERVICE, pipe=pipe, app=app),
        gate=gate,
    )


@pytest.fixture
async def client(answering: Answering) -> AsyncGenerator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=answering("pay", Gate()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://ledger") as client:
        yield client


async def test_over_http_the_caller_is_vouched_for(
    ledger: Ledger, app: Database, client: httpx2.AsyncClient
) -> None:
    ada = caller()
    account: UUID = await ledger.opened(app, ada)
    body = {"account_id": str(account), "amount": 5}
    key = {"idempotency-key": "key"}

    nobody = await client.post("/", json=body, headers=key)
    assert (nobody.status_code, nobody.json()["refusal"]["code"]) == (401, "unauthenticated")

    forged = Assertions("another secret, also long enough to sign").sign(ada)
    refused = await client.post("/", json=body, headers=key | {"authorization": f"Bearer {forged}"})
    assert refused.status_code == 401

    bearer = {"authorization": f"Bearer {Assertions(SECRET).sign(ada)}"}
    no_key = await client.post("/", json=body, headers=bearer)
    assert (no_key.status_code, no_key.json()["refusal"]["code"]) == (400, "invalid-command")

    done = await client.post("/", json=body, headers=bearer | key)
    assert done.status_code == 200
    assert done.json()["written"][0]["version"] == 2
    repeated = await client.post("/", json=body, headers=bearer | key)
    assert (repeated.content, repeated.headers["idempotent-replayed"]) == (done.content, "true")

    reused = await client.post("/", json=body | {"amount": 6}, headers=bearer | key)
    assert (reused.status_code, reused.json()["refusal"]["code"]) == (422, "idempotency-key-reused")

    huge = await client.post("/", content=b"x" * (1024 * 1024 + 1), headers=bearer | key)
    assert huge.status_code == 413


@pytest.fixture
async def read_only(ledger: Ledger) -> AsyncGenerator[None]:
    """The database as one that has failed over, and takes no writes until it is promoted."""
    watching = await superuser(ledger.dsn)
    await watching.execute("alter role ledger_app set default_transaction_read_only = on")
    leave = "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ledger_app'"
    await watching.execute(leave)
    yield
    await watching.execute("alter role ledger_app reset default_transaction_read_only")
    await watching.execute(leave)
    await watching.close()


@pytest.mark.usefixtures("read_only")
async def test_while_the_database_takes_no_writes_a_command_may_be_sent_again(
    client: httpx2.AsyncClient,
) -> None:
    headers = {
        "authorization": f"Bearer {Assertions(SECRET).sign(caller())}",
        "idempotency-key": "key",
    }
    body = {"account_id": str(uuid4()), "amount": 5}
    for _ in range(3):  # the first ones may meet the connections that were ended
        answer = await client.post("/", json=body, headers=headers)
        assert (answer.status_code, answer.json()["refusal"]["code"]) == (503, "busy")
        assert answer.headers["retry-after"] == "1"


async def test_a_body_that_never_ends_is_not_waited_for(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_module, "DEADLINE", 0.3)

    async def drip() -> AsyncGenerator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.05)

    headers = {
        "authorization": f"Bearer {Assertions(SECRET).sign(caller())}",
        "idempotency-key": "key",
    }
    async with asyncio.timeout(10):
        answer = await client.post("/", content=drip(), headers=headers)
    assert answer.status_code == 503


async def test_more_than_can_be_served_in_time_is_turned_away() -> None:
    gate = Gate(inside=1, waiting=1)
    release = asyncio.Event()

    async def command() -> str:
        try:
            async with gate:
                await release.wait()
        except Exception as refusal:  # noqa: BLE001
            return type(refusal).__name__
        return "served"

    running = [asyncio.create_task(command()) for _ in range(3)]
    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    release.set()
    assert sorted(await asyncio.gather(*running)) == ["Busy", "served", "served"]


async def test_bulk_commands_wait_until_the_events_of_the_one_before_may_be_out(
    ledger: Ledger, app: Database, answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_module, "BULK_RATE", 1 / 3600)  # an hour for the event of each
    monkeypatch.setattr(http_module, "DEADLINE", 3600)
    ada = caller()
    account = await ledger.opened(app, ada)
    gate = Gate(inside=1)

    async def send(name: str, gate: Gate, **body: object) -> int:
        transport = httpx2.ASGITransport(app=answering(name, gate))
        async with httpx2.AsyncClient(transport=transport, base_url="http://ledger") as client:
            headers = {
                "authorization": f"Bearer {Assertions(SECRET).sign(ada)}",
                "idempotency-key": str(uuid4()),
            }
            return (await client.post("/", json=body, headers=headers)).status_code

    async def open_one() -> None:
        await send("open-in-bulk", gate, owner_id=str(uuid4()))

    watching = await superuser(ledger.dsn)
    opened = "select count(*) = 2 from accounts where organisation_id = $1"
    ours = ada.organisation_id
    async with in_background(open_one, open_one):
        await eventually(lambda: watching.fetchval(opened, ours))
        for _ in range(3):
            assert await send("pay", Gate(), account_id=str(account), amount=5) == 200
        assert await watching.fetchval(opened, ours)
    await watching.close()


async def test_a_refusal_that_time_may_cure_is_not_kept(ledger: Ledger, app: Database) -> None:
    ada = caller()
    account = await ledger.opened(app, ada)
    ledger.unknown = {account}
    with pytest.raises(NotYetKnown):
        await ledger.order(app, "pay", ada, "key", account_id=str(account), amount=5)
    ledger.unknown = set()
    done = await ledger.order(app, "pay", ada, "key", account_id=str(account), amount=5)
    assert (done.answer.status, done.repeated) == (200, False)
