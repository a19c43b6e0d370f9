"""How long an operation takes to plan that was never seen before: read, validated and compiled."""

import gc
import statistics
import time
from uuid import UUID

from bench import figures
from bench.reads.operations import RELAY, Wanted
from gateway.mutations import MutationType
from gateway.planner import Planner
from gateway.schema import build_schema

DIFFERENT = 300  # documents of an operation
AIM = 3.0  # ms
NOBODY = UUID(int=1)


async def measure(rounds: int) -> str:
    """CPU time of planning each document for the first time, in a table."""
    planner = Planner(build_schema(MutationType))
    for operation in RELAY:
        _milliseconds(planner, operation, "Warm")
    gc.collect()  # as the gateway does at its start
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    taken = {
        operation: [
            _milliseconds(planner, operation, f"Never{number}")
            for number in range(DIFFERENT * rounds)
        ]
        for operation in RELAY
    }
    figures.keep("planning", taken)
    rows = [
        [operation, f"{statistics.median(each):.2f}", f"{figures.percentile(each, 99):.2f}"]
        for operation, each in taken.items()
    ]
    table = figures.table(["operation", "median CPU ms", "p99 CPU ms"], rows)
    return f"{table}\n\nAim: {AIM:.0f} ms."


def _milliseconds(planner: Planner, operation: str, name: str) -> float:
    """Until the statement's text is there. The operation's name makes a document another one."""
    asked = Wanted(organisation=NOBODY, viewer=NOBODY, token="", site=NOBODY, person=NOBODY)
    text = RELAY[operation].replace("query ", f"query {name}", 1)
    variables = asked.variables(operation)
    began = time.thread_time()
    assert planner.plan(text, None, variables).statement.sql
    return (time.thread_time() - began) * 1000
