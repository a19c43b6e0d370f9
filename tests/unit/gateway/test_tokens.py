"""Which access tokens are accepted: every way that we know of to forge or misuse one."""

import base64
import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx2
import msgspec
import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.registry import HeaderParameter

from gateway.issuer import Issuer
from gateway.tokens import InvalidToken, Tokens

ISSUER = "https://id.example"
RSA = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
EC = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"})
ORGANISATION = uuid4()


class Provider:
    """An identity provider whose answers the test chooses."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = [RSA.as_dict(private=False), EC.as_dict(private=False)]
        self.responses: dict[str, httpx2.Response | Exception] = {}
        self.asked: list[str] = []
        self.client = httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))
        self.issuer = Issuer(self.client, ISSUER, None)
        self.tokens = Tokens(
            self.issuer,
            audience="cairn",
            types=frozenset({"at+jwt"}),
            clients=frozenset({"phone"}),
        )

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(str(request.url))
        response = self.responses.get(request.url.path)
        if isinstance(response, Exception):
            raise response
        if response is not None:
            return response
        if request.url.path == "/keys":
            return httpx2.Response(200, json={"keys": self.keys})
        return httpx2.Response(200, json={"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"})

    @property
    def fetches(self) -> int:
        return self.asked.count(f"{ISSUER}/keys")


@pytest.fixture
def provider() -> Provider:
    return Provider()


def claims(**changes: Any) -> dict[str, Any]:
    """What a good token says, with changes: `...` leaves a claim out, a timedelta is from now."""
    now = int(time.time())
    for name, value in changes.items():
        if isinstance(value, timedelta):
            changes[name] = now + int(value.total_seconds())
    usual: dict[str, Any] = {
        "iss": ISSUER,
        "aud": "cairn",
        "sub": "ines",
        "iat": now,
        "exp": now + 600,
        "organisation": str(ORGANISATION),
        "roles": ["administrator"],
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not ...}


def sign(payload: dict[str, Any] | None = None, *, key: RSAKey | ECKey = RSA, **header: Any) -> str:
    algorithm = "RS256" if isinstance(key, RSAKey) else "ES256"
    whole = {"alg": algorithm, "kid": key.kid, "typ": "at+jwt", **header}
    whole = {name: value for name, value in whole.items() if value is not ...}
    registry = jws.JWSRegistry(
        {"cairn": HeaderParameter("an extension", "int")}, ["RS256", "ES256"]
    )
    registry.max_header_length = 20_000
    return jws.serialize_compact(
        whole, msgspec.json.encode(payload or claims()), key, registry=registry
    )


@pytest.mark.parametrize("key", [RSA, EC])
async def test_a_genuine_token_is_accepted(provider: Provider, key: RSAKey | ECKey) -> None:
    verified = await provider.tokens.verify(sign(key=key))

    assert (verified.sub, verified.organisation) == ("ines", ORGANISATION)
    assert verified.roles == {"administrator"}


async def test_a_token_is_verified_once_and_its_keys_fetched_once(provider: Provider) -> None:
    token = sign()

    first = await provider.tokens.verify(token)

    assert await provider.tokens.verify(token) is first
    await provider.tokens.verify(sign(key=EC))
    assert provider.fetches == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": ...},
        {"iat": ...},
        {"iss": ...},
        {"aud": ...},
        {"sub": ...},
        {"organisation": ...},
        {"exp": str(2**33)},
        {"exp": timedelta(seconds=-61)},
        {"iat": timedelta(seconds=120)},
        {"nbf": timedelta(seconds=120)},
        {"iss": ""},
        {"iss": "https://id.example.evil"},
        {"aud": "other"},
        {"aud": []},
        {"aud": ["cairn", "other"]},
        {"aud": ["cairn", "other"], "azp": "stranger"},
        {"aud": "cairn-commands"},
        {"organisation": "acme"},
        {"organisation": [str(uuid4()), str(uuid4())]},
        {"organisation": None},
        {"sub": ""},
        {"sub": "a\x00b"},
        {"roles": "administrator"},
        {"nonce": "n"},
        {"at_hash": "h"},
    ],
    ids=str,
)
async def test_claims_that_are_refused(provider: Provider, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        await provider.tokens.verify(sign(claims(**changes)))


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": timedelta(seconds=-30)},
        {"iat": timedelta(seconds=30)},
        {"aud": ["cairn"]},
        {"aud": ["cairn", "other"], "azp": "phone"},
        {"roles": ...},
    ],
    ids=str,
)
async def test_claims_that_are_accepted(provider: Provider, changes: dict[str, Any]) -> None:
    await provider.tokens.verify(sign(claims(**changes)))


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": ...},
        {"typ": "id+jwt"},
        {"kid": ...},
        {"kid": "../../etc/passwd"},
        {"kid": "https://evil.example/keys"},
        {"kid": "' or 1=1 --"},
        {"kid": "k" * 10_000},
        {"kid": "two"},
        {"kid": ..., "jku": "https://evil.example/keys"},
        {"kid": "x", "x5u": "https://evil.example/keys"},
        {"kid": "x", "jwk": RSA.as_dict(private=False)},
        {"crit": ["cairn"], "cairn": 1},
    ],
    ids=lambda header: str(header)[:60],
)
async def test_headers_that_are_refused(provider: Provider, header: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        await provider.tokens.verify(sign(**header))
    assert all(url.startswith(f"{ISSUER}/") for url in provider.asked)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(value)).rstrip(b"=").decode()


FORGED = {
    "no algorithm": f"{part({'alg': 'none', 'kid': 'one', 'typ': 'at+jwt'})}.{part(claims())}.",
    "the public key as a secret": jwt.encode(
        {"alg": "HS256", "kid": "one", "typ": "at+jwt"},
        claims(),
        OctKey.import_key(msgspec.json.encode(RSA.as_dict(private=False))),
    ),
    "another key": sign(key=RSAKey.generate_key(2048, {"kid": "one"})),
    "changed claims": ".".join(
        [(parts := sign().split("."))[0], part(claims(sub="mia")), parts[2]]
    ),
    "not a token": "abc",
    "empty": "",
    "three dots": "...",
    "not ASCII": "é.é.é",
    "claims are a list": jws.serialize_compact(
        {"alg": "RS256", "kid": "one", "typ": "at+jwt"}, b"[]", RSA
    ),
    "claims are too deep": jws.serialize_compact(
        {"alg": "RS256", "kid": "one", "typ": "at+jwt"}, b"[" * 3000, RSA
    ),
    "too long": sign(claims(padding="x" * 8192)),
    "very long": "x" * 1_000_000,
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
async def test_forgeries(provider: Provider, token: str) -> None:
    with pytest.raises(InvalidToken):
        await provider.tokens.verify(token)


async def test_the_profile_of_the_issuer_may_say_jwt_but_an_id_token_stays_refused() -> None:
    provider = Provider()
    tokens = Tokens(provider.issuer, audience="cairn", types=frozenset({"JWT"}))

    await tokens.verify(sign(typ="JWT"))
    with pytest.raises(InvalidToken, match="ID token"):
        await tokens.verify(sign(claims(nonce="n"), typ="JWT"))


async def test_an_expired_token_is_refused_though_it_was_verified_before(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = sign()
    await provider.tokens.verify(token)

    later = time.time() + 1000
    monkeypatch.setattr("gateway.tokens.time", SimpleNamespace(time=lambda: later))

    with pytest.raises(InvalidToken, match="expired"):
        await provider.tokens.verify(token)
