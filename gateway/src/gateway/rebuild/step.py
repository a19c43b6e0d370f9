"""`python -m gateway rebuild`."""

import argparse
import asyncio
import sys

import uvloop

from chassis.logs import start_logs
from chassis.operating import write_json
from chassis.rereading import CannotRebuild
from chassis.serving import collect_garbage_seldom
from chassis.steps import Step, owner
from gateway.rebuild.procedure import Progress, rebuild
from gateway.settings import GatewaySettings


def rebuild_step() -> Step[GatewaySettings]:
    """`rebuild`: the read model again from the log, while the one there is goes on being read."""
    return Step(
        name="rebuild",
        help="make the read model again from the log, and switch to it",
        run=_run,
        arguments=_arguments,
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="tell progress and outcome as JSON, an object a line"
    )
    parser.add_argument(
        "--force", action="store_true", help="lose what the log has nothing of, however much"
    )


def _run(settings: GatewaySettings, arguments: argparse.Namespace) -> None:
    start_logs("rebuild", settings.log_level)
    collect_garbage_seldom()
    work = rebuild(
        owner_dsn=owner(settings, "rebuild"),
        pipe_dsn=settings.database_pipe.get_secret_value(),
        kafka=settings.kafka,
        tell=_tell_json if arguments.json else _tell,
        force=arguments.force,
    )
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            rebuilt = runner.run(work)
    except CannotRebuild as reason:
        sys.exit(str(reason))
    if arguments.json:
        write_json(rebuilt)
    else:
        print(
            f"Rebuilt from {rebuilt.events:,} events in {rebuilt.seconds:.0f} s"
            f" ({rebuilt.per_second:,} a second), and switched in {rebuilt.switched_in * 1000:.0f}"
            " ms."
        )


def _tell_json(progress: Progress) -> None:
    write_json(progress)
    sys.stdout.flush()


def _tell(progress: Progress) -> None:
    print(f"{progress.events:,} of {progress.of:,} events, {progress.seconds:.0f} s", flush=True)
