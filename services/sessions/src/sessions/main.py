"""The service, wired together."""

from pathlib import Path

from chassis.service import Service
from contracts.catalogue import topics_heard_by, topics_of
from sessions.commands import commands
from sessions.reactions import hears

service = Service(
    "sessions",
    publishes=topics_of("sessions"),
    hears=topics_heard_by("sessions"),
    migrations=Path(__file__).parent / "migrations",
    commands=commands,
    subscriptions=hears,
)
