"""The messages of graphql-transport-ws, and with which codes a socket ends.

See https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Annotated, Any

import msgspec

from gateway.requests import Parameters

SUBPROTOCOL = "graphql-transport-ws"
LONGEST_REASON = 123  # bytes that a WebSocket's close frame has for it


class Code(IntEnum):
    """Why a socket was closed by us."""

    TRY_AGAIN = 1013
    BAD_REQUEST = 4400
    UNAUTHORISED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INITIALISATION_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY = 4429


class End(Exception):  # noqa: N818
    """The socket is to be closed."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:LONGEST_REASON].decode(errors="ignore")


Id = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class ConnectionInit(msgspec.Struct, frozen=True, tag_field="type", tag="connection_init"):
    payload: dict[str, Any] | None = None


class Ping(msgspec.Struct, frozen=True, tag_field="type", tag="ping"):
    pass


class Pong(msgspec.Struct, frozen=True, tag_field="type", tag="pong"):
    pass


class Subscribe(msgspec.Struct, frozen=True, tag_field="type", tag="subscribe"):
    id: Id
    payload: Parameters


class Complete(msgspec.Struct, frozen=True, tag_field="type", tag="complete"):
    id: Id


Message = ConnectionInit | Ping | Pong | Subscribe | Complete

_decoder = msgspec.json.Decoder(Message)


def read_message(text: str) -> Message:
    """Raises End for what is none."""
    try:
        return _decoder.decode(text)
    except msgspec.ValidationError as error:
        raise End(Code.BAD_REQUEST, f"Invalid message: {error}") from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise End(Code.BAD_REQUEST, "Invalid message: it is not JSON") from None


ACKNOWLEDGED = '{"type":"connection_ack"}'
PONG = '{"type":"pong"}'


def next_of(id_: str, body: bytes) -> str:
    """An answer, passed through."""
    return f'{{"id":{_text(id_)},"type":"next","payload":{body.decode()}}}'


def error_of(id_: str, errors: Sequence[object]) -> str:
    return f'{{"id":{_text(id_)},"type":"error","payload":{msgspec.json.encode(errors).decode()}}}'


def complete_of(id_: str) -> str:
    return f'{{"id":{_text(id_)},"type":"complete"}}'


def _text(id_: str) -> str:
    return msgspec.json.encode(id_).decode()
