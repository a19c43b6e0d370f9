"""A token issuer for development: gives a token for whoever is asked for.

Any OpenID provider takes its place in earnest; Cairn only reads its keys. Reached from this
machine only, and by name as well (no page elsewhere can point its own name here).
"""

import time
from pathlib import Path
from typing import Annotated
from uuid import UUID

import msgspec
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cairn_development.private import write_private
from cairn_development.settings import AUDIENCE, LOCAL_NAMES


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose token is wanted; `seconds` is how long it is to be good for."""

    subject: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    organisation: UUID
    roles: list[str] = []
    seconds: Annotated[int, msgspec.Meta(ge=1, le=30 * 86_400)] = 3600


def load_key(path: Path) -> ECKey:
    """The signing key, made on first use. Tokens stay good for as long as the file does."""
    if path.exists():
        return ECKey.import_key(msgspec.json.decode(path.read_bytes()))
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    write_private(path, msgspec.json.encode(key.as_dict(private=True)))
    return key


def issue(wish: Wish, key: ECKey, issuer: str) -> str:
    now = int(time.time())
    claims = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": wish.subject,
        "iat": now,
        "exp": now + wish.seconds,
        "organisation": str(wish.organisation),
        "roles": wish.roles,
    }
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": key.kid}, claims, key)


def make_issuer(url: str, key: ECKey) -> Starlette:
    """The issuer as an application that is reached at `url`."""

    async def configuration(_: Request) -> Response:
        return JSONResponse(
            {
                "issuer": url,
                "jwks_uri": f"{url}/jwks.json",
                "token_endpoint": f"{url}/token",
                "id_token_signing_alg_values_supported": ["ES256"],
                "response_types_supported": ["token"],
                "subject_types_supported": ["public"],
            }
        )

    async def keys(_: Request) -> Response:
        return JSONResponse(KeySet([key]).as_dict(private=False))

    async def token(request: Request) -> Response:
        try:
            wish = msgspec.json.decode(await request.body(), type=Wish)
        except msgspec.MsgspecError as error:
            return _refuse(str(error))
        return JSONResponse(
            {
                "access_token": issue(wish, key, url),
                "token_type": "Bearer",
                "expires_in": wish.seconds,
            },
            headers={"cache-control": "no-store"},
        )

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", configuration),
            Route("/jwks.json", keys),
            Route("/token", token, methods=["POST"]),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=LOCAL_NAMES)],
    )


def _refuse(why: str) -> Response:
    return JSONResponse({"error": "invalid_request", "error_description": why}, status_code=400)
