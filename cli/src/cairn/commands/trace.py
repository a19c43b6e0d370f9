"""`cairn trace`: what caused an event, and what it caused."""

from collections import defaultdict
from uuid import UUID

import msgspec
from cyclopts import App
from rich.text import Text
from rich.tree import Tree

from cairn.client import Client
from cairn.documents import EVENT_TRAIL
from cairn.options import Connection, Flag
from cairn.output import err, out, print_json
from cairn.troubles import Trouble

app = App(name="trace")

MOST = 1_000  # events that the gateway gives of one trail


class Event(msgspec.Struct, frozen=True, rename="camel"):
    """What the platform keeps of an event for good: where it stands, never what it says."""

    id: str
    type: str
    source: str
    subject: str  # what it happened to
    version: int  # the subject's, after it
    time: str
    actor: str  # a person's id, a service, or a token's subject
    causation_id: str  # the event or the command that made it
    correlation_id: str  # the request that began it all


@app.default
def trace(
    event: UUID,
    /,
    *,
    connection: Connection | None = None,
    json: Flag = False,
) -> None:
    """Show the trail that an event belongs to, as a tree: causes above, effects below.

    Asks as an administrator of the organisation or an operator of the platform.

    Parameters
    ----------
    event
        The id of the event, or of the request that began it (the answer's `x-request-id`).
    connection
        Where the platform is, and who asks.
    json
        Print the events as JSON.
    """
    with Client(connection or Connection()) as client:
        found = client.query(EVENT_TRAIL, id=str(event))["eventTrail"]
    events = msgspec.convert(found or [], list[Event])
    if not events:
        raise Trouble(f"There is no event or request {event}, or it is not yours to see.")
    if json:
        print_json(events)
        return
    if len(events) == MOST:
        err.print(f"The trail is longer: these are its earliest {MOST:,} events.")
    for tree in forest(events, str(event)):
        out.print(tree)


def forest(events: list[Event], asked: str) -> list[Tree]:
    """A tree for each event whose cause is not among them (a command, most often)."""
    known = {event.id for event in events}
    effects: defaultdict[str | None, list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda event: (event.time, event.id)):
        cause = event.causation_id if event.causation_id in known else None
        effects[cause].append(event)
    roots: list[Tree] = []
    waiting: list[tuple[Event, Tree | None]] = [(event, None) for event in reversed(effects[None])]
    while waiting:
        event, above = waiting.pop()
        label = _label(event, asked)
        tree = above.add(label) if above else Tree(label)
        if above is None:
            roots.append(tree)
        waiting.extend((effect, tree) for effect in reversed(effects[event.id]))
    return roots


def _label(event: Event, asked: str) -> Text:
    label = Text(event.type, style="bold reverse" if event.id == asked else "bold")
    label.append(f"  {event.time}\n", style="dim")
    label.append(f"event {event.id} of {event.source}\n", style="dim")
    label.append(f"about {event.subject}, version {event.version}\nby {event.actor}", style="dim")
    return label
