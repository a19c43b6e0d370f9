"""Causes above, effects below."""

from io import StringIO

from rich.console import Console

from cairn.commands.trace import Event, forest


def event(number: str, cause: str, what: str) -> Event:
    return Event(
        id=number,
        type=what,
        source="matching",
        subject=f"subject-{number}",
        version=1,
        time=f"2026-11-24T09:00:0{number}Z",
        actor="ana.silva",
        causation_id=cause,
        correlation_id="request",
    )


def test_a_tree_of_what_followed() -> None:
    events = [
        event("3", "1", "notifications.notification.posted"),
        event("1", "command", "matching.pairing.accepted"),
        event("4", "2", "notifications.notification.posted"),
        event("2", "1", "sessions.session.cancelled"),
    ]
    shown = StringIO()
    console = Console(file=shown, width=120)
    for tree in forest(events, asked="2"):
        console.print(tree)
    lines = [line for line in shown.getvalue().splitlines() if "2026" in line]
    assert [line.index(line.strip("│├└─ ")[0]) // 4 for line in lines] == [0, 1, 2, 1]
    assert "about subject-4, version 1" in shown.getvalue()


def test_events_without_their_cause_are_roots() -> None:
    assert len(forest([event("1", "command", "a"), event("2", "gone", "b")], asked="1")) == 2
