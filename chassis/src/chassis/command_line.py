"""`python -m <service> <step>`: the same steps for every service."""

import asyncio

from chassis.checks import check_step
from chassis.checks.findings import Checked
from chassis.operating import replay_step
from chassis.owner_steps import recover_step, restate_step
from chassis.preparation import prepare
from chassis.rebuild_step import rebuild_step
from chassis.service import Service
from chassis.settings import Settings
from chassis.steps import Step, owner, run_step


def main(service: Service, settings: type[Settings] = Settings) -> None:
    """Run the step that the command line names."""
    run_step(service.name, settings, steps_of(service))


def steps_of(service: Service) -> list[Step[Settings]]:
    """Each step is a line here, and a function below that calls the module which does the work."""
    return [
        Step(
            name="prepare",
            help="migrations, topics and births, before a version starts",
            run=lambda settings, _: _prepare(service, settings),
        ),
        Step(name="serve", help="run it", run=lambda settings, _: service.serve(settings)),
        restate_step(service),
        recover_step(service),
        replay_step(service.name, service.handlers),
        check_step(lambda settings: _checked(service, settings)),
        rebuild_step(service),
    ]


def _checked(service: Service, settings: Settings) -> Checked:
    return Checked(
        service=service.name,
        settings=settings,
        migrations=service.migrations,
        publishes=service.publishes,
        hears=service.hears,
        subscriptions=service.subscriptions,
        own=service.checks,
    )


def _prepare(service: Service, settings: Settings) -> None:
    asyncio.run(
        prepare(
            owner_dsn=owner(settings, "prepare"),
            kafka=settings.kafka,
            migrations=service.migrations,
            publishes=service.publishes,
            hears=service.hears,
            subscriptions=service.subscriptions,
            replication=settings.replication,
        )
    )
