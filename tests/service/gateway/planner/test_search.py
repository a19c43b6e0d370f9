"""The search over people: what is met, who comes first, and that it shows nobody more."""

from typing import Any

import asyncpg
import msgspec
import pytest

from contracts.profiles import Person, Visibility
from gateway import indexing
from gateway.planner import Planner
from gateway.schema.search import MOST_FOUND
from support.databases import ServiceDatabase
from support.reading.office import Office
from support.reading.store import fill

SEARCH = """query ($search: String, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {
    people(search: $search, first: $first, after: $after, last: $last, before: $before) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { cursor node { id givenName } }
    }
}"""


@pytest.fixture(scope="module")
async def office(read_model: ServiceDatabase) -> Office:
    """An office where three more work, and beside it another just like it."""
    made, other = Office(), Office()
    await fill(read_model.pipe, [*made.rows, *other.rows, *newcomers(made), *newcomers(other)])
    return made


def newcomers(office: Office) -> list[Person]:
    common: dict[str, Any] = {"visibility": Visibility.NETWORK, "skills": ["Soldering"]}
    joao = office.person(
        "João",
        office.lisbon,
        family_name="Łuczak-O'Brien",
        job_title="Data Analyst",
        languages=["pt-BR", "de"],
        skills_offered=["C++", "Public speaking"],
        **common,
    )
    anabel = office.person("Anabel", office.kolkata, job_title="Analysis", **common)
    data = office.person("Dátá", office.kolkata, department="Sales & Service", **common)
    return [joao, anabel, data]


def names(page: dict[str, Any]) -> list[str]:
    return [edge["node"]["givenName"] for edge in page["edges"]]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("joão", ["João"]),
        ("JOAO", ["João"]),
        ("luczak", ["João"]),
        ("obrien", ["João"]),
        ("o'br", ["João"]),
        ("portuguese", ["João"]),
        ("deutsch", ["João"]),
        ("c++", ["João"]),
        ("speak data", ["João"]),
        ("spaeking", ["João"]),  # two letters changed places
        ("analist", ["João"]),  # a wrong one
        ("analyyst", ["João"]),  # one too much
        ("anlyst", ["João"]),  # one too little
        ("sales service", ["Dátá"]),
        ("data", ["Dátá", "João"]),  # both have the word: by name
        ("ana", ["Ana", "Anabel", "João"]),  # the whole word first, then those that begin so
        ("anal kolkatta", ["Anabel"]),  # the site may be misspelt too
        ("lisboa office joao", ["João"]),
        ("soldering portugal", ["Anabel", "Dátá", "João"]),
        ("joao kolkata", []),
        ("xyz", []),
        ("", []),
        ("&", []),
        ("e-joão", []),  # neither the employee's number
        ("example", []),  # nor the address
    ],
)
async def test_what_is_met(ask: Any, office: Office, search: str, found: list[str]) -> None:
    viewer = office.viewer(office.dan, "administrator")
    page = (await ask(viewer, SEARCH, search=search))["people"]
    assert names(page) == found
    assert page["totalCount"] == len(found)


async def test_without_one_everybody_is_listed(ask: Any, office: Office) -> None:
    page = (await ask(office.viewer(office.dan, "administrator"), SEARCH))["people"]
    assert page["totalCount"] == 11


async def test_nobody_is_found_who_may_not_be_seen(ask: Any, office: Office) -> None:
    found = {
        name: set(names((await ask(office.viewer(person), SEARCH, search="silva"))["people"]))
        for name, person in (("fay", office.fay), ("gus", office.gus), ("cleo", office.cleo))
    }
    assert found == {
        "fay": {"Anabel", "Cleo", "Dátá", "Fay"},
        "gus": {"Ana", "Anabel", "Cleo", "Dátá", "Eve", "Fay", "Gus"},
        "cleo": {"Ana", "Anabel", "Cleo", "Dátá", "Fay"},
    }


async def test_pages_in_both_directions(ask: Any, office: Office) -> None:
    viewer = office.viewer(office.dan, "administrator")
    whole = (await ask(viewer, SEARCH, search="an", first=100))["people"]
    order = names(whole)
    assert len(order) == 3

    after, forward = None, []
    while True:
        page = (await ask(viewer, SEARCH, search="an", first=1, after=after))["people"]
        forward += names(page)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    before, backward = None, []
    while True:
        page = (await ask(viewer, SEARCH, search="an", last=2, before=before))["people"]
        backward = names(page) + backward
        before = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break
    assert forward == backward == order


async def test_with_filters_and_another_order(ask: Any, office: Office) -> None:
    text = """query ($site: ID) {
        mentors: people(search: "soldering", skillOffered: "PUBLIC  speaking", language: "pt") {
            edges { node { givenName } } }
        there: people(search: "soldering", site: $site, orderBy: NAME_DESC) {
            edges { node { givenName } } }
        offered: people(skillOffered: "c++", language: "PT-br", department: "sales") {
            totalCount edges { node { givenName } } }
        sales: people(department: "sales service") { edges { node { givenName } } }
    }"""
    viewer = office.viewer(office.dan, "administrator")
    data = await ask(viewer, text, site=f"Site:{office.kolkata.id}")
    assert names(data["mentors"]) == ["João"]
    assert names(data["there"]) == ["Dátá", "Anabel"]
    assert data["offered"] == {"totalCount": 0, "edges": []}
    assert names(data["sales"]) == ["Dátá"]


async def test_the_terms_are_those_of_the_newest_state(
    ask: Any, read_model: ServiceDatabase
) -> None:
    office = Office()
    await fill(read_model.pipe, office.rows)
    viewer = office.viewer(office.dan, "administrator")
    married = msgspec.structs.replace(office.fay, family_name="Quaresma")
    await fill(read_model.pipe, [married], version=3)
    await fill(read_model.pipe, [office.fay], version=2)  # which comes late

    assert names((await ask(viewer, SEARCH, search="quarezma"))["people"]) == ["Fay"]
    assert "Fay" not in names((await ask(viewer, SEARCH, search="silva"))["people"])

    moved = msgspec.structs.replace(office.kolkata, name="Port", city="Chennai")
    await fill(read_model.pipe, [moved], version=2)
    assert names((await ask(viewer, SEARCH, search="fay chennai"))["people"]) == ["Fay"]
    assert names((await ask(viewer, SEARCH, search="kolkata"))["people"]) == []


async def test_a_word_is_forgotten_with_the_last_who_had_it(read_model: ServiceDatabase) -> None:
    office = Office()
    two = [office.person(name, office.lisbon, family_name="Quintanilha") for name in ("Rui", "Zoe")]
    await fill(read_model.pipe, [*office.rows, *two])
    superuser = await asyncpg.connect(read_model.superuser)
    pipe = await asyncpg.connect(read_model.pipe)

    async def left() -> tuple[int, int]:
        row = await superuser.fetchrow(
            """select (select count(*) from terms where organisation_id = $1 and id = any($2)),
                (select count(*) from spellings where organisation_id = $1
                    and word = 'quintanilha')""",
            office.id,
            [each.id for each in two],
        )
        assert row is not None
        return row[0], row[1]

    counts = []
    for person in two:
        async with pipe.transaction():
            await pipe.execute("delete from people where id = $1", person.id)
            await indexing.forget(pipe, "people", [office.id], [person.id])
        counts.append(await left())
    await superuser.close()
    await pipe.close()
    assert counts[0][0] > 0
    assert counts[0][1] == len("quintanilha") + 1
    assert counts[1] == (0, 0)


async def test_no_more_are_found_than_can_be_ranked(
    ask: Any, planner: Planner, read_model: ServiceDatabase
) -> None:
    office = Office()
    many = [
        office.person(f"{place:03}", office.lisbon, family_name="Prazeres")
        for place in range(MOST_FOUND + 20)
    ]
    await fill(read_model.pipe, [*office.rows, *many])
    viewer = office.viewer(office.dan, "administrator")
    page = (await ask(viewer, SEARCH, search="prazeres lisboa", first=1))["people"]
    assert page["totalCount"] == MOST_FOUND
    assert names(page) == ["000"]
    assert planner.plan(SEARCH, None, {"search": "prazeres"}).rows > MOST_FOUND
