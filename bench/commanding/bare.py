"""The limit: a command's writes in one transaction, under the same role, and nothing around them.

`python -m bench.commanding.bare set-goal|update-goal DSN SECONDS` says "ready", is told to begin,
and tells what came of it as JSON. The goal, its event and the answer are written; nothing is read,
checked, parsed or sent.
"""

import asyncio
import sys
import time

import msgspec
import uvloop

from bench.commanding.goals import CONNECTIONS, GOALS, ORGANISATION, goal
from bench.figures import percentile
from bench.load import Load
from chassis import outbox
from chassis.database import Connection, Database
from chassis.envelope import Envelope
from chassis.ids import new_id
from chassis.outbox import Lane, Waiting
from chassis.serving import collect_garbage_seldom
from contracts.sessions import GOAL, Goal, GoalChange

POOL = 12  # connections, as a service has

SET = "insert into goals (organisation_id, id, version, state) values ($1, $2, 1, $3)"
UPDATE = """
    update goals set version = version + 1, state = $3 where organisation_id = $1 and id = $2
"""
ANSWER = """
    insert into cairn.answers (organisation_id, caller, command, key, request_hash, status, answer)
    values ($1, 'bench', 'bench', $2, $3, 200, $3)
"""


async def carry_out(connection: Connection, statement: str, state: Goal) -> None:
    body = msgspec.json.encode(state)
    await connection.execute(statement, ORGANISATION, state.id, body)
    await outbox.put(connection, ORGANISATION, [_event(state, body)], Lane.INTERACTIVE)
    await connection.execute(ANSWER, ORGANISATION, str(new_id()), b"an answer")


def _event(state: Goal, body: bytes) -> Waiting:
    envelope = Envelope(
        id=new_id(),
        source="sessions",
        type=GoalChange.SET,
        subject=state.id,
        time=state.set_at,
        organisation_id=ORGANISATION,
        version=1,
        actor=str(state.person_id),
        causation_id=state.id,
        correlation_id=state.id,
    )
    return Waiting(topic=GOAL, key=state.id, headers=envelope.headers(), body=body)


async def run(command: str, dsn: str, seconds: str) -> None:
    statement = {"set-goal": SET, "update-goal": UPDATE}[command]
    latencies: list[float] = []
    async with Database.open(dsn, name="bench", size=POOL) as database:
        goals = [goal() for _ in range(GOALS)]
        for each in goals:
            async with database.tenant(ORGANISATION) as connection:
                await carry_out(connection, SET, each)

        async def client(own: list[Goal], until: float) -> None:
            turn = 0
            while (began := time.perf_counter()) < until:
                state = goal() if command == "set-goal" else own[turn % len(own)]
                turn += 1
                async with database.tenant(ORGANISATION) as connection:
                    await carry_out(connection, statement, state)
                latencies.append((time.perf_counter() - began) * 1000)

        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        began = time.perf_counter()
        await asyncio.gather(
            *(client(goals[n::CONNECTIONS], began + float(seconds)) for n in range(CONNECTIONS))
        )
        took = time.perf_counter() - began
    done = Load(len(latencies), took, percentile(latencies, 50), percentile(latencies, 99))
    print(msgspec.json.encode(done).decode(), flush=True)
    await asyncio.to_thread(sys.stdin.readline)  # we are measured until we are told to end


if __name__ == "__main__":
    collect_garbage_seldom()
    uvloop.run(run(*sys.argv[1:]))
