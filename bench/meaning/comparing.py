"""What it costs to compare: mentees with mentors in the matcher, and a text in PostgreSQL."""

import time
from uuid import UUID

import asyncpg
import msgspec
import numpy as np
from threadpoolctl import threadpool_limits

from bench.servers import Servers
from chassis.ids import new_id
from chassis.migrations import apply_migrations
from matching.main import service
from matching.matcher.meaning import LENGTH, Closeness, Meanings
from matching.meaning.basis import WIDTH
from matching.meaning.encoder import WIDTH as FULL

MENTEES, MENTORS = 100_000, 20_000
ROWS = 2000  # of mentees that are measured, for all
ASKED = 50
INDEX = """
    create index near on meanings using hnsw (vector halfvec_cosine_ops) where kind = 'experience'
"""
HOPED = """
    select vector::text from meanings
    where organisation_id = $1 and person_id = $2 and kind = 'aspiration'
"""
NEAREST = """
    select person_id from meanings
    where organisation_id = $1 and kind = 'experience'
    order by vector <=> $2::text::halfvec limit 10
"""


class Nearest(msgspec.Struct, kw_only=True):
    """Milliseconds for the ten nearest of MENTORS, under the application's role."""

    without_index: float
    with_index: float
    found_by_index: float  # the share of the ten that it finds
    index_seconds: float  # to make it
    index_mib: float


def one_pass() -> float:
    """CPU seconds for the closeness of all mentees with all mentors, by a part of them."""
    rng = np.random.default_rng(1)

    def some(people: int) -> Meanings:
        vectors = rng.normal(size=(people, WIDTH))
        vectors *= LENGTH / np.linalg.norm(vectors, axis=1, keepdims=True)
        return Meanings(np.rint(vectors).astype(np.int16), np.ones(people, np.int8))

    closeness = Closeness(some(ROWS), some(MENTORS))
    with threadpool_limits(limits=1, user_api="blas"):
        began = time.process_time()
        for start in range(0, ROWS, 50):
            closeness.of(np.arange(start, start + 50))
        return (time.process_time() - began) * MENTEES / ROWS


async def nearest(servers: Servers) -> Nearest:
    dsns = await servers.database("matching")
    await apply_migrations(dsns["owner"], [service.migrations])
    organisation_id = new_id()
    mentees = [new_id() for _ in range(ASKED)]
    superuser = await asyncpg.connect(dsns["superuser"])
    await superuser.execute("drop index if exists near; truncate meanings")  # of a round before
    await _fill(superuser, organisation_id, mentees)
    await superuser.execute("vacuum analyze meanings")
    app = await asyncpg.connect(dsns["app"])
    await app.execute("select set_config('cairn.organisation', $1, false)", str(organisation_id))
    exact, without_index = await _ask(app, organisation_id, mentees)
    began = time.perf_counter()
    await superuser.execute("set maintenance_work_mem = '256MB'")
    await superuser.execute(INDEX)
    index_seconds = time.perf_counter() - began
    found, with_index = await _ask(app, organisation_id, mentees)
    size = await superuser.fetchval("select pg_relation_size('near')")
    await app.close()
    await superuser.close()
    shares = [len(one & other) / 10 for one, other in zip(exact, found, strict=True)]
    return Nearest(
        without_index=without_index,
        with_index=with_index,
        found_by_index=sum(shares) / len(shares),
        index_seconds=index_seconds,
        index_mib=(size or 0) / 2**20,
    )


async def _fill(superuser: asyncpg.Connection, organisation_id: UUID, mentees: list[UUID]) -> None:
    """Vectors that lie in a thousand heaps, as texts do; a superuser passes the wall."""
    rng = np.random.default_rng(2)
    heaps = rng.normal(size=(1000, FULL))
    people = [*((each, "aspiration") for each in mentees)]
    people += [(new_id(), "experience") for _ in range(MENTORS)]
    for start in range(0, len(people), 2000):
        some = people[start : start + 2000]
        vectors = heaps[rng.integers(0, 1000, len(some))] + rng.normal(size=(len(some), FULL))
        await superuser.execute(
            """
            insert into meanings (organisation_id, person_id, kind, fingerprint, space, vector)
            select $1, person_id, kind, '', 'all-MiniLM-L6-v2', l2_normalize(vector::halfvec)
            from unnest($2::uuid[], $3::text[], $4::text[]) as new (person_id, kind, vector)
            """,
            organisation_id,
            [person_id for person_id, _ in some],
            [kind for _, kind in some],
            [msgspec.json.encode(each.tolist()).decode() for each in vectors],
        )


async def _ask(
    app: asyncpg.Connection, organisation_id: UUID, mentees: list[UUID]
) -> tuple[list[set[UUID]], float]:
    """Each one's nearest, and milliseconds for one."""
    found: list[set[UUID]] = []
    began = time.perf_counter()
    for each in mentees:
        hoped = await app.fetchval(HOPED, organisation_id, each)
        rows = await app.fetch(NEAREST, organisation_id, hoped)
        found.append({row["person_id"] for row in rows})
    return found, (time.perf_counter() - began) / len(mentees) * 1000
