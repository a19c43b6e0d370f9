"""`cairn`: its commands, and how it ends."""

import sys

from cyclopts import App
from rich.console import Console

from cairn.commands import dlq, import_people, lag, match, sample, status, token, topics, trace
from cairn.troubles import Trouble

app = App(name="cairn", help="The command line of Cairn, the mentor network.", version_flags=[])
for module in (sample, import_people, token, match, trace, status, topics, lag, dlq):
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
