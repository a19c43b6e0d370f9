"""`cairn lag`: how far every service is behind, and what waits where."""

import asyncio
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from rich.table import Column, Table
from rich.text import Text

from cairn.databases import ask_each
from cairn.log import asked
from cairn.options import Flag
from cairn.output import err, out, print_json, print_table
from cairn.platform import WITH_DATABASE, Platform, PlatformFile
from chassis.cluster import Described, describe_topics
from chassis.standing import Position, Queue, Standing, standing
from contracts.catalogue import topics_heard_by

app = App(name="lag")


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """A service in a topic, or in one partition of it. `behind` is None where it never read it."""

    service: str
    topic: str
    partition: int | None = None
    next: int | None
    end: int
    behind: int | None
    moved_at: datetime | None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """What waits in a service's database; ages in seconds."""

    service: str
    standing: Standing


class Lag(msgspec.Struct, frozen=True, kw_only=True):
    hears: list[Behind]
    waits: list[Waiting]
    problems: list[str]


@app.default
def lag(
    *,
    partitions: Flag = False,
    at_most: Annotated[int | None, Parameter(show_default=False)] = None,
    platform: PlatformFile | None = None,
    json: Flag = False,
) -> None:
    """Show how many records each service is behind, and what waits in its database.

    Ends with 0, with 2 where something could not be asked, and with 1 where --at-most says so.

    Parameters
    ----------
    partitions
        Show each partition.
    at_most
        End with 1 if a service is more records behind in a topic.
    platform
        Which platform.
    json
        Print it as JSON.
    """
    told = (platform or PlatformFile()).read()
    found = asyncio.run(_ask(told, partitions=partitions))
    if json:
        print_json(found)
    else:
        _show(found)
    for problem in found.problems:
        err.print(problem, markup=False, soft_wrap=True)
    if found.problems:
        sys.exit(2)
    too_far = at_most is not None and any((each.behind or 0) > at_most for each in found.hears)
    sys.exit(1 if too_far else 0)


async def _ask(platform: Platform, *, partitions: bool) -> Lag:
    # Positions first: an end that is asked later is never before them.
    found, problems = await ask_each(platform, WITH_DATABASE, standing)
    topics = await asked(platform, describe_topics)
    return Lag(
        hears=[
            row
            for service, each in found.items()
            for row in behind(service, each.positions, topics, partitions=partitions)
        ],
        waits=[Waiting(service=service, standing=each) for service, each in found.items()],
        problems=problems,
    )


def behind(
    service: str,
    positions: list[Position],
    topics: Mapping[str, Described],
    *,
    partitions: bool = False,
) -> list[Behind]:
    """For each topic that the service hears, how far it is behind, or for each partition of it."""
    stored = {(each.topic, each.partition): each for each in positions}
    rows: list[Behind] = []
    for topic in topics_heard_by(service):
        if topic.name not in topics:
            continue
        of_topic: list[Behind] = []
        for partition in topics[topic.name].partitions:
            at = stored.get((topic.name, partition.number))
            of_topic.append(
                Behind(
                    service=service,
                    topic=topic.name,
                    partition=partition.number,
                    next=at.next if at else None,
                    end=partition.end,
                    behind=partition.end - max(at.next, partition.first) if at else None,
                    moved_at=at.moved_at if at else None,
                )
            )
        rows += of_topic if partitions else [_together(of_topic)]
    return rows


def _together(rows: list[Behind]) -> Behind:
    known = [row for row in rows if row.next is not None]
    return Behind(
        service=rows[0].service,
        topic=rows[0].topic,
        next=sum(row.next or 0 for row in known) if known else None,
        end=sum(row.end for row in rows),
        behind=sum(row.behind or 0 for row in known) if known else None,
        moved_at=max((row.moved_at for row in known if row.moved_at), default=None),
    )


def _show(found: Lag) -> None:
    right = ("next", "end", "behind")
    hears = Table(
        *("service", Column("topic", no_wrap=True)),
        *(Column(name, justify="right") for name in right),
        "last moved (UTC)",
        box=None,
    )
    for row in found.hears:
        place = row.topic if row.partition is None else f"{row.topic} {row.partition}"
        hears.add_row(
            row.service,
            place,
            *(_number(each) for each in (row.next, row.end)),
            Text(_number(row.behind), style="red" if row.behind else ""),
            f"{row.moved_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if row.moved_at else "never",
        )
    print_table(hears)
    out.print()
    waits = Table(
        *("waiting in", "outbox", "bulk", "reactions", "deliveries due", "parked", "refused"),
        box=None,
    )
    for each in found.waits:
        at = each.standing
        queues = (at.interactive, at.bulk, at.waiting, at.due)
        waits.add_row(each.service, *map(_queue, queues), str(at.dead), str(at.refused))
    print_table(waits)
    for each in found.waits:
        if each.standing.standstill:
            err.print(f"{each.service}: {each.standing.standstill}", markup=False, soft_wrap=True)


def _number(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"


def _queue(queue: Queue) -> str:
    return f"{queue.depth:,}" if queue.age is None else f"{queue.depth:,} ({queue.age:,.0f} s)"
