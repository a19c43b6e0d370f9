"""Steps by which operators have an owner put right what it has, or what it has said."""

import argparse
import asyncio
import sys
from uuid import UUID

from chassis.at_work import AtWork
from chassis.database import Database
from chassis.logs import start_logs
from chassis.operating import write_json
from chassis.recovery import Recovered, recover
from chassis.restating import Restated, restate
from chassis.service import Service
from chassis.settings import Settings
from chassis.standstill import StandsStill
from chassis.steps import Step
from chassis.taking_back import Contradiction

NOT_TO_BE_HAD = (
    "Not to be had from the log: what was never published, and which commands were carried out"
    " since: one that a client sends again is carried out again. What the service had planned to"
    " deliver since, it delivers only as far as it hears of the cause again."
)


def restate_step(service: Service) -> Step[Settings]:
    """`restate`: write every aggregate of a type again."""
    by_topic = {each.topic: each for each in service.owns}

    def topic(text: str) -> str:
        return text if "." in text else f"{service.name}.{text}"

    def arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "aggregate",
            type=topic,
            choices=sorted(by_topic),
            metavar="aggregate",
            help=f"the topic, or its last word: {', '.join(sorted(by_topic))}",
        )
        parser.add_argument("--organisation", type=UUID, help="only this one's (its UUID)")
        parser.add_argument("--json", action="store_true", help="say what was done as JSON")

    async def work(settings: Settings, asked: argparse.Namespace) -> Restated:
        app_dsn = settings.database_app.get_secret_value()
        pipe_dsn = settings.database_pipe.get_secret_value()
        name = f"{service.name} restate"
        async with (
            Database.open(app_dsn, name=name, size=1) as app,
            Database.open(pipe_dsn, name=name, size=1) as pipe,
        ):
            return await restate(
                by_topic[asked.aggregate],
                service=service.name,
                app=app,
                pipe=pipe,
                organisation_id=asked.organisation,
            )

    def run(settings: Settings, asked: argparse.Namespace) -> int:
        start_logs(service.name, settings.log_level)
        try:
            done = asyncio.run(work(settings, asked))
        except StandsStill as reason:
            sys.exit(str(reason))
        if asked.json:
            write_json(done)
        else:
            print(
                f"{done.topic}: {done.aggregates} restated, in {done.organisations} organisations."
                " The service publishes them behind what people do."
            )
            for sentence in done.refused:
                print(f"Not restated: {sentence}", file=sys.stderr)
        return 1 if done.refused else 0

    return Step(
        name="restate",
        help="write every aggregate of a type again, so that copies of it heal",
        run=run,
        arguments=arguments,
    )


def recover_step(service: Service) -> Step[Settings]:
    """`recover`: take back from the log what a restored database lacks."""

    def arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="say what was done as JSON")

    def run(settings: Settings, asked: argparse.Namespace) -> int:
        start_logs(service.name, settings.log_level)
        try:
            done = asyncio.run(
                recover(
                    service=service.name,
                    owns=service.owns,
                    topics=service.publishes,
                    derives=service.derives,
                    kafka=settings.kafka,
                    pipe_dsn=settings.database_pipe.get_secret_value(),
                )
            )
        except (AtWork, Contradiction) as reason:
            sys.exit(str(reason))
        if asked.json:
            write_json(done)
        else:
            _tell(done)
        return 0

    return Step(
        name="recover",
        help="take back from the log what a restored database lacks",
        run=run,
        arguments=arguments,
    )


def _tell(done: Recovered) -> None:
    if not done.organisations:
        print("The database has all that the log has.")
        return
    for topic in sorted({*done.states, *done.erased}):
        states, erased = done.states.get(topic, 0), done.erased.get(topic, 0)
        print(f"{topic}: {states} taken back, {erased} erased again")
    print(NOT_TO_BE_HAD)
