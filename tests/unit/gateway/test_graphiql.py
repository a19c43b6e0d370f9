"""The page for development: all of it comes from us, and nothing else may."""

import re

import httpx2
import pytest

from gateway.graphiql import POLICY, routes

ROUTES = dict(routes())


async def get(path: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(ROUTES[path])
    async with httpx2.AsyncClient(transport=transport, base_url="http://cairn") as http:
        return await http.get(path)


@pytest.mark.parametrize("path", ROUTES)
async def test_what_it_is_made_of(path: str) -> None:
    response = await get(path)

    assert response.status_code == 200
    assert len(response.text) > 200
    assert response.headers["content-security-policy"] == POLICY
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_the_page_loads_from_us_alone() -> None:
    page = (await get("/graphiql")).text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)

    assert set(loaded) == set(ROUTES) - {"/graphiql"}
    assert "<script>" not in page
    style = (await get("/graphiql/graphiql.css")).text
    assert not re.findall(r"@import|url\((?!data:)", style)
