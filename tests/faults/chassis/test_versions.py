"""F24: old and new versions of an event side by side, written and read by old and new programs."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from chassis.consumer import Consumer
from chassis.copies import Copies
from chassis.database import Database, enter_tenant
from chassis.events import read_event
from chassis.hearing import Hearing
from chassis.preparation import births
from chassis.subscriptions import Subscription, Subscriptions
from chassis.unit import Cause, Unit
from contracts.catalogue import TOPICS
from contracts.vocabulary import Vocabulary
from support.experiments import Experiment
from support.harness import happened
from support.ledger import SERVICE, Ledger, in_background
from support.sent import ORGANISATION, Sent
from support.verdict import copy_violations, left_over, log_of
from support.waiting import eventually

GOLDEN = sorted((Path(__file__).parents[3] / "contracts" / "examples").glob("*/*.json"))
ROUNDS = 4  # of deployments: old, new, old again, new again
EACH = 12


class OldStatus(Vocabulary):
    OPEN = "open"
    UNKNOWN = "unknown"


class NewStatus(Vocabulary):
    OPEN = "open"
    FROZEN = "frozen"
    UNKNOWN = "unknown"


class OldAccount(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    organisation_id: UUID
    balance: int
    status: OldStatus = OldStatus.OPEN


class NewAccount(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    organisation_id: UUID
    balance: int
    status: NewStatus = NewStatus.OPEN
    currency: str = "EUR"


def reader(ledger: Ledger, body: type[Any], words: Sequence[str]) -> Subscription:
    """A version of the service: what it knows of accounts, and which events it reacts to."""
    topic = ledger.accounts_topic.name
    hears = Subscriptions()
    hears.keeps(Copies(topic, body, table="account_copies"))
    changes: Any = StrEnum("Change", {word.upper(): f"{topic}.{word}" for word in words})

    async def note_payment(event: Any, unit: Unit) -> None:
        await unit.connection.execute(
            "insert into effects (organisation_id, event_id, account_id, version)"
            " values ($1, $2, $3, $4)",
            unit.organisation_id,
            event.id,
            event.subject,
            event.version,
        )

    hears.reaction(topic, body, on=list(changes))(note_payment)
    return hears.by_topic[topic]


class Writers:
    """An old and a new version of the service that writes accounts, at work at the same time."""

    def __init__(self, sent: Sent, experiment: Experiment) -> None:
        self.sent = sent
        self.experiment = experiment
        self.versions = {uuid4(): 0 for _ in range(6)}
        self.due: set[tuple[UUID, int]] = set()  # what those who heard it have to act on

    async def publish(self, *, heard_by_new: bool) -> None:
        chance = self.experiment.chance
        id_ = chance.choice(list(self.versions))
        self.versions[id_] += 1
        version = self.versions[id_]
        word = "paid"
        state: Any = OldAccount(id=id_, organisation_id=ORGANISATION, balance=version)
        if chance.random() < 0.6:
            word = chance.choice(["paid", "frozen", "unheard_of"])
            state = NewAccount(
                id=id_,
                organisation_id=ORGANISATION,
                balance=version,
                status=NewStatus.FROZEN if word == "frozen" else NewStatus.OPEN,
                currency="SEK",
            )
        heard_by = "new" if heard_by_new else "old"
        self.experiment.did(f"{word} by {type(state).__name__}, heard by {heard_by}")
        self.experiment.commands += 1
        await self.sent.event(state, version, word)
        if word == "paid" or (word == "frozen" and heard_by_new):
            self.due.add((id_, version))


async def understood(pipe: Database, subscription: Subscription, writers: Writers) -> bool:
    """Whether a version reads every copy, whichever version kept it."""
    async with pipe.transaction() as connection:
        await enter_tenant(connection, ORGANISATION, role=f"{SERVICE}_app")
        cause = Cause(causation_id=uuid4(), correlation_id=uuid4(), actor="service:test")
        unit = Unit(connection, service=SERVICE, organisation_id=ORGANISATION, cause=cause)
        return all(
            [
                (await subscription.copies[0].need(unit, id_)).balance == version
                for id_, version in writers.versions.items()
                if version
            ]
        )


@pytest.mark.experiment("F24")
async def test_old_and_new_versions_understand_each_other(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection, experiment: Experiment
) -> None:
    old = reader(ledger, OldAccount, ["paid"])
    new = reader(ledger, NewAccount, ["paid", "frozen"])
    writers = Writers(sent, experiment)

    async def all_read() -> bool:
        read = await watching.fetchval("select sum(next) from cairn.positions")
        return read == experiment.commands

    for subscription in [old, new] * (ROUNDS // 2):
        handler = Hearing(subscription, service=SERVICE, births=await births(pipe, subscription))
        consumer = Consumer(
            service=SERVICE,
            topic=ledger.accounts_topic.name,
            kafka=ledger.kafka,
            instance="0",
            database=pipe,
            handler=handler,
            after_commit=lambda: None,
        )
        async with in_background(consumer.run):
            for _ in range(EACH):
                await writers.publish(heard_by_new=subscription is new)
            await eventually(all_read)
    rows = [tuple(row) for row in await watching.fetch("select account_id, version from effects")]
    if sorted(rows) != sorted(writers.due):
        experiment.violations.append("other effects than of the events that were known")
    experiment.violations += await copy_violations(await log_of(ledger), watching)
    experiment.violations += await left_over(watching)
    for subscription in (old, new):
        if not await understood(pipe, subscription, writers):
            experiment.violations.append(f"{subscription.body.__name__} is read otherwise")


@pytest.mark.experiment("F24 golden events")
def test_every_body_that_was_ever_released_is_read_as_an_event(experiment: Experiment) -> None:
    for path in GOLDEN:
        topic = TOPICS[path.parent.name]
        body = path.read_bytes()
        state = msgspec.json.decode(body, type=topic.body)
        change: Any = StrEnum("Change", {"DONE": f"{topic.name}.of_another_time"})
        record = happened(change.DONE, state)
        decode = msgspec.json.Decoder(topic.body).decode
        experiment.did(path.stem)
        experiment.commands += 1
        as_written = type(record)(record.topic, record.key, body, record.headers)
        if read_event(as_written, decode).state != state:
            experiment.violations.append(f"{path.name} of {topic.name} is read otherwise")
