"""The service, wired together."""

from pathlib import Path

from chassis.service import Service
from contracts.catalogue import topics_heard_by, topics_of
from sessions.commands import commands
from sessions.reactions import hears
from sessions.store import erasures, feedback, goals, sessions

service = Service(
    "sessions",
    publishes=topics_of("sessions"),
    owns=[sessions, goals, feedback, erasures],
    hears=topics_heard_by("sessions"),
    migrations=Path(__file__).parent / "migrations",
    commands=commands,
    subscriptions=hears,
)
