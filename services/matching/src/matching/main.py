"""The service, wired together."""

from pathlib import Path

from chassis.service import Service
from contracts.catalogue import topics_heard_by, topics_of
from matching.checks import check_meaning
from matching.commands import commands
from matching.lapsing import let_lapse
from matching.networks import keep_networks
from matching.reactions import hears
from matching.reading_texts import read_texts
from matching.runner import run_matching
from matching.store import (
    drafts,
    enrolments,
    erasures,
    exclusions,
    pairings,
    programmes,
    requests,
    runs,
    suggestions,
)
from matching.store.recovering import fail_unfinished_runs, recount_loads

service = Service(
    "matching",
    publishes=topics_of("matching"),
    owns=[
        programmes,
        enrolments,
        runs,
        drafts,
        pairings,
        requests,
        exclusions,
        suggestions,
        erasures,
    ],
    hears=topics_heard_by("matching"),
    migrations=Path(__file__).parent / "migrations",
    commands=commands,
    subscriptions=hears,
    jobs=[run_matching, read_texts, let_lapse, keep_networks],
    checks={"meaning": check_meaning},
    derives=[recount_loads, fail_unfinished_runs],
)
