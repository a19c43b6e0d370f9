"""`cairn dlq list`: what is parked, and why."""

import asyncio
import sys
from datetime import UTC
from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Column, Table
from rich.text import Text

from cairn.options import Flag, Service
from cairn.output import err, out, print_json, print_table
from cairn.parked import Parked, gather, parked
from cairn.platform import WITH_DATABASE, PlatformFile

app = App(name="list")


@app.default
def list_(
    *,
    service: Annotated[Service | None, Parameter(show_default=False)] = None,
    topic: Annotated[str | None, Parameter(show_default=False)] = None,
    reaction: Annotated[str | None, Parameter(show_default=False)] = None,
    reason: Annotated[str | None, Parameter(show_default=False)] = None,
    platform: PlatformFile | None = None,
    json: Flag = False,
) -> None:
    """List what is parked: records that could not be handled, and events that Kafka refused.

    Parameters
    ----------
    service
        Only what this service has parked.
    topic
        Only records of this topic.
    reaction
        Only what this reaction could not handle.
    reason
        Only where the reason contains this.
    platform
        Which platform.
    json
        Print them as JSON.
    """
    services = WITH_DATABASE if service is None else (service,)
    everything, problems = asyncio.run(gather((platform or PlatformFile()).read(), services))
    found = [
        each
        for each in (parked(id_.partition(":")[0], letter) for id_, letter in everything.items())
        if topic in (None, each.topic)
        and reaction in (None, each.reaction)
        and (reason or "") in each.reason
    ]
    if json:
        print_json(found)
    else:
        _show(found)
    for problem in problems:
        err.print(problem, markup=False, soft_wrap=True)
    sys.exit(2 if problems else 0)


def _show(found: list[Parked]) -> None:
    if not found:
        out.print("Nothing is parked.")
        return
    table = Table(
        Column("id", no_wrap=True),
        Column("since (UTC)", no_wrap=True),
        *("topic", "at", "reaction", "version", "tries", "reason"),
        box=None,
    )
    for each in found:
        table.add_row(
            Text(each.id),
            f"{each.parked_at.astimezone(UTC):%Y-%m-%d %H:%M}",
            each.topic,
            each.place,
            Text(each.reaction),
            str(each.version or ""),
            str(each.attempts or ""),
            Text(each.reason),
        )
    print_table(table)
