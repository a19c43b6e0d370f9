"""F16: events and records one byte under, at and over each limit."""

import random
from uuid import UUID

import asyncpg
import msgspec
import pytest

from chassis.batches import MAX_RECORD
from chassis.database import Database
from chassis.outbox import Lane, Waiting, put
from chassis.refusals import TooLarge
from chassis.unit import MAX_BODY
from support.experiments import Experiment
from support.ledger import Account, Ledger, caller, in_background, read_log
from support.payments import Payments
from support.sent import ORGANISATION, Sent
from support.verdict import judged
from support.waiting import eventually


@pytest.mark.experiment("F16 commands")
async def test_a_body_at_the_limit_goes_through_and_one_byte_more_is_refused(
    ledger: Ledger,
    app: Database,
    pipe: Database,
    sent: Sent,
    watching: asyncpg.Connection,
    experiment: Experiment,
) -> None:
    payments = Payments(ledger, app, experiment.chance, sent.owner)
    ada = caller(ORGANISATION)
    empty = Account(id=sent.owner, organisation_id=ORGANISATION, owner_id=sent.owner)
    room = MAX_BODY - len(msgspec.json.encode(empty))
    letters = "".join(experiment.chance.choices("abcdefgh", k=room + 2))
    for over in (-1, 0, 1, 2):
        experiment.did(f"a body of {over:+} bytes")
        experiment.commands += 1
        note = letters[: room + over]
        done = await ledger.order(app, "open", ada, owner_id=str(sent.owner), note=note)
        answer = msgspec.json.decode(done.answer.body)
        if over <= 0:
            payments.acknowledged[UUID(answer["written"][0]["id"])] += 1
        elif (done.answer.status, answer["refusal"]["code"]) != (TooLarge.status, TooLarge.code):
            experiment.violations.append(f"{over} bytes over: {answer}")
    consumer, relay = await ledger.consumer(pipe), ledger.relay()
    async with in_background(consumer.run, relay.run):
        await payments.many(10)  # balances of two digits: their bodies grow over the limit, or fit
        experiment.violations += await judged(ledger, watching, payments.acknowledged)


@pytest.mark.experiment("F16 relay")
async def test_a_record_around_the_brokers_limit_is_published_or_put_aside_never_stuck(
    ledger: Ledger, app: Database, sent: Sent, watching: asyncpg.Connection, experiment: Experiment
) -> None:
    """No command can announce one; whatever gets into the outbox must not stop what is behind."""
    noise = random.Random(experiment.seed).randbytes(MAX_RECORD)  # does not shrink
    sizes = [MAX_RECORD + over for over in (-300, -150, -100, -80, -70, -60, -50, -20, -1, 0)]
    async with app.tenant(ORGANISATION) as connection:
        for number, size in enumerate([*sizes, 10]):
            experiment.did(f"a record of {size - MAX_RECORD:+} bytes")
            large = Waiting(
                topic=ledger.accounts_topic.name,
                key=UUID(int=number),
                headers={"ce_id": str(number)},
                body=noise[: size - 200],
            )
            await put(connection, ORGANISATION, [large], Lane.INTERACTIVE)
    experiment.commands = len(sizes) + 1
    async with in_background(ledger.relay().run):
        await eventually(
            lambda: watching.fetchval(
                "select not exists (select from cairn.outbox where parked is null)"
            ),
            within=10,
        )
    parked = await watching.fetchval("select count(*) from cairn.outbox") or 0
    in_log = {
        dict(record.headers)["ce_id"]
        for record in await read_log(ledger.kafka, ledger.accounts_topic)
    }
    if len(in_log) + parked != experiment.commands:
        experiment.violations.append(f"{len(in_log)} in the log, {parked} put aside")
    if str(len(sizes)).encode() not in in_log:
        experiment.violations.append("the small one behind them was lost")
