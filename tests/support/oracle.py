"""A checker from outside: it reads every database, the whole log and the mail sink, and judges.

It shares no code with what it judges but the derivation of a command's id. The invariants:

    I1 nothing is lost             I6 the read model is what the log would make of it
    I2 nothing is there unasked    I7 what a program holds comes back to what it was (bounds.py)
    I3 effects are there once      I8 readiness tells the truth, and comes back (witness.py)
    I4 order holds per aggregate   I9 every event leads back to a command
    I5 the tenants' wall holds     I10 answers are honest (answers in load.py)
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from cairn_local.programs import WITH_DATABASE
from chassis.topics import ends
from contracts.catalogue import TOPICS
from support.journal import Entry
from support.judges import commands, effects, order, states, trail
from support.judges.evidence import Evidence, Logged, Verdict, of, whole_log
from support.running import RunningPlatform


async def judge(
    platform: RunningPlatform,
    organisation_id: UUID,
    journal: Iterable[Entry],
    *,
    senders_died: int = 0,
    log: list[Logged] | None = None,
) -> Verdict:
    """Judge an organisation on a platform that has come to rest, by what its clients noted.

    `log` is the whole log, where it has been read already.
    """
    evidence = Evidence(
        platform,
        organisation_id,
        list(journal),
        of(log or await whole_log(platform), organisation_id),
    )
    await commands.judge_commands(evidence)
    order.judge_order(evidence)
    await states.judge_states(evidence)
    await states.judge_read_model(evidence)
    await effects.judge_load(evidence)
    effects.judge_sessions(evidence)
    await effects.judge_parked(evidence)
    effects.judge_notifications(evidence)
    await effects.judge_mails(evidence, senders_died=senders_died)
    await trail.judge_trail(evidence)
    return evidence.verdict


async def at_rest(platform: RunningPlatform) -> bool:
    """Nothing waits anywhere: outboxes, consumers, waiting rows and deliveries."""
    # In this order, so that nothing can slip from one place to another that was looked at before.
    positions: list[Any] = []
    for service in WITH_DATABASE:
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
