"""`cairn dlq replay`: have parked records handled again, and refused events published."""

import asyncio
import sys
from collections.abc import Sequence
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from rich.table import Table
from rich.text import Text

from cairn.databases import connected
from cairn.options import Flag, Service
from cairn.output import out, print_json, print_table
from cairn.parked import find, gather, split
from cairn.platform import WITH_DATABASE, Platform, PlatformFile
from cairn.steps import ask
from cairn.troubles import Trouble
from chassis.letters import OUTBOX, Letter, release
from chassis.replaying import Replayed

app = App(name="replay")

GONE_WELL = ("done", "erased", "released", "discarded")


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of something parked."""

    id: str
    outcome: str
    reason: str = ""


@app.default
def replay(
    *ids: str,
    all_: Annotated[bool, Parameter(name="--all", negative="", show_default=False)] = False,
    service: Annotated[Service | None, Parameter(show_default=False)] = None,
    force: Flag = False,
    platform: PlatformFile | None = None,
    json: Flag = False,
) -> None:
    """Have parked records handled again, by their service's own code; remove the cause first.

    A record takes effect once, and only if its subject has not moved on since. An event that Kafka
    refused goes back to the relay. Ends with 1 where some stay parked; they say why.

    Parameters
    ----------
    ids
        As `cairn dlq list` shows them: notifications:3.
    all_
        All that is parked.
    service
        With --all: only what this service has parked.
    force
        Let reactions act though their subject has moved on.
    platform
        Which platform.
    json
        Print what became of each as JSON.
    """
    if bool(ids) == all_:
        raise Trouble("Say which: ids as `cairn dlq list` shows them, or --all.")
    if service and not all_:
        raise Trouble("--service goes with --all; an id says itself whose it is.")
    told = (platform or PlatformFile()).read()
    letters = asyncio.run(_all(told, service)) if all_ else asyncio.run(find(told, ids))
    found = _handled_again(told, letters, force=force) + asyncio.run(_released(told, letters))
    if json:
        print_json(found)
    else:
        show(found)
    sys.exit(0 if all(each.outcome in GONE_WELL for each in found) else 1)


async def _all(platform: Platform, service: str | None) -> dict[str, Letter]:
    letters, problems = await gather(platform, WITH_DATABASE if service is None else (service,))
    if problems:
        raise Trouble(" ".join(problems))
    return letters


def _handled_again(platform: Platform, letters: dict[str, Letter], *, force: bool) -> list[Outcome]:
    """Each service hands its own to its handlers, in the order of the log."""
    in_order = sorted(
        (each for each in letters.items() if each[1].offset is not None),
        key=lambda each: (each[1].topic, each[1].partition, each[1].offset),
    )
    found: list[Outcome] = []
    for service, own in split([id_ for id_, _ in in_order]).items():
        answer = ask(platform, service, "replay", *own, *(("--force",) if force else ()))
        found += [
            Outcome(id=f"{service}:{each.id}", outcome=each.outcome, reason=each.reason)
            for each in msgspec.convert(answer, list[Replayed])
        ]
    return found


async def _released(platform: Platform, letters: dict[str, Letter]) -> list[Outcome]:
    found: list[Outcome] = []
    for id_, letter in letters.items():
        if not letter.id.startswith(OUTBOX):
            continue
        async with connected(platform, id_.partition(":")[0]) as connection:
            was_there = await release(connection, letter)
        found.append(Outcome(id=id_, outcome="released" if was_there else "unknown"))
    return found


def show(found: Sequence[Outcome]) -> None:
    if not found:
        out.print("Nothing is parked.")
        return
    table = Table("id", "", "", box=None)
    for each in found:
        colour = "green" if each.outcome in GONE_WELL else "red"
        table.add_row(Text(each.id), Text(each.outcome, style=colour), Text(each.reason))
    print_table(table)
