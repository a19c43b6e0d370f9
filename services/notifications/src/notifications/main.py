"""The service, wired together."""

from pathlib import Path

from chassis.service import Service
from contracts.catalogue import topics_heard_by, topics_of
from notifications.commands import commands
from notifications.emails import deliveries
from notifications.reactions import hears
from notifications.store import erasures, notifications, preferences

service = Service(
    "notifications",
    publishes=topics_of("notifications"),
    owns=[notifications, preferences, erasures],
    hears=topics_heard_by("notifications"),
    migrations=Path(__file__).parent / "migrations",
    commands=commands,
    subscriptions=hears,
    deliveries=deliveries,
)
