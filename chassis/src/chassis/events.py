"""An event as a handler sees it, and how a record becomes one."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import msgspec

from chassis.envelope import Envelope, Headers, Malformed, parse
from chassis.text import refuse_unstorable

MAX_RECORD_BODY = 1024 * 1024  # bytes; what is larger cannot be ours
BEAT = b"cairn.beat"  # the key of records that every reader passes over

S = TypeVar("S", covariant=True)


class Record(Protocol):
    """What of a Kafka record is used (aiokafka's ConsumerRecord)."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers: ...


def is_beat(record: Record) -> bool:
    """Whether it says nothing, and is there only so that its partition is cleaned (`beats.py`)."""
    return record.key == BEAT


class Event(msgspec.Struct, Generic[S], frozen=True, kw_only=True):
    """What happened to an aggregate, and the aggregate's state after it.

    `state` is None for a tombstone: the aggregate was erased. `body` is the state's JSON.
    """

    envelope: Envelope
    topic: str
    partition: int
    offset: int
    state: S | None
    body: bytes | None

    @property
    def id(self) -> UUID:
        return self.envelope.id

    @property
    def type(self) -> str:
        return self.envelope.type

    @property
    def subject(self) -> UUID:
        return self.envelope.subject

    @property
    def version(self) -> int:
        return self.envelope.version

    @property
    def organisation_id(self) -> UUID:
        return self.envelope.organisation_id

    @property
    def time(self) -> datetime:
        return self.envelope.time

    @property
    def is_restated(self) -> bool:
        """Whether this only says the state again: nothing happened."""
        return self.envelope.type.endswith(".restated")


Decode = Callable[[bytes], Any]


def read_event(record: Record, decode: Decode) -> Event[Any]:
    """Raises Malformed, with the reason, for what can never be handled."""
    envelope = parse(record.headers)
    _check_belongs(record, envelope)
    state = None
    if record.value is not None:
        state = _read_body(record.value, decode)
        _check_body(state, envelope)
    return Event(
        envelope=envelope,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        state=state,
        body=record.value,
    )


def _check_belongs(record: Record, envelope: Envelope) -> None:
    # As msgspec writes it, which is what `str` says, a good deal faster.
    subject = msgspec.to_builtins(envelope.subject)
    if record.key is None or record.key.decode("ascii", "replace") != subject:
        raise Malformed("the record's key is not its ce_subject")
    if envelope.type.rpartition(".")[0] != record.topic:
        raise Malformed("the event's type is not one of this topic")


def _read_body(value: bytes, decode: Decode) -> Any:
    if len(value) > MAX_RECORD_BODY:
        raise Malformed(f"the body is larger than {MAX_RECORD_BODY} bytes")
    try:
        state = decode(value)
        # Looked for in fields too that this version does not know: they are stored with the rest.
        unstorable = rb"\u0000" in value and refuse_unstorable(msgspec.json.decode(value))
    except msgspec.ValidationError as error:
        raise Malformed(f"the body does not fit its schema: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("the body is not JSON in UTF-8") from None
    if unstorable:
        raise Malformed("the body contains the character NUL, which cannot be stored")
    return state


def _check_body(state: Any, envelope: Envelope) -> None:
    if state.id != envelope.subject:
        raise Malformed("the body's id is not its ce_subject")
    if state.organisation_id != envelope.organisation_id:
        raise Malformed("the body names another organisation than its ce_organisation")


def stored_headers(headers: Headers) -> list[tuple[str, str | None]]:
    """Headers as they came, in a form that JSON can hold; Latin-1 loses no byte."""
    return [(name, None if value is None else value.decode("latin-1")) for name, value in headers]


Batch = Sequence[Event[Any]]


def newest(events: Iterable[Event[Any]]) -> list[Event[Any]]:
    """Of each aggregate the event with the highest version."""
    last: dict[tuple[int, int], Event[Any]] = {}
    for event in events:
        # By the numbers of the UUIDs: those are hashed and compared in C.
        key = (event.envelope.organisation_id.int, event.envelope.subject.int)
        before = last.get(key)
        if before is None or before.envelope.version < event.envelope.version:
            last[key] = event
    return list(last.values())
