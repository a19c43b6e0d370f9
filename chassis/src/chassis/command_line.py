"""`python -m <service> prepare | serve`: the same two steps for every service."""

import argparse
import asyncio
import sys

from chassis.preparation import prepare
from chassis.service import Service
from chassis.settings import Settings, load


def main(service: Service, settings: type[Settings] = Settings) -> None:
    parser = argparse.ArgumentParser(prog=f"python -m {service.name}")
    parser.add_argument(
        "step",
        choices=("prepare", "serve"),
        help="prepare: migrations, topics and births, before a version starts; serve: run it",
    )
    step = parser.parse_args().step
    loaded = load(settings)
    if step == "serve":
        service.serve(loaded)
        return
    if loaded.database_owner is None:
        sys.exit("CAIRN_DATABASE_OWNER: prepare needs the database as its owner.")
    asyncio.run(
        prepare(
            owner_dsn=loaded.database_owner.get_secret_value(),
            kafka=loaded.kafka,
            migrations=service.migrations,
            publishes=service.publishes,
            hears=service.hears,
            subscriptions=service.subscriptions,
            replication=loaded.replication,
        )
    )
