"""The token issuer's public keys, found by OIDC discovery and kept by an asynchronous cache."""

import asyncio
import time
import warnings
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, RSAKey

from chassis.logs import logger

FRESH = 300.0  # seconds after which the keys are fetched again, while the old ones serve
STALE = 12 * 3600.0  # seconds for which keys serve though the issuer cannot be reached
PATIENCE = 30.0  # seconds between two fetches for the sake of an unknown key
RETRY = 2.0  # seconds between two tries while there are no keys at all
FETCH_TIMEOUT = 5.0  # seconds for a whole fetch
MAX_DOCUMENT = 64 * 1024  # bytes
RSA_BITS = range(2048, 8192 + 1)

log = logger("gateway.issuer")

PublicKey = RSAKey | ECKey


class KeysUnavailable(Exception):  # noqa: N818
    """The issuer's keys have never been had, or too long ago."""


class _Discovery(msgspec.Struct):
    issuer: str
    jwks_uri: str


class _KeySet(msgspec.Struct):
    keys: list[dict[str, msgspec.Raw]]


class Issuer:
    """The keys that the issuer signs access tokens with, by (kid, algorithm).

    Nothing in a token ever leads to an address: the issuer's own, or the one that the settings
    name, are the only ones that are asked.
    """

    def __init__(self, client: httpx2.AsyncClient, issuer: str, keys_url: str | None) -> None:
        self.name = issuer
        self._client = client
        self._keys_url = keys_url
        self._keys: dict[tuple[str, str], PublicKey] = {}
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None
        self.generation = 0
        """Grows whenever a key was taken back: what was verified before has to be verified anew."""

    async def find(self, kid: str, algorithm: str) -> PublicKey | None:
        """The key, or None where the issuer has no such key.

        Raises KeysUnavailable.
        """
        if not self._serves():
            await self._fetch_unless_tried(RETRY)
            if not self._serves():
                raise KeysUnavailable
        elif (kid, algorithm) not in self._keys:
            await self._fetch_unless_tried(PATIENCE)
        elif self._age() > FRESH and time.monotonic() - self._tried_at > PATIENCE:
            self._start_fetch()
        return self._keys.get((kid, algorithm))

    async def problem(self) -> str | None:
        """Why nobody can be signed in, in a sentence; None where keys are at hand."""
        if not self._serves():
            await self._fetch_unless_tried(RETRY)
        return None if self._serves() else f"The keys of {self.name} cannot be had."

    async def close(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()

    def _age(self) -> float:
        return time.monotonic() - self._fetched_at

    def _serves(self) -> bool:
        return bool(self._keys) and self._age() <= STALE

    async def _fetch_unless_tried(self, within: float) -> None:
        """Fetch, or share the fetch under way; but not again `within` so many seconds of a try."""
        if self._fetching is not None or time.monotonic() - self._tried_at > within:
            await asyncio.shield(self._start_fetch())

    def _start_fetch(self) -> asyncio.Task[None]:
        """One fetch at a time: whoever needs it meanwhile shares it."""
        if self._fetching is None:
            self._tried_at = time.monotonic()
            self._fetching = asyncio.create_task(self._refresh())
        return self._fetching

    async def _refresh(self) -> None:
        try:
            async with asyncio.timeout(FETCH_TIMEOUT):
                url = self._keys_url or await self._discover()
                keys = usable_keys(await self._get(url))
            if not keys:
                raise ValueError("no usable key in the set")
        except (
            httpx2.HTTPError,
            httpx2.InvalidURL,
            msgspec.DecodeError,
            TimeoutError,
            ValueError,
        ) as error:
            log.warning("the issuer's keys could not be fetched", error=type(error).__name__)
            return
        finally:
            self._fetching = None
        if any(keys.get(name) != key for name, key in self._keys.items()):
            self.generation += 1
        self._keys = keys
        self._fetched_at = time.monotonic()

    async def _discover(self) -> str:
        document = await self._get(f"{self.name}/.well-known/openid-configuration")
        found = msgspec.json.decode(document, type=_Discovery)
        if found.issuer.rstrip("/") != self.name:
            raise ValueError("the discovery document is another issuer's")
        if _origin(found.jwks_uri) != _origin(self.name):
            raise ValueError("the keys are on another host; CAIRN_ISSUER_KEYS can name it")
        return found.jwks_uri

    async def _get(self, url: str) -> bytes:
        async with self._client.stream("GET", url, follow_redirects=False) as response:
            if not response.is_success:
                raise ValueError(f"status {response.status_code}")
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_DOCUMENT:
                    raise ValueError("the document is too large")
        return bytes(body)


def usable_keys(document: bytes) -> dict[tuple[str, str], PublicKey]:
    """The keys of a JWKS that may verify a token's signature, by (kid, algorithm).

    Others are passed over: symmetric and private ones, ones for encryption or another algorithm,
    weak ones, and those whose kid is not theirs alone.
    """
    keys: dict[tuple[str, str], PublicKey] = {}
    ambiguous: set[tuple[str, str]] = set()
    for parameters in msgspec.json.decode(document, type=_KeySet).keys:
        found = _usable(parameters)
        if found is None:
            continue
        name, key = found
        if name in keys:
            ambiguous.add(name)
        keys[name] = key
    return {name: key for name, key in keys.items() if name not in ambiguous}


def _usable(raw: dict[str, msgspec.Raw]) -> tuple[tuple[str, str], PublicKey] | None:
    try:
        parameters = {name: msgspec.json.decode(value) for name, value in raw.items()}
        key: PublicKey
        match parameters.get("kty"):
            case "RSA":
                key, algorithm = _rsa(parameters), "RS256"
                strong = key.public_key.key_size in RSA_BITS
            case "EC":
                key, algorithm = ECKey.import_key(parameters), "ES256"
                strong = key.curve_name == "P-256"
            case _:
                return None
        key.check_use("sig")
        key.check_alg(algorithm)
        key.check_key_op("verify")
    except (JoseError, SecurityWarning, ValueError, TypeError, KeyError):
        return None
    if not strong or key.is_private or not key.kid:
        return None
    return (key.kid, algorithm), key


def _rsa(parameters: dict[str, Any]) -> RSAKey:
    with warnings.catch_warnings():
        warnings.simplefilter("error", SecurityWarning)  # joserfc's word for a weak key
        return RSAKey.import_key(parameters)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
