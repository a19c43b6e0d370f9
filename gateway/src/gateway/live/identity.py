"""Who a socket's client is, for as long as their token holds."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from chassis.database import TRANSIENT
from chassis.identity import Caller
from gateway.issuer import KeysUnavailable
from gateway.live.messages import Code, End
from gateway.live.shared import Shared
from gateway.tokens import LEEWAY, Claims, InvalidToken

CHECK_EVERY = 60.0  # seconds


class Identity:
    """What the payload of a connection_init says of it."""

    def __init__(self, shared: Shared, payload: Mapping[str, Any] | None) -> None:
        """Raises End where there is no token."""
        self._shared = shared
        self._token = _token(payload or {})
        self.check_at = 0.0  # by the loop's clock

    async def establish(self) -> Caller:
        """Raises End for a token that is not accepted."""
        claims = await self._verified()
        try:
            return await self._who(claims)
        except TRANSIENT:
            raise _away() from None

    async def check(self, caller: Caller) -> None:
        """Raises End where the token holds no more, or makes another of the caller."""
        claims = await self._verified()
        try:
            now = await self._who(claims)
        except TRANSIENT:  # nothing can be read now anyway
            return
        if now != caller:
            raise End(Code.FORBIDDEN, "Forbidden: who you are has changed; connect again")

    async def _who(self, claims: Claims) -> Caller:
        async with self._shared.readers:  # where all connect again, they do so at once
            return await self._shared.viewers.of(claims)

    async def _verified(self) -> Claims:
        try:
            claims = await self._shared.tokens.verify(self._token)
        except InvalidToken as error:
            raise End(Code.FORBIDDEN, f"Forbidden: {error}") from None
        except KeysUnavailable:
            raise _away() from None
        expires_in = claims.exp + LEEWAY - time.time()
        loop = asyncio.get_running_loop()
        self.check_at = loop.time() + max(0.0, min(expires_in, CHECK_EVERY))
        return claims


def _token(payload: Mapping[str, Any]) -> str:
    """As HTTP has it in a header, whose name may be in any case."""
    for name, value in payload.items():
        if name.lower() == "authorization" and isinstance(value, str):
            scheme, _, token = value.partition(" ")
            if scheme.lower() == "bearer" and token:
                return token.strip()
    expected = '{"authorization": "Bearer …"}'
    raise End(Code.FORBIDDEN, f"Forbidden: sign in with connection_init's payload, {expected}")


def _away() -> End:
    return End(Code.TRY_AGAIN, "Something we need is away; connect again in a moment")
