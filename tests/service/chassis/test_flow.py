"""From a command to its effect, through the outbox, Kafka, the consumer and a waiting row."""

from uuid import uuid4

import msgspec

from chassis.database import Database
from chassis.waiting import WaitingRoom
from support.ledger import SERVICE, Ledger, Owner, caller, in_background, producing, superuser
from support.waiting import eventually


async def test_a_payment_has_its_effect_once_its_owner_has_arrived(
    ledger: Ledger, app: Database, pipe: Database
) -> None:
    ada = caller()
    owner = Owner(id=uuid4(), organisation_id=ada.organisation_id, name="Ada")
    relay = ledger.relay()
    accounts = await ledger.consumer(pipe)
    owners = await ledger.consumer(pipe, ledger.owners_topic)
    room = WaitingRoom(ledger.hears, service=SERVICE, database=pipe)
    watching = await superuser(ledger.dsn)
    async with in_background(relay.run, accounts.run, owners.run, room.run):
        account = await ledger.opened(app, ada, owner_id=str(owner.id))
        for _ in range(3):
            await ledger.order(app, "pay", ada, account_id=str(account), amount=5)
        relay.wake()
        await eventually(lambda: watching.fetchval("select count(*) = 3 from cairn.waiting"))
        async with producing(ledger.kafka) as producer:
            envelope = ledger.event(owner, ledger.owner_change["NAMED"])
            await producer.send_and_wait(
                ledger.owners_topic.name,
                msgspec.json.encode(owner),
                key=str(owner.id).encode(),
                headers=[(name, value.encode()) for name, value in envelope.headers().items()],
            )
        await eventually(lambda: watching.fetchval("select count(*) = 3 from effects"))
        rows = await watching.fetch("select version from effects order by version")
        assert [row["version"] for row in rows] == [2, 3, 4]
        assert await watching.fetchval("select count(*) from cairn.outbox") == 0
        assert await watching.fetchval("select count(*) from cairn.waiting") == 0
    await watching.close()
