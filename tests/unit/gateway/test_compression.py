"""Answers in the content-coding that a client can read."""

import gzip
from collections.abc import Callable

import cramjam
import pytest

from gateway.compression import LONG, SMALLEST, compressed

DECODED: dict[str | None, Callable[[bytes], bytes]] = {
    None: bytes,
    "gzip": gzip.decompress,
    "zstd": lambda body: bytes(cramjam.zstd.decompress(body)),
}


@pytest.mark.parametrize("size", [SMALLEST, LONG - 1, LONG, 10 * LONG])
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        (None, None),
        ("", None),
        ("identity", None),
        ("br, deflate", None),
        ("gzip", "gzip"),
        ("gzip, deflate, br", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1, zstd;q=0.5", "gzip"),
        ("gzip;q=0", None),
        ("*", "zstd"),
        ("*;q=0.1, zstd;q=0", "gzip"),
        ("gzip;q=x", None),
    ],
)
async def test_the_client_chooses(accepted: str | None, coding: str | None, size: int) -> None:
    body = b'{"data":[' + b"1234567," * (size // 8) + b"0]}"
    sent, used = await compressed(body, accepted)

    assert used == coding
    assert DECODED[used](sent) == body
    assert used is None or len(sent) < len(body)


async def test_what_is_small_is_sent_as_it_is() -> None:
    body = b"x" * (SMALLEST - 1)
    assert await compressed(body, "gzip") == (body, None)
