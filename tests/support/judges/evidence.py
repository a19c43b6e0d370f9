"""What the judges look at: the whole log, the journal, and where else to look."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from contracts.catalogue import TOPICS
from support.journal import Entry
from support.ledger import read_log
from support.running import RunningPlatform

Key = tuple[str, UUID]  # topic, aggregate
Written = tuple[str, UUID, int]  # topic, aggregate, version
BEAT = b"cairn.beat"  # the key of records that only keep a partition's cleaner at work


@dataclass(frozen=True)
class Logged:
    """A record of the log that tells an event. `body` is None for a tombstone."""

    id: str
    type: str
    topic: str
    subject: UUID
    version: int
    organisation_id: UUID
    causation: UUID
    correlation: UUID
    actor: str
    body: bytes | None
    partition: int
    offset: int

    @property
    def written(self) -> Written:
        return self.topic, self.subject, self.version


@dataclass
class Verdict:
    """Violations begin with the name of the invariant, I1 to I10."""

    violations: list[str] = field(default_factory=list)
    events: int = 0
    repeats: int = 0  # records that the log has more than once: allowed, for a relay may die

    def expect(self, invariant: str, holds: object, violation: str) -> None:
        if not holds:
            self.violations.append(f"{invariant} {violation}")

    @property
    def broken(self) -> set[str]:
        return {violation.partition(" ")[0] for violation in self.violations}


@dataclass
class Evidence:
    """What is known of one organisation. `records` are all of its log's, repeats too."""

    platform: RunningPlatform
    organisation_id: UUID
    journal: Sequence[Entry]
    records: list[Logged]
    verdict: Verdict = field(default_factory=Verdict)

    def __post_init__(self) -> None:
        first: dict[str, Logged] = {}
        for record in self.records:
            first.setdefault(record.id, record)
        self.events = list(first.values())  # each once, in the order of first appearance
        self.newest: dict[Key, Logged] = {}
        for event in self.events:
            key = (event.topic, event.subject)
            if key not in self.newest or self.newest[key].version < event.version:
                self.newest[key] = event
        self.erased = {
            subject
            for (topic, subject), event in self.newest.items()
            if topic == "profiles.person" and event.body is None
        }
        self.verdict.events = len(self.events)
        self.verdict.repeats = len(self.records) - len(self.events)

    async def rows(self, service: str, query: str, *arguments: Any) -> list[Any]:
        database = await self.platform.database(service)
        try:
            return await database.fetch(query, *arguments)
        finally:
            await database.close()


async def whole_log(platform: RunningPlatform) -> list[Logged]:
    """Every event's records, all organisations', topic by topic and partition by partition.

    Nothing has been compacted away: a record is left alone for its first 24 hours.
    """
    records: list[Logged] = []
    for topic in TOPICS.values():
        for record in await read_log(platform.settings.kafka, topic):
            headers = {name: value.decode("latin-1") for name, value in record.headers}
            if record.key != BEAT and "ce_id" in headers:
                records.append(_logged(record, headers))
    return records


def _logged(record: Any, headers: dict[str, str]) -> Logged:
    return Logged(
        id=headers["ce_id"],
        type=headers["ce_type"],
        topic=record.topic,
        subject=UUID(headers["ce_subject"]),
        version=int(headers["ce_version"]),
        organisation_id=UUID(headers["ce_organisation"]),
        causation=UUID(headers["ce_causationid"]),
        correlation=UUID(headers["ce_correlationid"]),
        actor=headers["ce_actor"],
        body=record.value,
        partition=record.partition,
        offset=record.offset,
    )


def of(records: Iterable[Logged], organisation_id: UUID) -> list[Logged]:
    return [record for record in records if record.organisation_id == organisation_id]
