"""The service, wired together."""

from pathlib import Path

from chassis.service import Service
from contracts.catalogue import topics_heard_by, topics_of
from profiles.direction.commands import commands
from profiles.direction.store import assessments, career_paths, roadmaps
from profiles.reactions import hears
from profiles.recovering import forget_erased
from profiles.store import erasures, organisations, people, sites
from profiles.watch import watch_erasures

service = Service(
    "profiles",
    publishes=topics_of("profiles"),
    owns=[organisations, sites, people, assessments, career_paths, roadmaps, erasures],
    hears=topics_heard_by("profiles"),
    migrations=Path(__file__).parent / "migrations",
    commands=commands,
    subscriptions=hears,
    jobs=[watch_erasures],
    derives=[forget_erased],
)
