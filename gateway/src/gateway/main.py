"""The gateway's processes: `prepare`, `serve` and `project`."""

import argparse
import asyncio
import sys
from pathlib import Path

from chassis.logs import start_logs
from chassis.preparation import prepare
from chassis.serving import serve
from chassis.settings import load
from chassis.subscriptions import Subscriptions
from chassis.telemetry import start_telemetry
from contracts.catalogue import topics_heard_by
from gateway.app import gateway_app
from gateway.projector import projector_app
from gateway.settings import GatewaySettings

MIGRATIONS = Path(__file__).parent / "migrations"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gateway")
    parser.add_argument(
        "step",
        choices=("prepare", "serve", "project"),
        help="prepare: migrations and topics, before a version starts; serve: the API; "
        "project: write the read model",
    )
    step = parser.parse_args().step
    settings = load(GatewaySettings)
    match step:
        case "prepare":
            asyncio.run(_prepare(settings))
        case "serve":
            _serve(settings)
        case _:
            _project(settings)


async def _prepare(settings: GatewaySettings) -> None:
    if settings.database_owner is None:
        sys.exit("CAIRN_DATABASE_OWNER: prepare needs the database as its owner.")
    await prepare(
        owner_dsn=settings.database_owner.get_secret_value(),
        kafka=settings.kafka,
        migrations=MIGRATIONS,
        publishes=(),
        hears=topics_heard_by("gateway"),
        subscriptions=Subscriptions(),
        replication=settings.replication,
    )


def _project(settings: GatewaySettings) -> None:
    start_logs("projector", settings.log_level)
    provider = start_telemetry("projector", endpoint=settings.otlp, ratio=settings.trace_ratio)
    serve(projector_app(settings, provider), host=settings.host, port=settings.port)


def _serve(settings: GatewaySettings) -> None:
    start_logs("gateway", settings.log_level)
    provider = start_telemetry("gateway", endpoint=settings.otlp, ratio=settings.trace_ratio)
    serve(gateway_app(settings, provider), host=settings.host, port=settings.port)
