"""`cairn topics`: every topic, as it should be and as it is."""

import asyncio
from collections.abc import Mapping

import msgspec
from cyclopts import App
from rich.table import Column, Table
from rich.text import Text

from cairn.differences import Difference, differences, unknown
from cairn.log import asked
from cairn.options import Flag
from cairn.output import out, print_json, print_table
from cairn.platform import PlatformFile
from chassis.cluster import Described, describe_topics
from contracts.catalogue import TOPICS

app = App(name="topics")


class TopicRow(msgspec.Struct, frozen=True, kw_only=True):
    """A topic. `records` counts those that compaction took away too."""

    name: str
    known: bool  # whether it is in the catalogue
    publisher: str | None
    heard_by: list[str]
    partitions: int
    replication: int
    records: int
    first: list[int]  # offsets, by partition
    end: list[int]
    differences: list[Difference]


@app.default
def topics(*, platform: PlatformFile | None = None, json: Flag = False) -> None:
    """Show every topic: what is in it, who publishes and hears it, what is not as it should be.

    Parameters
    ----------
    platform
        Which platform.
    json
        Print them as JSON, with the offsets of each partition.
    """
    found = asyncio.run(asked((platform or PlatformFile()).read(), describe_topics))
    rows = rows_of(found)
    if json:
        print_json(rows)
    else:
        _show(rows)


def rows_of(found: Mapping[str, Described]) -> list[TopicRow]:
    """The catalogue's topics in its order, then those that are in the cluster only."""
    wrong = differences(found)
    return [_row(name, found.get(name), wrong) for name in (*TOPICS, *sorted(unknown(found)))]


def _row(name: str, found: Described | None, wrong: list[Difference]) -> TopicRow:
    topic = TOPICS.get(name)
    partitions = found.partitions if found else []
    return TopicRow(
        name=name,
        known=topic is not None,
        publisher=topic and topic.publisher,
        heard_by=list(topic.heard_by) if topic else [],
        partitions=len(partitions),
        replication=found.replication if found else 0,
        records=found.records if found else 0,
        first=[each.first for each in partitions],
        end=[each.end for each in partitions],
        differences=[each for each in wrong if each.topic == name],
    )


def _show(rows: list[TopicRow]) -> None:
    table = Table(
        Column("topic", no_wrap=True),
        *(Column(name, justify="right") for name in ("partitions", "copies", "records")),
        "heard by",
        box=None,
    )
    for row in rows:
        table.add_row(
            Text(row.name, style="red" if row.differences else ""),
            str(row.partitions),
            str(row.replication),
            f"{row.records:,}",
            ", ".join(row.heard_by),
        )
    print_table(table)
    for row in rows:
        for each in row.differences:
            out.print(f"{row.name}: {each.what} {each.remedy}", markup=False, soft_wrap=True)
