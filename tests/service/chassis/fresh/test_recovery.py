"""A database that is older than its log: the service says so, does nothing, and is mended."""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx2
import msgspec
import pytest
from aiokafka.errors import KafkaConnectionError
from opentelemetry.sdk.trace import TracerProvider

from chassis import at_work, healing
from chassis.at_work import AtWork
from chassis.database import Database
from chassis.identity import Assertions
from chassis.ids import new_id
from chassis.recovery import Recovered, recover
from chassis.settings import Settings
from chassis.unit import Cause, Unit
from support.backups import back_up, restore
from support.ledger import SERVICE, Ledger, Owner, caller, producing, read_log, superuser
from support.services import served
from support.waiting import eventually

SECRET = "a secret that is long enough for the gateway to sign with"
ADA = caller()


@asynccontextmanager
async def running(ledger: Ledger, *, kafka: str = "") -> AsyncGenerator[httpx2.AsyncClient]:
    """The whole service, over HTTP."""
    settings = Settings(
        database_app=ledger.dsn.app,  # pyright: ignore[reportArgumentType]
        database_pipe=ledger.dsn.pipe,  # pyright: ignore[reportArgumentType]
        kafka=kafka or ledger.kafka,
        command_key=SECRET,  # pyright: ignore[reportArgumentType]
        port=0,
    )
    app = ledger.service().application(settings, TracerProvider())
    async with served(app) as url, httpx2.AsyncClient(base_url=url, timeout=30) as client:
        yield client


async def ready(client: httpx2.AsyncClient) -> bool:
    return (await client.get("/readyz")).is_success


async def order(client: httpx2.AsyncClient, name: str, **body: Any) -> httpx2.Response:
    headers = {
        "authorization": f"Bearer {Assertions(SECRET).sign(ADA)}",
        "idempotency-key": str(uuid4()),
    }
    return await client.post(f"/commands/{name}", json=body, headers=headers)


async def opened(client: httpx2.AsyncClient, owner: UUID) -> str:
    answer = await order(client, "open", owner_id=str(owner))
    assert answer.is_success, answer.text
    return answer.json()["written"][0]["id"]


async def erase(ledger: Ledger, account: str) -> None:
    async with (
        Database.open(ledger.dsn.app, name="test") as app,
        app.tenant(ADA.organisation_id) as connection,
    ):
        cause = Cause(causation_id=new_id(), correlation_id=new_id(), actor="service:test")
        unit = Unit(connection, service=SERVICE, organisation_id=ADA.organisation_id, cause=cause)
        await ledger.accounts.erase_all(unit, [UUID(account)])
        await unit.flush()


async def an_owner(ledger: Ledger) -> UUID:
    """Somebody whom the ledger has heard of, so that no reaction has to wait."""
    owner = Owner(id=uuid4(), organisation_id=ADA.organisation_id, name="Ada")
    envelope = ledger.event(owner, ledger.owner_change["NAMED"])
    async with producing(ledger.kafka) as producer:
        await producer.send_and_wait(
            ledger.owners_topic.name,
            msgspec.json.encode(owner),
            key=str(owner.id).encode(),
            headers=[(name, value.encode()) for name, value in envelope.headers().items()],
        )
    return owner.id


async def asked(ledger: Ledger, question: str) -> list[Any]:
    watching = await superuser(ledger.dsn)
    try:
        return [tuple(row) for row in await watching.fetch(question)]
    finally:
        await watching.close()


async def at_rest(ledger: Ledger) -> None:
    """Nothing waits, and the service has heard and compared all that was published."""
    published = len(await read_log(ledger.kafka, ledger.accounts_topic))

    async def rests() -> bool:
        [(waits,)] = await asked(ledger, "select count(*) from cairn.outbox")
        now = len(await read_log(ledger.kafka, ledger.accounts_topic))
        heard = await asked(
            ledger,
            "select sum(next) from cairn.positions union all select sum(next) from cairn.healing",
        )
        return waits == 0 and now >= published and all((total or 0) >= now for (total,) in heard)

    await eventually(rests)


async def recovered(ledger: Ledger, *, kafka: str = "") -> Recovered:
    service = ledger.service()
    return await recover(
        service=SERVICE,
        owns=service.owns,
        topics=service.publishes,
        derives=service.derives,
        kafka=kafka or ledger.kafka,
        pipe_dsn=ledger.dsn.pipe,
    )


async def test_a_restored_database_is_noticed_and_takes_back_what_it_lacks(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await an_owner(ledger)
    async with running(ledger) as client:
        await eventually(lambda: ready(client))
        paid, erased, idle = [await opened(client, owner) for _ in range(3)]
        await at_rest(ledger)
    await back_up(ledger.dsn)
    async with running(ledger) as client:
        await eventually(lambda: ready(client))
        for _ in range(2):
            assert (await order(client, "pay", account_id=paid, amount=5)).is_success
        new = await opened(client, owner)
        assert (await order(client, "pay", account_id=new, amount=7)).is_success
        await erase(ledger, erased)
        await at_rest(ledger)
        effects = Counter(await asked(ledger, "select account_id, version from effects"))
    await restore(ledger.dsn)

    async with running(ledger) as client:
        problems = await eventually(lambda: problems_of(client, "recover"))
        assert "older than its log" in problems[0]
        assert "`python -m ledger recover`" in problems[0]
        assert len(problems) == 1
        refused = await order(client, "pay", account_id=paid, amount=1)
        assert refused.status_code == 503
        assert refused.json()["refusal"]["message"] == problems[0]
        assert refused.headers["retry-after"] == "5"

        done = await recovered(ledger)
        topic = ledger.accounts_topic.name
        assert done == Recovered(organisations=1, states={topic: 2}, erased={topic: 1})

        await eventually(lambda: ready(client))
        assert (await order(client, "pay", account_id=paid, amount=1)).is_success
        gone = await order(client, "pay", account_id=erased, amount=1)
        assert gone.status_code == 404
        await at_rest(ledger)
        monkeypatch.setattr(at_work, "ALONE_WITHIN", 0.1)
        with pytest.raises(AtWork, match="Stop all its instances"):
            await recovered(ledger)
        await eventually(lambda: effects_are(ledger, effects, UUID(paid)))

    balance = "select id::text, version, (state ->> 'balance')::int from accounts"
    assert set(await asked(ledger, balance)) == {(paid, 4, 11), (new, 2, 7), (idle, 1, 0)}
    versions = {key: [1, 2, 3, 4] if key == paid else [1, 2] for key in (paid, new, erased)}
    assert await versions_in_log(ledger) == versions | {idle: [1]}
    assert await asked(ledger, "select * from cairn.recovered") == []
    copies = "select id::text, version from account_copies"
    assert set(await asked(ledger, copies)) == {(paid, 4), (new, 2), (idle, 1)}
    # Nothing is left to be recovered
    done = await recovered(ledger)
    assert done == Recovered(organisations=0, states={}, erased={})


async def problems_of(client: httpx2.AsyncClient, word: str) -> list[str] | None:
    problems = (await client.get("/readyz")).json()["problems"]
    return problems if any(word in problem for problem in problems) else None


async def effects_are(ledger: Ledger, before: Counter[Any], paid: UUID) -> bool:
    """What reactions did since the backup was lost with it, and is done again, each once."""
    now = Counter(await asked(ledger, "select account_id, version from effects"))
    return now == before + Counter([(paid, 4)])


async def versions_in_log(ledger: Ledger) -> dict[str, list[int]]:
    versions: dict[str, list[int]] = {}
    for record in await read_log(ledger.kafka, ledger.accounts_topic):
        version = int(dict(record.headers)["ce_version"] or b"")
        versions.setdefault((record.key or b"").decode(), []).append(version)
    return versions


async def test_it_is_noticed_under_a_running_service_too(ledger: Ledger) -> None:
    await back_up(ledger.dsn)
    async with running(ledger) as client:
        await eventually(lambda: ready(client))
        await opened(client, uuid4())
        await at_rest(ledger)
        await restore(ledger.dsn)
        await eventually(lambda: problems_of(client, "older than its log"))


async def test_what_is_stale_in_the_log_is_put_right_after_a_recovery(ledger: Ledger) -> None:
    """A relay that was paused wakes while the database fails: both are to be mended then."""
    owner = await an_owner(ledger)
    async with running(ledger) as client:
        await eventually(lambda: ready(client))
        account = await opened(client, owner)
        await at_rest(ledger)
    await back_up(ledger.dsn)
    async with running(ledger) as client:
        await eventually(lambda: ready(client))
        assert (await order(client, "pay", account_id=account, amount=5)).is_success
        await at_rest(ledger)
    await restore(ledger.dsn)
    [old, _] = await read_log(ledger.kafka, ledger.accounts_topic)
    async with producing(ledger.kafka) as producer:
        await producer.send_and_wait(
            old.topic, old.value, key=old.key, headers=list(old.headers), partition=old.partition
        )
    async with running(ledger) as client:
        await eventually(lambda: problems_of(client, "recover"))
    assert (await recovered(ledger)).organisations == 1

    async with running(ledger):

        async def right() -> bool:
            return await versions_in_log(ledger) == {account: [1, 2, 1, 2]}

        await eventually(right)


async def test_without_kafka_nothing_is_recovered_and_nothing_stands_still(ledger: Ledger) -> None:
    with pytest.raises(KafkaConnectionError):
        await recovered(ledger, kafka="127.0.0.1:1")
    assert await asked(ledger, "select reason from cairn.standstill") == []


async def test_nothing_is_recovered_under_an_instance_that_works_without_kafka(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes commands, though it publishes nothing and holds no relay's lock for long."""
    monkeypatch.setattr(at_work, "ALONE_WITHIN", 3.0)
    monkeypatch.setattr(healing, "GLANCE", 0.1)
    owner = await an_owner(ledger)
    async with running(ledger, kafka="127.0.0.1:1") as client:

        async def works() -> bool:
            return (await order(client, "open", owner_id=str(owner))).is_success

        await eventually(works)
        with pytest.raises(AtWork, match="Stop all its instances"):
            await recovered(ledger)
        assert await works()
    assert (await recovered(ledger)).organisations == 0


async def test_a_share_that_was_lost_is_renewed_while_the_instance_works_on(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_work, "ALONE_WITHIN", 1.0)
    held = "select true from pg_locks where locktype = 'advisory' and mode = 'ShareLock'"
    async with running(ledger) as client:
        await eventually(lambda: ready(client))
        await asked(
            ledger,
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()",
        )
        await eventually(lambda: asked(ledger, held))
        await eventually(lambda: ready(client))
        with pytest.raises(AtWork):
            await recovered(ledger)
    assert await asked(ledger, held) == []
