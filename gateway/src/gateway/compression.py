"""Answers made small, for clients that can read them so."""

import asyncio
from collections.abc import Callable

import cramjam

from gateway.requests import qualities

SMALLEST = 1024  # bytes; less is sent as it is
LONG = 64 * 1024  # bytes that would hold up everybody else

# In the order of preference, among those that a client likes alike.
_CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: bytes(cramjam.zstd.compress(body, 3)),
    "gzip": lambda body: bytes(cramjam.gzip.compress(body, 5)),
}


async def compressed(body: bytes, accepted: str | None) -> tuple[bytes, str | None]:
    """The body and its content-coding, as the client's `accept-encoding` would have it."""
    coding = _coding(accepted) if accepted is not None and len(body) >= SMALLEST else None
    if coding is None:
        return body, None
    compress = _CODINGS[coding]
    if len(body) < LONG:
        return compress(body), coding
    return await asyncio.to_thread(compress, body), coding


def _coding(accepted: str) -> str | None:
    wanted = qualities(accepted)
    quality = {name: wanted.get(name, wanted.get("*", 0.0)) for name in _CODINGS}
    best = max(_CODINGS, key=lambda name: quality[name])
    return best if quality[best] > 0 else None
