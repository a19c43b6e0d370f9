"""`cairn dlq show`: all that operators may see of something parked."""

import asyncio

import msgspec
from cyclopts import App
from rich.table import Table
from rich.text import Text

from cairn import shape
from cairn.options import Flag
from cairn.output import print_json, print_table
from cairn.parked import Parked, find, parked
from cairn.platform import PlatformFile

app = App(name="show")


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """`body` is what it is made of, never what it says."""

    parked: Parked
    headers: dict[str, str]
    body: list[shape.Part]


@app.default
def show(id: str, /, *, platform: PlatformFile | None = None, json: Flag = False) -> None:  # noqa: A002
    """Show a parked record: why, its headers, and what its body is made of, never what it says.

    Parameters
    ----------
    id
        As `cairn dlq list` shows it: notifications:3.
    platform
        Which platform.
    json
        Print it as JSON.
    """
    letter = asyncio.run(find((platform or PlatformFile()).read(), [id]))[id]
    shown = Shown(
        parked=parked(id.partition(":")[0], letter),
        headers=shape.headers(letter.headers),
        body=shape.body(letter.topic, letter.body),
    )
    if json:
        print_json(shown)
    else:
        _show(shown)


def _show(shown: Shown) -> None:
    about = Table(box=None, show_header=False)
    facts = msgspec.to_builtins(shown.parked)
    for name, value in {**facts, **shown.headers}.items():
        about.add_row(name, Text(str(value)))
    print_table(about)
    body = Table("body", "", "", box=None)
    for part in shown.body:
        body.add_row(Text(part.path or "(all)"), part.type, _size(part))
    print_table(body)


def _size(part: shape.Part) -> str:
    if part.least is None:
        return ""
    return str(part.least) if part.least == part.most else f"{part.least} to {part.most}"
