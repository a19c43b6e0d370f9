"""Whatever happened between, an app that syncs holds what it would read."""

import asyncio
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chassis.database import Database
from contracts.matching import EnrolmentStatus, PairingStatus, ProgrammeStatus, RequestStatus
from contracts.profiles import Visibility
from contracts.sessions import SessionStatus
from gateway.mutations import MutationType
from gateway.planner import Planner
from gateway.schema import build_schema
from support.databases import ServiceDatabase
from support.reading.office import Office
from support.reading.store import reader
from support.reading.syncing import App
from support.reading.world import NOW, World

PLANNER = Planner(build_schema(MutationType))

TOUCHED = (
    *("goal", "told", "read", "held", "coming", "feedback", "enrolment", "preferences"),
    *("ana", "ben", "gus", "programme", "lisbon", "organisation"),
)
WHO = ("ana", "ben", "gus", "eve", "cleo", "hal")
HIDING = WHO[:-1]  # whether Hal is seen hangs on the request alone
STATUSES = [each for each in PairingStatus if each is not PairingStatus.UNKNOWN]
STEPS = st.one_of(
    st.tuples(st.just("sync"), st.sampled_from(WHO), st.sampled_from([1, 2, 7, 100])),
    st.tuples(st.just("sync"), st.sampled_from(WHO), st.sampled_from([1, 2, 7, 100])),
    *[
        st.tuples(st.just("status"), st.sampled_from(["pairing", name]), st.sampled_from(STATUSES))
        for name in ("pairing", "former")
    ],
    st.tuples(
        st.just("status"),
        st.just("request"),
        st.sampled_from([RequestStatus.ASKED, RequestStatus.DECLINED, RequestStatus.ACCEPTED]),
    ),
    st.tuples(
        st.just("touch"),
        st.sampled_from(TOUCHED),
        st.integers(0, 9),
    ),
    st.tuples(
        st.just("new"),
        st.sampled_from(["goal", "pairing", "told", "coming", "request"]),
        st.just(0),
    ),
    st.tuples(
        st.just("erase"),
        st.sampled_from(
            ["goal", "pairing", "former", "ana", "held", "told", "feedback", "request", "apart"]
        ),
        st.just(0),
    ),
    st.tuples(st.just("hide"), st.sampled_from(HIDING), st.sampled_from(list(Visibility))),
    st.tuples(st.just("rebuild"), st.just(""), st.just(0)),
)


def touched(row: Any, number: int) -> Any:
    """The row with one thing changed that the app reads."""
    fields: dict[str, dict[str, Any]] = {
        "Goal": {"progress": number * 10},
        "Notification": {"read_at": NOW.replace(minute=number)},
        "Session": {"status": list(SessionStatus)[number % 4]},
        "Feedback": {"rating": 1 + number % 5},
        "Enrolment": {"status": list(EnrolmentStatus)[number % 2]},
        "Preferences": {"email": number % 2 == 0},
        "Person": {"job_title": f"Engineer {number}", "email": f"{number}@example.com"},
        "Programme": {"status": list(ProgrammeStatus)[number % 2]},
        "Site": {"name": f"Site {number}"},
        "Organisation": {"name": f"Atlântica {number}"},
    }
    return msgspec.structs.replace(row, **fields[type(row).__name__])


async def take(world: World, apps: dict[str, App], step: tuple[str, str, Any]) -> None:
    what, name, value = step
    row = getattr(world.office, name, None)
    alive = world.rows.get((type(row), getattr(row, "id", None)))
    match what:
        case "sync":
            await apps[name].sync(page=value)
            assert apps[name].shown == await world.expected(apps[name])
        case "status" if alive:
            await world.change(msgspec.structs.replace(alive, status=value))
        case "touch" if alive:
            await world.change(touched(alive, value))
        case "hide" if alive:
            await world.change(msgspec.structs.replace(alive, visibility=value))
        case "new":
            made = Office()
            made.id, made.ana, made.ben = world.office.id, world.office.ana, world.office.ben
            fresh = getattr(made, name)
            names = {"goal": {"person_id": made.ana.id}, "told": {"person_id": made.ana.id}}
            two = {"mentor_id": made.ben.id, "mentee_id": made.ana.id}
            await world.change(
                msgspec.structs.replace(fresh, organisation_id=made.id, **names.get(name, two))
            )
        case "erase" if alive:
            await world.erase(alive)
        case "rebuild":
            await world.rebuild()
        case _:
            pass


def test_under_random_histories_an_app_holds_what_it_would_read(
    read_model: ServiceDatabase,
) -> None:
    @settings(
        max_examples=20,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.lists(STEPS, min_size=4, max_size=25))
    def test(steps: list[tuple[str, str, Any]]) -> None:
        async def run() -> None:
            async with (
                Database.open(read_model.pipe, name="gateway projector") as pipe,
                reader(read_model.app) as connection,
            ):
                world = World(pipe, read_model)
                await world.begin()
                apps = {
                    name: App(PLANNER, connection, world.viewer(getattr(world.office, name)))
                    for name in WHO
                }
                for name in ("ana", "ben"):
                    await take(world, apps, ("sync", name, 100))
                for step in steps:
                    await take(world, apps, step)
                for name in WHO:
                    await take(world, apps, ("sync", name, 3))

        asyncio.run(run())

    test()
