"""Who is calling: what the gateway vouches for, and how services check that it did.

The gateway signs a short-lived assertion (RFC 7519, HS256) with a key it shares with the services.
A client's own token never reaches a service, and an assertion is worth nothing at the gateway.
"""

import time
from uuid import UUID

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

AUDIENCE = "cairn-commands"
LIFETIME = 60  # seconds
LEEWAY = 30  # seconds that two clocks may differ


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks for something, within which organisation."""

    subject: str  # the token's `sub`
    organisation_id: UUID
    person_id: UUID | None = None  # the person the subject is, where there is one
    roles: frozenset[str] = frozenset()

    def has(self, role: str) -> bool:
        return role in self.roles


class InvalidAssertion(Exception):  # noqa: N818
    """The assertion is missing, forged, expired or meant for someone else."""


class Assertions:
    """Signs callers on one side, and checks them on the other."""

    def __init__(self, secret: str) -> None:
        self._key = OctKey.import_key(secret)
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
            iat={"essential": True},
            caller={"essential": True},
        )

    def sign(self, caller: Caller) -> str:
        now = int(time.time())
        claims = {
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + LIFETIME,
            "caller": msgspec.to_builtins(caller),
        }
        return jwt.encode({"alg": "HS256"}, claims, self._key, algorithms=["HS256"])

    def check(self, assertion: str) -> Caller:
        """The caller that was vouched for.

        Raises InvalidAssertion.
        """
        try:
            claims = jwt.decode(assertion, self._key, algorithms=["HS256"]).claims
            self._claims.validate(claims)
            return msgspec.convert(claims["caller"], Caller)
        except (JoseError, ValueError, TypeError) as error:
            raise InvalidAssertion(f"the caller's assertion is not valid: {error}") from error
