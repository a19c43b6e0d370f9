"""A checker from outside: it reads every database, the whole log and the mail sink, and judges.

It judges one organisation, and shares no code with what it judges but the derivation of a
command's id.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from chassis.ids import derived_id
from chassis.topics import ends
from contracts.catalogue import TOPICS
from support.ledger import read_log
from support.running import RunningPlatform

Key = tuple[str, UUID]  # topic, aggregate

OWNED = {
    "profiles.organisation": "organisations",
    "profiles.site": "sites",
    "profiles.person": "people",
    "matching.programme": "programmes",
    "matching.enrolment": "enrolments",
    "matching.run": "runs",
    "matching.pairing": "pairings",
    "sessions.session": "sessions",
    "sessions.goal": "goals",
    "sessions.feedback": "feedback",
    "notifications.notification": "notifications",
    "notifications.preferences": "preferences",
}
COPIES = [
    ("matching", "people", "profiles.person"),
    ("notifications", "people", "profiles.person"),
    ("notifications", "programmes", "matching.programme"),
    ("notifications", "sessions", "sessions.session"),
    ("sessions", "pairings", "matching.pairing"),
]
_STATES = "select id, version, state::text as state from {} where organisation_id = $1"
DATABASES = ("profiles", "matching", "sessions", "notifications", "gateway")
READ_MODEL = {**OWNED, "matching.run": "matching_runs"}

# Whom a change is told, apart from who did it: fields of the body, by the change's last word.
TOLD_ALL = {
    "matching.pairing.proposed": ("mentor_id", "mentee_id"),
    "matching.pairing.activated": ("mentor_id", "mentee_id"),
    "sessions.session.scheduled": ("mentor_id", "mentee_id"),
    "sessions.session.moved": ("mentor_id", "mentee_id"),
}


@dataclass(frozen=True)
class Done:
    """A command that was acknowledged, and what it wrote."""

    organisation_id: UUID
    subject: str
    command: str
    key: str
    written: frozenset[tuple[str, UUID, int]]

    @property
    def id(self) -> UUID:
        return derived_id(self.organisation_id, self.subject, self.command, self.key)


@dataclass(frozen=True)
class Logged:
    """An event as the log has it."""

    id: str
    type: str
    topic: str
    subject: UUID
    version: int
    causation: UUID
    actor: str
    body: bytes
    place: tuple[int, int]  # partition, offset


@dataclass
class Verdict:
    violations: list[str] = field(default_factory=list)
    events: int = 0
    repeats: int = 0  # records that the log has more than once: allowed, for a relay may die

    def expect(self, holds: object, violation: str) -> None:
        if not holds:
            self.violations.append(violation)


async def judge(
    platform: RunningPlatform, organisation_id: UUID, journal: Iterable[Done]
) -> Verdict:
    """Judge an organisation on a platform that has come to rest."""
    verdict = Verdict()
    log = await _read_log(platform, organisation_id, verdict)
    _judge_order(log, verdict)
    _judge_commands(log, list(journal), verdict)
    last = _newest(log)
    await _judge_owners(platform, organisation_id, last, verdict)
    await _judge_copies(platform, organisation_id, last, verdict)
    await _judge_read_model(platform, organisation_id, log, last, verdict)
    await _judge_load(platform, organisation_id, verdict)
    _judge_sessions(last, verdict)
    await _judge_parked(platform, organisation_id, verdict)
    await _judge_notifications(platform, log, verdict)
    await _judge_mails(platform, verdict)
    return verdict


async def _read_log(
    platform: RunningPlatform, organisation_id: UUID, verdict: Verdict
) -> list[Logged]:
    """Every event once, in the order of first appearance within its partition."""
    events: dict[str, Logged] = {}
    ours = ("ce_organisation", str(organisation_id).encode())
    for topic in TOPICS.values():
        for record in await read_log(platform.settings.kafka, topic):
            if ours not in record.headers:
                continue
            headers = {name: value.decode() for name, value in record.headers}
            event = Logged(
                id=headers["ce_id"],
                type=headers["ce_type"],
                topic=topic.name,
                subject=UUID(headers["ce_subject"]),
                version=int(headers["ce_version"]),
                causation=UUID(headers["ce_causationid"]),
                actor=headers["ce_actor"],
                body=record.value or b"",
                place=(record.partition, record.offset),
            )
            if event.id in events:
                verdict.repeats += 1
                verdict.expect(events[event.id].body == event.body, f"{event.id} has two bodies")
            events.setdefault(event.id, event)
    verdict.events = len(events)
    return list(events.values())


def _judge_order(log: list[Logged], verdict: Verdict) -> None:
    versions: dict[Key, list[int]] = defaultdict(list)
    for event in sorted(log, key=lambda event: (event.topic, event.place)):
        versions[event.topic, event.subject].append(event.version)
    for key, seen in versions.items():
        expected = list(range(1, len(seen) + 1))
        verdict.expect(seen == expected, f"{key}: versions in the log are {seen}")


def _judge_commands(log: list[Logged], journal: list[Done], verdict: Verdict) -> None:
    """What was acknowledged is there, and everything there was asked for or followed from it."""
    caused: dict[UUID, set[tuple[str, UUID, int]]] = defaultdict(set)
    for event in log:
        caused[event.causation].add((event.topic, event.subject, event.version))
    for done in journal:
        verdict.expect(
            frozenset(caused[done.id]) == done.written,
            f"{done.command} {done.key} said {set(done.written)}, the log has {caused[done.id]}",
        )
    known = {done.id for done in journal} | {UUID(event.id) for event in log}
    for event in log:
        verdict.expect(event.causation in known, f"nobody asked for {event.type} {event.id}")


def _newest(log: list[Logged]) -> dict[Key, Logged]:
    newest: dict[Key, Logged] = {}
    for event in log:
        key = (event.topic, event.subject)
        if key not in newest or newest[key].version < event.version:
            newest[key] = event
    return newest


async def _judge_owners(
    platform: RunningPlatform, organisation_id: UUID, newest: dict[Key, Logged], verdict: Verdict
) -> None:
    for topic, table in OWNED.items():
        database = await platform.database(TOPICS[topic].publisher)
        rows = await database.fetch(_STATES.format(table), organisation_id)
        await database.close()
        _compare(f"{topic} at its owner", rows, topic, newest, verdict, with_state=True)


async def _judge_copies(
    platform: RunningPlatform, organisation_id: UUID, newest: dict[Key, Logged], verdict: Verdict
) -> None:
    for service, table, topic in COPIES:
        database = await platform.database(service)
        rows = await database.fetch(_STATES.format(table), organisation_id)
        await database.close()
        _compare(f"{topic} at {service}", rows, topic, newest, verdict, with_state=True)


async def _judge_read_model(
    platform: RunningPlatform,
    organisation_id: UUID,
    log: list[Logged],
    newest: dict[Key, Logged],
    verdict: Verdict,
) -> None:
    database = await platform.database("gateway")
    for topic, table in READ_MODEL.items():
        rows = await database.fetch(
            f"select id, version from {table} where organisation_id = $1", organisation_id
        )
        _compare(f"{topic} in the read model", rows, topic, newest, verdict)
    events = await database.fetch(
        "select id from events where organisation_id = $1", organisation_id
    )
    await database.close()
    trail = [str(row["id"]) for row in events]
    verdict.expect(len(trail) == len(set(trail)), "the trail has an event twice")
    verdict.expect(set(trail) == {event.id for event in log}, "the trail is not the log's")


def _compare(
    where: str,
    rows: list[Any],
    topic: str,
    newest: dict[Key, Logged],
    verdict: Verdict,
    *,
    with_state: bool = False,
) -> None:
    there = {row["id"]: row["version"] for row in rows}
    logged = {subject: event.version for (name, subject), event in newest.items() if name == topic}
    different = {key for key in there.keys() | logged.keys() if there.get(key) != logged.get(key)}
    verdict.expect(not different, f"{where}: {len(different)} differ, as {list(different)[:3]}")
    if with_state and not different:
        for row in rows:
            state = msgspec.json.decode(row["state"])
            body = msgspec.json.decode(newest[topic, row["id"]].body)
            verdict.expect(state == body, f"{where}: the state of {row['id']} is not the event's")


async def _judge_load(platform: RunningPlatform, organisation_id: UUID, verdict: Verdict) -> None:
    database = await platform.database("matching")
    wrong = await database.fetch(
        """
        select s.person_id, s.load, s.capacity, count(p.id) as recount
        from person_standing s left join pairings p
            on p.organisation_id = s.organisation_id and p.mentor_id = s.person_id and p.is_open
        where s.organisation_id = $1
        group by 1, 2, 3 having s.load <> count(p.id) or count(p.id) > s.capacity
        """,
        organisation_id,
    )
    await database.close()
    verdict.expect(not wrong, f"{len(wrong)} mentors have another load than pairings")


def _judge_sessions(newest: dict[Key, Logged], verdict: Verdict) -> None:
    """A pairing that is closed has no session to come."""
    for (topic, subject), event in newest.items():
        session = msgspec.json.decode(event.body) if topic == "sessions.session" else {}
        if session.get("status") == "scheduled":
            pairing_id = UUID(session["pairing_id"])
            pairing = msgspec.json.decode(newest["matching.pairing", pairing_id].body)
            closed_at, starts_at = pairing["closed_at"], session["starts_at"]
            verdict.expect(
                closed_at is None
                or datetime.fromisoformat(starts_at) < datetime.fromisoformat(closed_at),
                f"session {subject} is to come, but its pairing {pairing_id} is closed",
            )


async def _judge_parked(platform: RunningPlatform, organisation_id: UUID, verdict: Verdict) -> None:
    """Nothing was put aside: no fault that passes is an event's own."""
    for service in DATABASES:
        database = await platform.database(service)
        parked = await database.fetch(
            "select topic, reaction, reason from cairn.dead_letters"
            " where organisation_id is null or organisation_id = $1",
            organisation_id,
        )
        await database.close()
        verdict.expect(not parked, f"{service} parked {[tuple(row) for row in parked[:3]]}")


async def _judge_notifications(
    platform: RunningPlatform, log: list[Logged], verdict: Verdict
) -> None:
    """Whoever is to be told of a change is told once, of each one, and of nothing else."""
    told: dict[str, list[UUID]] = defaultdict(list)
    for event in log:
        if event.type == "notifications.notification.posted":
            body = msgspec.json.decode(event.body)
            told[str(event.causation)].append(UUID(body["person_id"]))
    for event in log:
        if fields := TOLD_ALL.get(event.type):
            body = msgspec.json.decode(event.body)
            expected = sorted(UUID(body[name]) for name in fields)
            verdict.expect(
                sorted(told[event.id]) == expected,
                f"{event.type} {event.id} was told to {told[event.id]}, not to {expected}",
            )
    for cause, people in told.items():
        verdict.expect(len(people) == len(set(people)), f"somebody was told twice of {cause}")


async def _judge_mails(platform: RunningPlatform, verdict: Verdict) -> None:
    """Each delivery that counts as sent has arrived; what arrived twice has the same identity."""
    database = await platform.database("notifications")
    rows = await database.fetch("select id, outcome from cairn.deliveries")
    await database.close()
    sent = {str(row["id"]) for row in rows if row["outcome"] == "sent"}
    arrived: set[str] = set()
    for mail in platform.mails():
        identity = dict(mail.headers)["Message-ID"]
        arrived.add(identity.strip("<>").partition("@")[0])
    verdict.expect(sent <= arrived, f"{len(sent - arrived)} mails were marked and did not arrive")
    verdict.expect(
        arrived <= {str(row["id"]) for row in rows}, "a mail arrived that nobody planned"
    )
    verdict.expect(
        all(row["outcome"] in ("sent", "suppressed") for row in rows), "a delivery is not settled"
    )


async def at_rest(platform: RunningPlatform) -> bool:
    """Nothing waits anywhere: outboxes, consumers, waiting rows and deliveries."""
    # In this order, so that nothing can slip from one place to another that was looked at before.
    positions: list[Any] = []
    for service in DATABASES:
        database = await platform.database(service)
        try:
            positions += await database.fetch("select topic, partition, next from cairn.positions")
            waiting = await database.fetchval(
                "select (select count(*) from cairn.outbox) + (select count(*) from cairn.waiting)"
                " + (select count(*) from cairn.deliveries where settled_at is null)"
            )
        finally:
            await database.close()
        if waiting:
            return False
    logged = await ends(platform.settings.kafka, TOPICS.values())
    return all(row["next"] >= logged[row["topic"], row["partition"]] for row in positions)
