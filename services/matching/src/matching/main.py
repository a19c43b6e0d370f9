"""The service, wired together."""

from pathlib import Path

from chassis.service import Service
from contracts.catalogue import topics_heard_by, topics_of
from matching.commands import commands
from matching.reactions import hears
from matching.runner import run_matching

service = Service(
    "matching",
    publishes=topics_of("matching"),
    hears=topics_heard_by("matching"),
    migrations=Path(__file__).parent / "migrations",
    commands=commands,
    subscriptions=hears,
    jobs=[run_matching],
)
