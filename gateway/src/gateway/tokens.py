"""Access tokens (OIDC, RFC 9068): which are accepted, and what they say."""

import hashlib
import time
from collections import OrderedDict
from typing import Annotated
from uuid import UUID

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from gateway.issuer import Issuer

ALGORITHMS = ("RS256", "ES256")
MAX_TOKEN = 8 * 1024  # bytes
LEEWAY = 60  # seconds that the issuer's clock may differ from ours
REMEMBERED = 10_000  # verified tokens
ID_TOKEN_CLAIMS = ("nonce", "at_hash", "c_hash")  # OpenID Connect Core 1.0, sections 2 and 3.3


class InvalidToken(Exception):  # noqa: N818
    """The token is not accepted; the message says why, and quotes nothing of it."""


Subject = Annotated[str, msgspec.Meta(min_length=1, max_length=255, pattern=r"^[\x20-\x7e]+$")]
Role = Annotated[str, msgspec.Meta(max_length=100)]


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a token says; times are seconds since 1970."""

    iss: str
    sub: Subject
    aud: str | list[str]
    exp: float
    iat: float
    nbf: float | None = None
    organisation: UUID
    roles: frozenset[Role] = frozenset()
    azp: str | None = None
    client_id: str | None = None


class Tokens:
    """Verifies access tokens, and remembers those it has verified until they expire."""

    def __init__(
        self,
        issuer: Issuer,
        *,
        audience: str,
        types: frozenset[str],
        clients: frozenset[str] = frozenset(),
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._types = {name.lower().removeprefix("application/") for name in types}
        self._clients = clients
        # Names of headers we do not know are ignored, as RFC 7515 says; `crit` is still obeyed.
        self._registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        self._claims = msgspec.json.Decoder(Claims)
        self._verified: OrderedDict[bytes, tuple[Claims, int]] = OrderedDict()

    async def verify(self, token: str) -> Claims:
        """The claims of a token that is genuine, meant for us, and in force now.

        Raises InvalidToken, or KeysUnavailable where that cannot be told.
        """
        if len(token) > MAX_TOKEN or not token.isascii():
            raise InvalidToken("the token is too long, or not ASCII")
        digest = hashlib.sha256(token.encode()).digest()
        known = self._verified.get(digest)
        if known is not None and known[1] == self._issuer.generation:
            claims = known[0]
        else:
            claims = await self._genuine(token)
            self._remember(digest, claims)
        self._check_times(claims)
        return claims

    async def _genuine(self, token: str) -> Claims:
        try:
            signature = jws.extract_compact(token.encode(), registry=self._registry)
            header = signature.headers()
            key = await self._issuer.find(*self._key_name(header))
            if key is None:
                raise InvalidToken("the issuer has no such key")
            if not jws.validate_compact(signature, key, registry=self._registry):
                raise InvalidToken("the signature is wrong")
        except (JoseError, ValueError, TypeError, RecursionError):
            raise InvalidToken("it is not a token that this issuer signs") from None
        try:
            claims = self._claims.decode(signature.payload or b"")
            others = msgspec.json.decode(signature.payload or b"", type=dict[str, msgspec.Raw])
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise InvalidToken("a claim is missing, or not of its type") from None
        self._check_purpose(claims, others)
        return claims

    def _key_name(self, header: dict[str, object]) -> tuple[str, str]:
        kid, algorithm, kind = header.get("kid"), header.get("alg"), header.get("typ")
        if (
            not isinstance(kind, str)
            or kind.lower().removeprefix("application/") not in self._types
        ):
            raise InvalidToken("it is not an access token (typ)")
        if algorithm not in ALGORITHMS:
            raise InvalidToken("its algorithm is not accepted")
        if not isinstance(kid, str):
            raise InvalidToken("it does not say which key signed it (kid)")
        return kid, str(algorithm)

    def _check_purpose(self, claims: Claims, others: dict[str, msgspec.Raw]) -> None:
        if claims.iss.rstrip("/") != self._issuer.name:
            raise InvalidToken("it is another issuer's")
        if any(name in others for name in ID_TOKEN_CLAIMS):
            raise InvalidToken("it is an ID token, not an access token")
        audiences = [claims.aud] if isinstance(claims.aud, str) else claims.aud
        if self._audience not in audiences:
            raise InvalidToken("it is meant for another audience")
        if len(audiences) > 1 and not {claims.azp, claims.client_id} & self._clients:
            raise InvalidToken("it is meant for others too, by a client that is not known")

    def _check_times(self, claims: Claims) -> None:
        now = time.time()
        if claims.exp + LEEWAY <= now:
            raise InvalidToken("it has expired")
        if max(claims.iat, claims.nbf or 0.0) - LEEWAY > now:
            raise InvalidToken("it is not in force yet")

    def _remember(self, digest: bytes, claims: Claims) -> None:
        self._verified[digest] = (claims, self._issuer.generation)
        while len(self._verified) > REMEMBERED:
            self._verified.popitem(last=False)
