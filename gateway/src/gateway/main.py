"""The gateway's processes: `prepare`, `serve` and `project`."""

import asyncio
import sys
from pathlib import Path

from chassis.checks import check_step
from chassis.checks.findings import Checked
from chassis.database import Database
from chassis.logs import start_logs
from chassis.operating import replay_step
from chassis.preparation import prepare
from chassis.serving import serve
from chassis.steps import Step, owner, run_step
from chassis.subscriptions import Subscriptions
from chassis.telemetry import start_telemetry
from contracts.catalogue import topics_heard_by
from gateway import occupations
from gateway.app import gateway_app
from gateway.documents_step import documents_step
from gateway.projection import Projection
from gateway.projector import projector_app
from gateway.rebuild.step import rebuild_step
from gateway.settings import GatewaySettings
from gateway.trusted import BadManifest, Documents, read_manifests

MIGRATIONS = Path(__file__).parent / "migrations"


async def _handlers(_: Database) -> dict[str, Projection]:
    return {topic.name: Projection(topic) for topic in topics_heard_by("gateway")}


def _checked(settings: GatewaySettings) -> Checked:
    return Checked(
        service="gateway",
        settings=settings,
        migrations=MIGRATIONS,
        publishes=(),
        hears=topics_heard_by("gateway"),
        subscriptions=Subscriptions(),
    )


STEPS: list[Step[GatewaySettings]] = [
    Step(
        name="prepare",
        help="migrations and topics, before a version starts",
        run=lambda settings, _: asyncio.run(_prepare(settings)),
    ),
    Step(name="serve", help="the API", run=lambda settings, _: _serve(settings)),
    Step(name="project", help="write the read model", run=lambda settings, _: _project(settings)),
    replay_step("gateway", _handlers),
    check_step(_checked),
    rebuild_step(),
    documents_step(),
]


def main() -> None:
    run_step("gateway", GatewaySettings, STEPS)


async def _prepare(settings: GatewaySettings) -> None:
    await prepare(
        owner_dsn=owner(settings, "prepare"),
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
    documents = _documents(settings)
    occupations.prepare()
    start_logs("gateway", settings.log_level)
    provider = start_telemetry("gateway", endpoint=settings.otlp, ratio=settings.trace_ratio)
    app = gateway_app(settings, documents, provider)
    serve(app, host=settings.host, port=settings.port, sockets=True)


def _documents(settings: GatewaySettings) -> Documents:
    """Ends the process where the manifests cannot be used."""
    try:
        path = settings.trusted_documents
        trusted = read_manifests(path) if path is not None else {}
    except BadManifest as reason:
        sys.exit(f"CAIRN_TRUSTED_DOCUMENTS: {reason}")
    return Documents(
        trusted, nothing_else=settings.only_trusted, exempt=settings.any_document_roles
    )
