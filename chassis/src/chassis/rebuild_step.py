"""`python -m <service> rebuild [topic]`: a service's copies made right by the log."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from chassis.logs import start_logs
from chassis.operating import write_json
from chassis.rebuilding import Rebuilt, rebuild
from chassis.rereading import CannotRebuild
from chassis.service import Service
from chassis.settings import Settings
from chassis.steps import Step, owner
from chassis.topics import Topic


def rebuild_step(service: Service) -> Step[Settings]:
    """`rebuild`: of one topic, or of every one that the service hears."""

    def arguments(parser: argparse.ArgumentParser) -> None:
        heard = [topic.name for topic in service.hears]
        parser.add_argument("topic", nargs="?", help=f"of {', '.join(heard)}; none: all")
        parser.add_argument(
            "--force", action="store_true", help="erase what the log has nothing of, however much"
        )
        parser.add_argument("--json", action="store_true", help="tell what became of it as JSON")

    def run(settings: Settings, arguments: argparse.Namespace) -> None:
        start_logs(service.name, settings.log_level)
        wanted = [each for each in service.hears if arguments.topic in (None, each.name)]
        if not wanted:
            sys.exit(f"{service.name} does not hear {arguments.topic}.")
        try:
            rebuilt = asyncio.run(_rebuild(service, settings, wanted, force=arguments.force))
        except CannotRebuild as reason:
            sys.exit(str(reason))
        if arguments.json:
            write_json(rebuilt)
        else:
            print("\n".join(map(_sentence, rebuilt)))

    return Step(
        name="rebuild",
        help="make copies of a topic right by the log, and have its consumer go on",
        run=run,
        arguments=arguments,
    )


async def _rebuild(
    service: Service, settings: Settings, topics: Sequence[Topic], *, force: bool
) -> list[Rebuilt]:
    return [
        await rebuild(
            owner_dsn=owner(settings, "rebuild"),
            pipe_dsn=settings.database_pipe.get_secret_value(),
            kafka=settings.kafka,
            service=service.name,
            topic=topic,
            of=service.subscriptions.by_topic[topic.name],
            force=force,
        )
        for topic in topics
    ]


def _sentence(rebuilt: Rebuilt) -> str:
    return (
        f"{rebuilt.topic}: {rebuilt.events:,} events read in {rebuilt.seconds:.0f} s,"
        f" {rebuilt.erased:,} copies erased of what the log no longer has;"
        f" the log is {rebuilt.log}."
    )
