"""What a platform is busy with while it is measured: a steady load, or a bulk import.

`python -m bench.background steady|import PORT KEY ORGANISATION` works on the service profiles until
it is ended; it says "busy" when it has begun, and an import says "done" at its end.
"""

import asyncio
import itertools
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from uuid import UUID

import msgspec
import uvloop

from bench.load import Client, post
from chassis.identity import Assertions, Caller
from chassis.ids import new_id
from chassis.unit import Written

IMPORTED = 120_000  # people
CHUNK = 100  # people in a command, as `cairn import` has them
RATE = 200  # events a second
EDITORS = 50  # people whose profiles are edited all the time
CONNECTIONS = 16


class Answer(msgspec.Struct):
    written: list[Written]


class Administrator:
    """Sends commands to profiles, as the gateway does."""

    def __init__(self, port: int, key: str, organisation_id: UUID) -> None:
        self.port = port
        self._assertions = Assertions(key)
        self._caller = Caller(
            subject="administrator",
            organisation_id=organisation_id,
            roles=frozenset({"administrator"}),
        )

    def command(self, name: str, **body: object) -> bytes:
        headers = {
            "authorization": f"Bearer {self._assertions.sign(self._caller)}",
            "idempotency-key": str(new_id()),
        }
        return post(f"/commands/{name}", msgspec.json.encode(body), headers)


def people(first: int, count: int) -> list[dict[str, object]]:
    """Rows of an import, numbered; of the site LIS."""
    return [
        {
            "employee_number": str(number),
            "subject": f"person-{number}",
            "email": f"person-{number}@example.org",
            "given_name": "Inês",
            "family_name": f"Family {number}",
            "job_title": "Engineer",
            "site": "LIS",
            "skills": ["SQL", "welding"],
        }
        for number in range(first, first + count)
    ]


async def bulk(administrator: Administrator) -> None:
    """Import everybody, a chunk after the other."""
    async with Client.connected(administrator.port) as client:
        for first in range(1_000_000, 1_000_000 + IMPORTED, CHUNK):
            rows = people(first, CHUNK)
            await client.ask(administrator.command("import-people", people=rows))
            if first == 1_000_000:
                print("busy", flush=True)
    print("done", flush=True)
    await asyncio.Event().wait()


async def steady(administrator: Administrator) -> None:
    """Edit profiles at RATE, whatever the answers take: a queue grows where they take too long."""
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(Client.connected(administrator.port))
            for _ in range(CONNECTIONS)
        ]
        rows = people(500_000, EDITORS)
        answer = await clients[0].ask(administrator.command("import-people", people=rows))
        edited = itertools.cycle(msgspec.json.decode(answer, type=Answer).written)
        print("busy", flush=True)
        began = time.perf_counter()
        due = (began + turn / RATE for turn in itertools.count())
        await asyncio.gather(*(_edit(each, administrator, edited, due) for each in clients))


async def _edit(
    client: Client, administrator: Administrator, edited: Iterator[Written], due: Iterator[float]
) -> None:
    for moment in due:
        await asyncio.sleep(moment - time.perf_counter())
        body = {"person_id": next(edited).id, "aspiration": str(new_id())}
        await client.ask(administrator.command("update-profile", **body))


KINDS: dict[str, Callable[[Administrator], Awaitable[None]]] = {"import": bulk, "steady": steady}


async def main(kind: str, port: str, key: str, organisation_id: str) -> None:
    await KINDS[kind](Administrator(int(port), key, UUID(organisation_id)))


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
