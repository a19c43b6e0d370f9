"""I1, I2 and I10: what was acknowledged is there, once, and nothing is that nobody asked for."""

from collections import defaultdict
from uuid import UUID

import msgspec

from cairn_local.settings import SERVICES
from chassis.ids import derived_id
from support.journal import Entry
from support.judges.evidence import Evidence, Written

NOTHING: frozenset[Written] = frozenset()


async def judge_commands(evidence: Evidence) -> None:
    kept = await _kept_answers(evidence)
    logged: dict[UUID, set[Written]] = defaultdict(set)
    for event in evidence.events:
        logged[event.causation].add(event.written)
    for entry in evidence.journal:
        _judge(entry, kept.get(entry.id, NOTHING), logged[entry.id], evidence)
    known = {entry.id for entry in evidence.journal}
    for command_id, written in kept.items():
        evidence.verdict.expect(
            "I2", command_id in known or not written, f"nobody sent command {command_id}"
        )


def _judge(
    entry: Entry, kept: frozenset[Written], logged: set[Written], evidence: Evidence
) -> None:
    """One that nobody answered is all there or not at all: its service's own answer says which."""
    expect = evidence.verdict.expect
    due = {"ok": entry.written, "rejected": NOTHING}.get(entry.outcome, kept)
    which = f"{entry.command} {entry.key} ({entry.outcome})"
    is_erased = entry.subject in map(str, evidence.erased)  # and their answers are
    expect(
        "I10",
        is_erased or kept == due,
        f"{which} was answered {set(due)}; the service kept {set(kept)}",
    )
    expect("I1", not due - logged, f"{which}: the log lacks {due - logged}")
    expect("I2", not logged - due, f"{which}: the log has besides {logged - due}")


async def _kept_answers(evidence: Evidence) -> dict[UUID, frozenset[Written]]:
    """What each command wrote by the answer that its service keeps; nothing for a refusal."""
    kept: dict[UUID, frozenset[Written]] = {}
    for service in SERVICES:
        for row in await evidence.rows(
            service,
            "select caller, command, key, answer from cairn.answers where organisation_id = $1",
            evidence.organisation_id,
        ):
            command_id = derived_id(
                evidence.organisation_id, row["caller"], row["command"], row["key"]
            )
            answer = msgspec.json.decode(row["answer"])
            kept[command_id] = frozenset(
                (each["aggregate"], UUID(each["id"]), each["version"])
                for each in answer.get("written", ())
            )
    return kept
