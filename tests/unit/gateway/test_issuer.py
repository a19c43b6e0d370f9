"""The issuer's keys: which of a set are used, and when the set is fetched."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx2
import msgspec
import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from gateway.issuer import PATIENCE, STALE, Issuer, KeysUnavailable, usable_keys

HOST = "https://id.example"
RSA = RSAKey.generate_key(2048, {"kid": "one"})
DISCOVERY = {"issuer": HOST, "jwks_uri": f"{HOST}/keys"}


def public(key: RSAKey | ECKey, **changes: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), **changes}


class Clock:
    """A monotonic clock that only the test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        clock = SimpleNamespace(monotonic=lambda: self.now)
        monkeypatch.setattr("gateway.issuer.time", clock)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


class Provider:
    def __init__(self) -> None:
        self.keys: httpx2.Response | Exception = keys(RSA)
        self.discovery: httpx2.Response | Exception = httpx2.Response(200, json=DISCOVERY)
        self.fetches = 0
        self.asked: list[str] = []

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(str(request.url))
        if request.url.path != "/keys":
            answer = self.discovery
        else:
            self.fetches += 1
            answer = self.keys
        await asyncio.sleep(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx2.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def issuer(self) -> Issuer:
        client = httpx2.AsyncClient(transport=httpx2.MockTransport(self.answer))
        return Issuer(client, HOST, None)


def keys(*some: RSAKey | ECKey) -> httpx2.Response:
    return httpx2.Response(200, json={"keys": [public(key) for key in some]})


@pytest.fixture
def provider() -> Provider:
    return Provider()


WEAK = {"kty": "RSA", "kid": "weak", "e": "AQAB", "n": "s" + "X" * 85}  # 512 bits


@pytest.mark.parametrize(
    "parameters",
    [
        OctKey.generate_key(256, {"kid": "one"}).as_dict(),
        public(RSA, use="enc"),
        public(RSA, alg="PS256"),
        public(RSA, key_ops=["encrypt"]),
        WEAK,
        {**RSA.as_dict(private=True), "kid": "private"},
        public(ECKey.generate_key("P-384", {"kid": "curve"})),
        public(RSA, kid=7),
        {name: value for name, value in public(RSA).items() if name != "kid"},
        {"kty": "RSA", "kid": "empty"},
        {"kty": "AKP", "kid": "unknown"},
        {},
    ],
    ids=lambda parameters: f"{parameters.get('kty')} {parameters.get('kid')}",
)
def test_keys_that_are_passed_over(parameters: dict[str, Any]) -> None:
    good = public(ECKey.generate_key("P-256", {"kid": "good"}))

    found = usable_keys(msgspec.json.encode({"keys": [parameters, good]}))

    assert set(found) == {("good", "ES256")}


def test_a_kid_that_two_keys_have_is_nobodys() -> None:
    twins = [public(RSA), public(RSAKey.generate_key(2048, {"kid": "one"}))]

    assert usable_keys(msgspec.json.encode({"keys": twins})) == {}


async def test_many_who_need_the_keys_share_one_fetch(provider: Provider) -> None:
    issuer = provider.issuer()

    found = await asyncio.gather(*(issuer.find("one", "RS256") for _ in range(50)))

    assert all(found)
    assert provider.fetches == 1


async def test_unknown_keys_make_one_fetch_in_thirty_seconds(
    provider: Provider, clock: Clock
) -> None:
    issuer = provider.issuer()
    await issuer.find("one", "RS256")

    clock.now += PATIENCE + 1
    for _ in range(20):
        assert await issuer.find(str(uuid4()), "RS256") is None

    assert provider.fetches == 2


async def test_rotation_takes_effect_without_a_restart(provider: Provider, clock: Clock) -> None:
    issuer = provider.issuer()
    await issuer.find("one", "RS256")
    before = issuer.generation

    new = RSAKey.generate_key(2048, {"kid": "new"})
    provider.keys = keys(new)
    clock.now += PATIENCE + 1

    assert await issuer.find("new", "RS256") is not None
    assert await issuer.find("one", "RS256") is None
    assert issuer.generation == before + 1


async def test_a_key_that_was_replaced_under_its_name_is_noticed_in_the_background(
    provider: Provider, clock: Clock
) -> None:
    issuer = provider.issuer()
    old = await issuer.find("one", "RS256")
    provider.keys = keys(RSAKey.generate_key(2048, {"kid": "one"}))
    clock.now += 301

    assert await issuer.find("one", "RS256") is old  # nobody waits for the fetch
    for _ in range(100):
        await asyncio.sleep(0)

    assert await issuer.find("one", "RS256") != old


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(500),
        httpx2.Response(302, headers={"location": "http://169.254.169.254/keys"}),
        httpx2.Response(200, json={"keys": []}),
        httpx2.Response(200, content=b"x" * (64 * 1024 + 1)),
        httpx2.Response(200, content=b"<html>"),
        httpx2.Response(200, content=b"\xff\xfe"),
        httpx2.ConnectError("refused"),
        httpx2.ReadTimeout("hangs"),
    ],
    ids=str,
)
async def test_the_keys_serve_for_hours_when_the_issuer_does_not(
    provider: Provider, clock: Clock, answer: httpx2.Response | Exception
) -> None:
    issuer = provider.issuer()
    known = await issuer.find("one", "RS256")
    provider.keys = answer

    for _ in range(12):
        clock.now += 3590
        assert await issuer.find("one", "RS256") is known
        await asyncio.sleep(0.001)

    clock.now = 1000 + STALE + 1
    with pytest.raises(KeysUnavailable):
        await issuer.find("one", "RS256")
    assert not any("169.254" in url for url in provider.asked)


async def test_without_keys_the_issuer_is_not_asked_at_every_request(
    provider: Provider, clock: Clock
) -> None:
    provider.keys = httpx2.Response(500)
    issuer = provider.issuer()

    for _ in range(10):
        with pytest.raises(KeysUnavailable):
            await issuer.find("one", "RS256")
    assert provider.fetches == 1

    provider.keys = keys(RSA)
    clock.now += 3
    assert await issuer.find("one", "RS256") is not None


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://other.example", "jwks_uri": f"{HOST}/keys"},
        {"issuer": HOST, "jwks_uri": "http://id.example/keys"},
        {"issuer": HOST, "jwks_uri": "https://other.example/keys"},
        {"issuer": HOST},
    ],
    ids=str,
)
async def test_discovery_leads_nowhere_else(provider: Provider, discovery: dict[str, str]) -> None:
    provider.discovery = httpx2.Response(200, json=discovery)

    with pytest.raises(KeysUnavailable):
        await provider.issuer().find("one", "RS256")
    assert provider.fetches == 0


async def test_finding_a_known_key_is_quick(provider: Provider) -> None:
    issuer = provider.issuer()
    await issuer.find("one", "RS256")

    started = time.perf_counter()
    for _ in range(1000):
        await issuer.find("one", "RS256")

    assert time.perf_counter() - started < 0.5
