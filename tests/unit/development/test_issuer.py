"""The development issuer gives tokens that a gateway accepts."""

import stat
import time
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest

from cairn_development.issuer import load_key, make_issuer
from gateway.issuer import Issuer
from gateway.tokens import Tokens

URL = "http://127.0.0.1:8009"


@pytest.fixture
def client(tmp_path: Path) -> httpx2.AsyncClient:
    app = make_issuer(URL, load_key(tmp_path / "issuer.json"))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=URL)


async def test_its_token_passes_the_gateways_check(client: httpx2.AsyncClient) -> None:
    organisation = uuid4()
    wish = {
        "subject": "ada@example.org",
        "organisation": str(organisation),
        "roles": ["administrator"],
        "seconds": 60,
    }
    answer = (await client.post("/token", json=wish)).raise_for_status().json()
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 60

    tokens = Tokens(Issuer(client, URL, None), audience="cairn", types=frozenset({"at+jwt"}))
    claims = await tokens.verify(answer["access_token"])
    assert claims.sub == "ada@example.org"
    assert claims.organisation == UUID(str(organisation))
    assert claims.roles == {"administrator"}
    assert claims.exp == pytest.approx(time.time() + 60, abs=5)


async def test_it_keeps_its_key_and_gives_only_the_public_half_away(
    client: httpx2.AsyncClient, tmp_path: Path
) -> None:
    path = tmp_path / "issuer.json"
    [public] = (await client.get("/jwks.json")).json()["keys"]
    assert public["kid"] == load_key(path).kid
    assert "d" not in public
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"not json",
        b'{"subject": "", "organisation": "0191d3c0-0000-7000-8000-000000000000"}',
        b'{"subject": "ada", "organisation": "acme"}',
        b'{"subject": "a", "organisation": "0191d3c0-0000-7000-8000-000000000000", "role": []}',
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused(
    client: httpx2.AsyncClient, body: bytes
) -> None:
    answer = await client.post("/token", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"


async def test_a_page_elsewhere_cannot_reach_it_by_a_name_of_its_own(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.get("/jwks.json", headers={"host": "rebound.example"})
    assert answer.status_code == 400
