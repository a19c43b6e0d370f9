"""Write the table of docs/reliability.md from what experiments found.

`python -m tools.reliability [folder …]`: each experiment leaves a file of results in
`.cairn/faults`; a row without a newer result stays as it is.
"""

import argparse
import re
from pathlib import Path

import msgspec

PAGE = Path("docs/reliability.md")
RESULTS = Path(".cairn/faults")
BEGINS, ENDS = "<!-- experiments begin -->", "<!-- experiments end -->"
HEADING = """\
| Experiment | What is done | Faults | Commands | Violations | Recovery, s | Took, s | Seed |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
"""

DONE = {
    "F1-F4": "`kill -9` at each named point of commands, relay, consumers and sender",
    "F5": "`kill -9` at random moments",
    "F6": "the broker is killed under load",
    "F7": "the broker is paused under load; a service is told to end meanwhile",
    "F8": "PostgreSQL restarts under load, twice",
    "F9": "every 50 ms a connection of a program to its database is ended",
    "F10": "one server process of PostgreSQL is paused for 15 s and more",
    "F11": "two relays; the elected one is paused until another leads, then woken",
    "F12": "transactions that commit late, and one that stays open",
    "F13": "the log is published again, beside live traffic too",
    "F14": "versions of a key arrive out of order, or with a gap",
    "F15": "records that nobody can read or handle",
    "F16": "events just under and over each limit of size",
    "F17": "a handler fails for a while, then heals",
    "F18": "a program's clock jumps, and comes right again",
    "F21": "a slow consumer",
    "F22": "members join and leave a consumer's group again and again",
    "F23": "a member is paused past its session, and woken after another took over",
    "F24": "old and new versions of an event, producer and consumer",
    "F25": "the read model is rebuilt while it serves",
    "F26": "a backlog, drained beside live traffic",
    "F27": "the network is cut, both ways or one",
    "F28": "the network is slow, in slices, and resets",
    "F31": "the collector of traces refuses, or never answers; the process is told to end",
    "F33": "a person is erased while the read model is rebuilt",
    "F34": "a migration is applied while old and new binaries run",
    "client": "a client is killed; its journal is judged",
}


class Result(msgspec.Struct, frozen=True):
    """What `tests/support/experiments.py` keeps of an experiment."""

    name: str
    seed: int
    faults: int
    commands: int
    violations: int
    recovery_seconds: float | None
    took_seconds: float

    @property
    def row(self) -> str:
        recovery = "" if self.recovery_seconds is None else f"{self.recovery_seconds:.1f}"
        done = DONE.get(self.name.partition(" ")[0], "")
        return (
            f"| {self.name} | {done} | {self.faults:,} | {self.commands:,} | {self.violations}"
            f" | {recovery} | {self.took_seconds:.0f} | {self.seed} |"
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folders", nargs="*", type=Path, default=[RESULTS])
    before, table, after = split(PAGE.read_text())
    rows = {name_in(line): line for line in table.splitlines()[2:]}
    for folder in arguments.parse_args().folders:
        for file in sorted(folder.glob("*.json")):
            result = msgspec.json.decode(file.read_bytes(), type=Result)
            if result.commands:  # else it broke off
                rows[result.name] = result.row
    lines = "\n".join(rows[name] for name in sorted(rows, key=place))
    PAGE.write_text(f"{before}{BEGINS}\n{HEADING}{lines}\n{ENDS}{after}")


def split(page: str) -> tuple[str, str, str]:
    before, _, rest = page.partition(BEGINS)
    table, _, after = rest.partition(ENDS)
    return before, table.strip(), after


def name_in(row: str) -> str:
    return row.split("|")[1].strip()


def place(name: str) -> tuple[int, str]:
    """By number; what has none comes last."""
    number = re.match(r"F(\d+)", name)
    return (int(number[1]) if number else 1000, name)


if __name__ == "__main__":
    main()
