"""`cairn`: its commands, and how it ends."""

import sys

from cyclopts import App
from rich.console import Console

from cairn.commands import (
    dlq,
    doctor,
    documents,
    import_people,
    lag,
    match,
    rebuild,
    recover,
    restate,
    sample,
    status,
    token,
    topics,
    trace,
)
from cairn.troubles import Trouble

app = App(name="cairn", help="The command line of Cairn, the mentor network.", version_flags=[])
USERS = (sample, import_people, token, match, trace, status)
OPERATORS = (topics, lag, dlq, rebuild, restate, recover, documents, doctor)
for module in (*USERS, *OPERATORS):
    app.command(module.app)


def main() -> None:
    try:
        app()
    except Trouble as trouble:
        Console(stderr=True, highlight=False).print(
            f"cairn: {trouble}", markup=False, soft_wrap=True
        )
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
