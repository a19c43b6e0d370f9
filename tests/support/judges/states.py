"""I1, I2 and I6: owners, copies and the read model say what the log's newest events say."""

from typing import Any
from uuid import UUID

import msgspec

from contracts.catalogue import TOPICS
from support.judges.evidence import Evidence, Logged

OWNED = {
    "profiles.organisation": "organisations",
    "profiles.site": "sites",
    "profiles.person": "people",
    "profiles.assessment": "assessments",
    "profiles.career_paths": "career_paths",
    "profiles.roadmap": "roadmaps",
    "matching.programme": "programmes",
    "matching.enrolment": "enrolments",
    "matching.run": "runs",
    "matching.draft": "drafts",
    "matching.pairing": "pairings",
    "sessions.session": "sessions",
    "sessions.goal": "goals",
    "sessions.feedback": "feedback",
    "notifications.notification": "notifications",
    "notifications.preferences": "preferences",
    "profiles.erasure": "erasures",
    "matching.erasure": "erasures",
    "sessions.erasure": "erasures",
    "notifications.erasure": "erasures",
}
COPIES = [
    ("matching", "sites", "profiles.site"),
    ("matching", "people", "profiles.person"),
    ("notifications", "people", "profiles.person"),
    ("notifications", "programmes", "matching.programme"),
    ("notifications", "sessions", "sessions.session"),
    ("sessions", "pairings", "matching.pairing"),
]
READ_MODEL = OWNED | {
    "matching.run": "matching_runs",
    "matching.erasure": "matching_erasures",
    "sessions.erasure": "sessions_erasures",
    "notifications.erasure": "notifications_erasures",
}
_STATES = "select id, version, state::text as state from {} where organisation_id = $1"


async def judge_states(evidence: Evidence) -> None:
    for topic, table in OWNED.items():
        rows = await evidence.rows(
            TOPICS[topic].publisher, _STATES.format(table), evidence.organisation_id
        )
        _compare("I2", f"{topic} at its owner", rows, topic, evidence)
    for service, table, topic in COPIES:
        rows = await evidence.rows(service, _STATES.format(table), evidence.organisation_id)
        _compare("I1", f"{topic} at {service}", rows, topic, evidence)


def _compare(invariant: str, where: str, rows: list[Any], topic: str, evidence: Evidence) -> None:
    logged = living(evidence, topic)
    different = _different(rows, logged)
    expect = evidence.verdict.expect
    expect(invariant, not different, f"{where}: {len(different)} differ, as {different[:3]}")
    if not different:
        for row in rows:
            body = logged[row["id"]].body
            assert body is not None
            same = msgspec.json.decode(row["state"]) == msgspec.json.decode(body)
            expect(invariant, same, f"{where}: the state of {row['id']} is not the event's")


def living(evidence: Evidence, topic: str) -> dict[UUID, Logged]:
    """The newest event of each of a topic's aggregates, apart from those that were erased."""
    return {
        subject: event
        for (name, subject), event in evidence.newest.items()
        if name == topic and event.body is not None
    }


def _different(rows: list[Any], logged: dict[UUID, Logged]) -> list[str]:
    there = {row["id"]: row["version"] for row in rows}
    told = {subject: event.version for subject, event in logged.items()}
    return [
        f"{key}: {there.get(key)} for {told.get(key)}"
        for key in there.keys() | told.keys()
        if there.get(key) != told.get(key)
    ]


async def judge_read_model(evidence: Evidence) -> None:
    """Made anew from the log's newest bodies, every row would be what it is."""
    expect = evidence.verdict.expect
    for topic, table in READ_MODEL.items():
        rows = await evidence.rows(
            "gateway",
            f"select id, version from {table} where organisation_id = $1",
            evidence.organisation_id,
        )
        logged = living(evidence, topic)
        different = _different(rows, logged)
        expect("I6", not different, f"{topic} read: {len(different)} differ, as {different[:3]}")
        wrong = await _differing_columns(evidence, table, list(logged.values()))
        expect("I6", different or not wrong, f"{topic} read: {len(wrong)} rows say something else")


async def _differing_columns(evidence: Evidence, table: str, events: list[Logged]) -> list[Any]:
    bodies: list[dict[str, Any]] = [msgspec.json.decode(event.body or b"") for event in events]
    if not bodies:
        return []
    described = await evidence.rows(
        "gateway",
        "select attname from pg_attribute where attrelid = $1::regclass and attnum > 0"
        " and not attisdropped and attgenerated = ''",
        table,
    )
    columns = ", ".join(f'"{row[0]}"' for row in described if row[0] in bodies[0])
    return await evidence.rows(
        "gateway",
        f"select {columns} from jsonb_populate_recordset(null::{table}, $1::text::jsonb)"
        f" except select {columns} from {table} where organisation_id = $2",
        msgspec.json.encode(bodies).decode(),
        evidence.organisation_id,
    )
