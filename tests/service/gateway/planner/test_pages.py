"""Connections: page after page, in both directions, whatever changes in between."""

from typing import Any

import asyncpg
import pytest

from contracts.profiles import Visibility
from support.databases import ServiceDatabase
from support.reading.office import Office
from support.reading.store import fill


@pytest.fixture(scope="module")
async def crowd(read_model: ServiceDatabase) -> Office:
    """An office where eleven more work, most of whom have the same name."""
    office = Office()
    more = [
        office.person(
            "Rui" if place % 4 else f"Zé{place}", office.lisbon, visibility=Visibility.NETWORK
        )
        for place in range(11)
    ]
    await fill(read_model.pipe, [*office.rows, *more])
    return office


PEOPLE = """query ($first: Int, $after: Cursor, $last: Int, $before: Cursor) {
    people(first: $first, after: $after, last: $last, before: $before) {
        totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { cursor node { id givenName } }
    }
}"""


def ids(page: dict[str, Any]) -> list[str]:
    return [edge["node"]["id"] for edge in page["edges"]]


async def everyone(ask: Any, crowd: Office) -> list[str]:
    data = await ask(crowd.viewer(crowd.dan, "administrator"), PEOPLE, first=100)
    return ids(data["people"])


async def test_forward_to_the_end(ask: Any, crowd: Office) -> None:
    viewer, seen, after, pages = crowd.viewer(crowd.dan, "administrator"), [], None, 0
    while True:
        page = (await ask(viewer, PEOPLE, first=4, after=after))["people"]
        assert page["totalCount"] == 19
        assert page["pageInfo"]["hasPreviousPage"] is (pages > 0)
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        seen += ids(page)
        pages += 1
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert pages == 5
    assert seen == await everyone(ask, crowd)
    assert len(set(seen)) == 19


async def test_backward_to_the_start(ask: Any, crowd: Office) -> None:
    viewer, seen, before, pages = crowd.viewer(crowd.dan, "administrator"), [], None, 0
    while True:
        page = (await ask(viewer, PEOPLE, last=4, before=before))["people"]
        assert page["pageInfo"]["hasNextPage"] is (pages > 0)
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        seen = ids(page) + seen
        pages += 1
        if not page["pageInfo"]["hasPreviousPage"]:
            break
        before = page["pageInfo"]["startCursor"]
    assert pages == 5
    assert seen == await everyone(ask, crowd)


async def test_between_two_cursors(ask: Any, crowd: Office) -> None:
    viewer = crowd.viewer(crowd.dan, "administrator")
    edges = (await ask(viewer, PEOPLE, first=100))["people"]["edges"]
    between = {"after": edges[2]["cursor"], "before": edges[9]["cursor"]}
    front = (await ask(viewer, PEOPLE, first=3, **between))["people"]
    back = (await ask(viewer, PEOPLE, last=3, **between))["people"]
    assert ids(front) == [edge["node"]["id"] for edge in edges[3:6]]
    assert ids(back) == [edge["node"]["id"] for edge in edges[6:9]]
    assert front["pageInfo"]["hasNextPage"] is True
    assert back["pageInfo"]["hasNextPage"] is True


async def test_a_cursor_outlives_its_row(
    ask: Any, crowd: Office, read_model: ServiceDatabase
) -> None:
    viewer = crowd.viewer(crowd.dan, "administrator")
    edges = (await ask(viewer, PEOPLE, first=100))["people"]["edges"]
    superuser = await asyncpg.connect(read_model.superuser)
    gone = edges[5]["node"]["id"].partition(":")[2]
    await superuser.execute("update people set standing = 'left' where id = $1", gone)
    page = (await ask(viewer, PEOPLE, first=2, after=edges[5]["cursor"]))["people"]
    await superuser.execute("update people set standing = 'active' where id = $1", gone)
    await superuser.close()
    assert ids(page) == [edge["node"]["id"] for edge in edges[6:8]]


async def test_an_empty_page(ask: Any, crowd: Office) -> None:
    text = """{ viewer { notifications(unread: true) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor }
    } } }"""
    data = await ask(crowd.viewer(crowd.cleo), text)
    assert data["viewer"]["notifications"] == {
        "totalCount": 0,
        "pageInfo": {
            "hasNextPage": False,
            "hasPreviousPage": False,
            "startCursor": None,
            "endCursor": None,
        },
        "edges": [],
    }


async def test_twenty_where_no_size_is_asked_for(
    ask: Any, crowd: Office, read_model: ServiceDatabase
) -> None:
    office = Office()
    more = [office.person("Rui", office.lisbon, visibility=Visibility.NETWORK) for _ in range(25)]
    await fill(read_model.pipe, [*office.rows, *more])
    data = await ask(office.viewer(office.fay), PEOPLE)
    assert len(data["people"]["edges"]) == 20
    assert data["people"]["pageInfo"]["hasNextPage"] is True


async def test_filters_and_pages_within_pages(ask: Any, crowd: Office) -> None:
    text = """query ($site: ID) {
        people(site: $site, first: 2) { totalCount edges { node {
            site { city people(last: 1) { totalCount edges { node { givenName } } } }
        } } }
    }"""
    viewer = crowd.viewer(crowd.dan, "administrator")
    data = await ask(viewer, text, site=f"Site:{crowd.kolkata.id}")
    kolkata = {
        "city": "Kolkata",
        "people": {"totalCount": 4, "edges": [{"node": {"givenName": "Hal"}}]},
    }
    assert data["people"] == {
        "totalCount": 4,
        "edges": [{"node": {"site": kolkata}}, {"node": {"site": kolkata}}],
    }
    assert (await ask(viewer, text))["people"]["totalCount"] == 19
