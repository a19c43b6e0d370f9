"""`python -m <service> <step>`: what a process is asked to do, and how it is asked."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from aiokafka.errors import KafkaError

from chassis.settings import Settings, load

S = TypeVar("S", bound=Settings)


def no_arguments(_: argparse.ArgumentParser) -> None:
    """For a step that is told nothing but its settings."""


@dataclass(frozen=True, kw_only=True)
class Step(Generic[S]):
    """Something that `python -m <service> <name>` does, with the process's settings.

    `run` returns the exit code, or None for 0.
    """

    name: str
    help: str
    run: Callable[[S, argparse.Namespace], int | None]
    arguments: Callable[[argparse.ArgumentParser], None] = no_arguments


def run_step(service: str, settings: type[S], steps: Sequence[Step[S]]) -> None:
    """Run the step that the command line names; ends the process where it failed."""
    parser = argparse.ArgumentParser(prog=f"python -m {service}")
    parsers = parser.add_subparsers(dest="step", required=True, metavar="step")
    for step in steps:
        step.arguments(parsers.add_parser(step.name, help=step.help, description=step.help))
    arguments = parser.parse_args()
    (chosen,) = (step for step in steps if step.name == arguments.step)
    loaded = load(settings)
    try:
        code = chosen.run(loaded, arguments)
    except KafkaError as error:
        sys.exit(
            f"Kafka at {loaded.kafka} does not answer ({type(error).__name__}): is CAIRN_KAFKA"
            f" right, and is it up? Then run `python -m {service} {chosen.name}` again."
        )
    if code:
        sys.exit(code)


def owner(settings: Settings, step: str) -> str:
    """The database's DSN as its owner. Ends the process, with a sentence, where it is not given."""
    if settings.database_owner is None:
        sys.exit(f"CAIRN_DATABASE_OWNER: {step} needs the database as its owner.")
    return settings.database_owner.get_secret_value()
