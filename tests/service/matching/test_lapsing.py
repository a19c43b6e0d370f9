"""What nobody answers in time ends by itself, once."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from chassis.service import Running
from contracts.matching import Role
from matching.lapsing import end_overdue
from support.network import Network

pytestmark = pytest.mark.platform


async def pretend(network: Network, table: str, id_: UUID, **moments: timedelta) -> None:
    """Have these moments of an aggregate so far away from now."""
    async with network.matching.app.tenant(network.organisation_id) as connection:
        for name, away in moments.items():
            moment = msgspec.to_builtins(datetime.now(UTC) + away)
            await connection.execute(
                f"update {table} set state = jsonb_set(state, array[$1], to_jsonb($2::text))"
                " where id = $3",
                name,
                moment,
                id_,
            )


async def asked(network: Network) -> UUID:
    programme_id = await network.programme()
    mentor, mentee = await network.mentor(), await network.joins()
    await network.enrol(programme_id, mentor, Role.MENTOR)
    await network.enrol(programme_id, mentee, Role.MENTEE)
    answer = await network.done(
        "ask-mentor", mentee, programme_id=programme_id, mentor_id=mentor.id
    )
    return answer.id


async def test_a_request_expires_when_its_time_has_come(network: Network, running: Running) -> None:
    overdue, waiting = await asked(network), await asked(network)
    await pretend(network, "requests", overdue, expires_at=timedelta(seconds=-2))
    await pretend(network, "requests", waiting, expires_at=timedelta(minutes=5))

    await asyncio.gather(*(end_overdue(running) for _ in range(3)))

    events = await network.matching.outbox(network.organisation_id)
    [expired] = [each for each in events if each.type == "matching.request.expired"]
    assert expired.state["id"] == str(overdue)
    assert (expired.state["status"], expired.version) == ("expired", 2)
    assert expired.state["answered_at"] is not None


async def test_what_was_answered_does_not_expire(network: Network, running: Running) -> None:
    request_id = await asked(network)
    [request] = [
        each.state
        for each in await network.matching.outbox(network.organisation_id)
        if each.type == "matching.request.asked"
    ]
    mentor_id = UUID(request["mentor_id"])
    await pretend(network, "requests", request_id, expires_at=timedelta(seconds=-2))

    answers = await asyncio.gather(
        network.do("decline-request", network.caller(mentor_id), request_id=request_id),
        end_overdue(running),
    )
    await end_overdue(running)

    told = [each for each in await network.told() if each.startswith("matching.request.")]
    outcome = "expired" if answers[0].code == "request-closed" else "declined"
    assert told == ["matching.request.asked", f"matching.request.{outcome}"]


async def proposed(network: Network) -> tuple[UUID, UUID, UUID]:
    """A proposal; the mentor and the mentee."""
    programme_id = await network.programme()
    mentor, mentee = await network.mentor(), await network.joins()
    await network.enrol(programme_id, mentor, Role.MENTOR)
    await network.enrol(programme_id, mentee, Role.MENTEE)
    return (await network.propose(programme_id, mentor, mentee)).id, mentor.id, mentee.id


async def test_a_proposal_lapses_and_frees_the_place(network: Network, running: Running) -> None:
    overdue, mentor_id, _ = await proposed(network)
    waiting, *_ = await proposed(network)
    answered, other_id, mentee_id = await proposed(network)
    for person_id in (other_id, mentee_id):
        await network.done("accept-pairing", network.caller(person_id), pairing_id=answered)
    for each, age in ((overdue, 22), (waiting, 20), (answered, 22)):
        await pretend(network, "pairings", each, proposed_at=-timedelta(days=age))

    await asyncio.gather(*(end_overdue(running) for _ in range(3)))

    events = await network.matching.outbox(network.organisation_id)
    [lapsed] = [each.state for each in events if each.type == "matching.pairing.lapsed"]
    assert (lapsed["id"], lapsed["status"], lapsed["closed_by"]) == (str(overdue), "ended", None)
    assert lapsed["closing_reason"] == "Nobody answered the proposal in time."
    async with network.matching.app.tenant(network.organisation_id) as connection:
        load = "select load from person_standing where person_id = $1"
        assert await connection.fetchval(load, mentor_id) == 0
        assert await connection.fetchval(load, other_id) == 1
