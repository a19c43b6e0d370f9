"""Steps that operators run, of services and the gateway alike; `cairn` runs them for people."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from chassis.database import Database
from chassis.logs import start_logs
from chassis.replaying import Handler, Replayed, replay, waiting
from chassis.settings import Settings
from chassis.standstill import StandsStill
from chassis.steps import Step

Handlers = Callable[[Database], Awaitable[Mapping[str, Handler]]]


def write_json(result: object) -> None:
    sys.stdout.write(msgspec.json.encode(result).decode() + "\n")


def replay_step(service: str, handlers: Handlers) -> Step[Any]:
    """`replay`: hand parked records to their handlers again; 1 where some stay parked."""

    def run(settings: Settings, arguments: argparse.Namespace) -> int:
        start_logs(service, settings.log_level)
        try:
            found = asyncio.run(_replay(settings, handlers, arguments))
        except StandsStill as reason:
            sys.exit(str(reason))
        if arguments.json:
            write_json(found)
        else:
            for each in found:
                print(f"{each.id}: {each.outcome} {each.reason}".rstrip())
        return 0 if all(each.outcome in ("done", "erased") for each in found) else 1

    return Step(
        name="replay",
        help="hand parked records to their handlers again",
        run=run,
        arguments=_replay_arguments,
    )


def _replay_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ids", nargs="*", type=int, help="of cairn.dead_letters; none: all")
    parser.add_argument(
        "--force", action="store_true", help="react though newer versions are known"
    )
    parser.add_argument("--json", action="store_true", help="say what became of each as JSON")


async def _replay(
    settings: Settings, handlers: Handlers, arguments: argparse.Namespace
) -> list[Replayed]:
    dsn = settings.database_pipe.get_secret_value()
    async with Database.open(dsn, name="cairn replay", size=1) as pipe:
        ids = arguments.ids or await waiting(pipe)
        return await replay(pipe, await handlers(pipe), ids, force=arguments.force)
