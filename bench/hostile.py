"""How long hostile documents hold up everybody else: a gateway plans on the event loop."""

import gc
import statistics
import time

import msgspec
from tests.support.hostile import DOCUMENTS, IMPORT, Hostile

from bench import figures
from gateway.mutations import MutationType
from gateway.planner import Planner, RequestError
from gateway.schema import build_schema

AIM = 50.0  # ms

PERSON = {
    "employeeNumber": "E123456",
    "subject": "ana.silva",
    "email": "ana.silva@example.org",
    "givenName": "Ana",
    "familyName": "Silva",
    "jobTitle": "Engineer",
    "site": "LIS",
    "languages": ["en", "pt"],
    "skills": ["sql", "go", "statistics"],
    "skillsOffered": ["sql", "go"],
    "capacity": 2,
}
HONEST = Hostile("an honest import of 500 people", IMPORT, "", {"i": {"people": [PERSON] * 500}})


async def measure(rounds: int) -> str:
    """CPU time of reading each request and refusing it, in a table."""
    planner = Planner(build_schema(MutationType))
    planner.plan("{ viewer { id } }")
    gc.collect()  # as the gateway does at its start
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    taken = {each.name: [_milliseconds(planner, each) for _ in range(rounds)] for each in CASES}
    figures.keep("hostile", taken)
    rows = [
        [each.name, each.code or "run", figures.spread(taken[each.name], 1)]
        for each in sorted(CASES, key=lambda each: -statistics.median(taken[each.name]))
    ]
    slowest = max(statistics.median(each) for each in taken.values())
    table = figures.table(["request", "answer", "CPU ms"], rows)
    return f"{table}\n\nSlowest: {slowest:.1f} ms (aim: {AIM:.0f} ms)."


CASES = [*DOCUMENTS, HONEST]


def _milliseconds(planner: Planner, asked: Hostile) -> float:
    """From the body's bytes to the refusal. A comment keeps the document from being remembered."""
    text = f"{asked.text} # {time.perf_counter_ns()}"
    body = msgspec.json.encode({"query": text, "variables": asked.variables})
    began = time.thread_time()
    request = msgspec.json.decode(body)
    try:
        planner.plan(request["query"], None, request["variables"])
    except RequestError as error:
        error.body()
    return (time.thread_time() - began) * 1000
