"""The command line: python -m cairn_local up, down, status, clean."""

import argparse
import asyncio
import sys

from cairn_local.errors import PlatformError
from cairn_local.settings import Settings, variable
from chassis.settings import load


def main() -> int:
    command = _parser().parse_args().command
    settings = load(Settings)
    # Each brings its own libraries: what stops the platform need not import what starts it.
    try:
        match command:
            case "up":
                from cairn_local.platform import up

                asyncio.run(up(settings))
            case "play":
                from cairn_local.first_run.play import play_here

                play_here(settings)
            case "prepare":
                from cairn_local.preparation import prepare

                prepare(settings)
            case _:
                from cairn_local import control

                return {"down": control.down, "status": control.status, "clean": control.clean}[
                    command
                ](settings)
    except PlatformError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    fields = Settings.model_fields.items()
    settings = "\n".join(f"  {variable(n):28}{f.description} ({f.default})" for n, f in fields)
    parser = argparse.ArgumentParser(
        prog="python -m cairn_local",
        description="Cairn on this machine, without containers.",
        epilog=f"Ports and folders come from the environment:\n{settings}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("up", help="start everything, and keep it running until Ctrl-C")
    commands.add_parser("down", help="stop what `up` runs in another terminal")
    commands.add_parser("status", help="say what runs, and whether it is ready")
    commands.add_parser("clean", help="remove all data of a stopped platform")
    commands.add_parser("play", help="only load the sample network and play the main job on it")
    commands.add_parser("prepare", help="only bring databases and topics up to date")
    return parser


if __name__ == "__main__":
    sys.exit(main())
