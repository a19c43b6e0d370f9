"""The sample network is made and loaded as an enterprise would load its own."""

import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from cairn.client import Client
from cairn.importing.columns import PEOPLE, SITES
from cairn.importing.order import managers_first
from cairn.importing.rows import read
from cairn.importing.sending import Outcome, send_people, send_sites
from cairn.sample import write_sample
from cairn_local.errors import PlatformError
from cairn_local.first_run import documents
from cairn_local.first_run.cast import Cast
from cairn_local.first_run.documents import nodes
from cairn_local.report import Report

NAME = "Aldermoor Group"
SEED = 1
PATIENCE = 120.0  # seconds until what was written can be read by everybody
CHUNK = 500

T = TypeVar("T")


def make_sample(folder: Path, people: int, report: Report) -> None:
    if (folder / "programme.json").exists():
        return
    with report.step("making the sample network", f"A sample network of {people:,} people") as show:
        write_sample(
            people,
            folder,
            seed=SEED,
            organisation=NAME,
            advance=lambda done: show(f"{done:,} of {people:,}"),
        )


def load_network(cast: Cast, report: Report) -> None:
    """Set the organisation up, import its sites and people, and wait until all can be read."""
    sites = read(cast.folder / "sites.csv", SITES)
    people = read(cast.folder / "people.csv", PEOPLE)
    ordered = managers_first(people)
    with cast.administrator() as administrator:
        name = cast.programme["organisation"]["name"]
        with report.step("setting up the organisation", f"{name} is set up"):
            administrator.command(documents.SET_UP_ORGANISATION, input={"name": name})
        with report.step("importing sites", f"{len(sites.rows)} sites imported from sites.csv"):
            _check(send_sites(administrator, sites.file, sites.rows, lambda _: None))
        total = len(people.rows)
        with report.step("importing people", f"{total:,} people imported from people.csv") as show:
            done = 0

            def advance(count: int) -> None:
                nonlocal done
                done += count
                show(f"{done:,} of {total:,}")

            _check(send_people(administrator, people.file, ordered.levels, advance))
        with report.step("waiting for the read model", "All of them can be found"):
            until(lambda: _head_count(administrator) >= total)


def open_programme(cast: Cast, report: Report) -> str:
    """The programme's id, with everybody enrolled who offers or seeks mentoring."""
    plan = cast.programme["programme"]
    with cast.coordinator() as coordinator:
        viewer = until(lambda: coordinator.query(documents.VIEWER_ID)["viewer"])
        programme_id = _programme(cast, plan, viewer["id"], report)
        for role, wish in (("MENTOR", {"offers": True}), ("MENTEE", {"seeks": True})):
            words = f"{role.lower()}s enrolled"
            ids = list(_ids(coordinator, wish))
            with report.step(f"{words} …", f"{len(ids):,} {words}"):
                for chunk in _chunks(ids):
                    entries = [{"personId": each, "role": role} for each in chunk]
                    _enrol(coordinator, programme_id, entries)
    return programme_id


def _enrol(coordinator: Client, programme_id: str, entries: list[dict[str, str]]) -> None:
    """Matching may hear of people a moment later than the read model: then they are refused."""

    def all_taken() -> bool:
        answer = coordinator.command(
            documents.ENROL_PEOPLE, input={"programmeId": programme_id, "enrolments": entries}
        )
        return not answer["refused"]

    until(all_taken)


def _programme(cast: Cast, plan: dict[str, Any], coordinator_id: str, report: Report) -> str:
    with cast.administrator() as administrator:
        for programme in nodes(administrator.query(documents.PROGRAMMES)["programmes"]):
            if programme["name"] == plan["name"]:
                return programme["id"]
        with report.step("opening the programme", f"The programme “{plan['name']}” is open"):
            opened = administrator.command(
                documents.OPEN_PROGRAMME,
                input={
                    "name": plan["name"],
                    "purpose": plan["purpose"],
                    "startsOn": plan["starts_on"],
                    "coordinatorIds": [coordinator_id],
                    "rules": {
                        "commonLanguage": plan["rules"]["common_language"],
                        "maxHoursApart": plan["rules"]["max_hours_apart"],
                    },
                },
            )
    return opened["programme"]["id"]


def _ids(client: Client, wish: dict[str, bool]) -> Iterator[str]:
    after = None
    while True:
        people = client.query(documents.PEOPLE_BY_WISH, after=after, **wish)["people"]
        yield from (person["id"] for person in nodes(people))
        if not people["pageInfo"]["hasNextPage"]:
            return
        after = people["pageInfo"]["endCursor"]


def _chunks(ids: list[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _head_count(client: Client) -> int:
    return client.query(documents.HEAD_COUNT)["people"]["totalCount"]


def _check(outcome: Outcome) -> None:
    if outcome.problems:
        raise PlatformError(f"The sample could not be loaded: {outcome.problems[0]}")


def until(condition: Callable[[], T | None]) -> T:
    """What the condition gives once it is true. Raises PlatformError after PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise PlatformError(
                f"What was written could not be read within {PATIENCE:.0f} s. The logs of projector"
                " and services say why."
            )
        time.sleep(0.1)
    return value
