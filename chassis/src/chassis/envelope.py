"""The envelope of an event: CloudEvents 1.0 in Kafka's binary mode, attributes as `ce_*` headers.

See https://github.com/cloudevents/spec, "Kafka Protocol Binding".
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

CONTENT_TYPE = b"application/json"
_TRACE = ("traceparent", "tracestate")

Headers = Sequence[tuple[str, bytes | None]]


class Malformed(Exception):  # noqa: N818
    """A record that cannot be read as an event; the message says why, without quoting it.

    It may have a name or a word of the record, though, and is stored: NUL has no place in a text.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason.replace("\0", "\ufffd"))


_ATTRIBUTES = {
    "id": "ce_id",
    "source": "ce_source",
    "type": "ce_type",
    "subject": "ce_subject",
    "time": "ce_time",
    "organisation_id": "ce_organisation",
    "version": "ce_version",
    "actor": "ce_actor",
    "causation_id": "ce_causationid",
    "correlation_id": "ce_correlationid",
}


class Envelope(msgspec.Struct, frozen=True, kw_only=True, rename=_ATTRIBUTES):
    """What is said of an event around its body."""

    id: UUID
    source: str  # the service that published it
    type: str  # what happened: "matching.pairing.accepted"
    subject: UUID  # the aggregate
    time: datetime  # when it was decided; never used for order
    organisation_id: UUID
    version: int  # the aggregate's, 1, 2, 3 ...
    actor: str  # the person's id, "service:<name>" or "subject:<token's sub>"
    causation_id: UUID  # the event or command that made this one
    correlation_id: UUID  # the request that began it all
    trace: dict[str, str] = {}  # W3C trace context, whole

    def headers(self) -> dict[str, str]:
        return {
            "ce_specversion": "1.0",
            "ce_id": str(self.id),
            "ce_source": f"/{self.source}",
            "ce_type": self.type,
            "ce_subject": str(self.subject),
            "ce_time": self.time.isoformat().replace("+00:00", "Z"),
            "ce_organisation": str(self.organisation_id),
            "ce_version": str(self.version),
            "ce_actor": self.actor,
            "ce_causationid": str(self.causation_id),
            "ce_correlationid": str(self.correlation_id),
            "content-type": CONTENT_TYPE.decode(),
            **self.trace,
        }


def parse(headers: Headers) -> Envelope:
    """Read the headers of a record.

    Raises Malformed when one that is needed is absent, null, binary or not what it should be.
    """
    texts = _texts(headers)
    if texts.get("ce_specversion") != "1.0":
        raise Malformed("ce_specversion is not 1.0")
    if texts.get("content-type", "application/json").partition(";")[0] != "application/json":
        raise Malformed("content-type is not application/json")
    said: dict[str, Any] = texts
    try:
        said["ce_source"] = texts["ce_source"].lstrip("/")
        said["ce_version"] = _version(texts["ce_version"])
        said["trace"] = {name: texts[name] for name in _TRACE if name in texts}
        return msgspec.convert(said, Envelope)
    except (KeyError, ValueError) as error:  # msgspec.ValidationError is a ValueError
        for name in _ATTRIBUTES.values():
            if name not in texts:
                raise Malformed(f"the header {name} is missing") from None
        raise Malformed(f"a header has a value of the wrong form: {type(error).__name__}") from None


def _texts(headers: Headers) -> dict[str, str]:
    try:
        return {name: value.decode("ascii") for name, value in headers}  # pyright: ignore
    except (AttributeError, UnicodeDecodeError):
        name, value = next(each for each in headers if each[1] is None or not each[1].isascii())
        what = "null" if value is None else "not ASCII text"
        raise Malformed(f"the header {name[:60]} is {what}") from None


def _version(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 2**63:
        raise Malformed("ce_version is not a positive number")
    return int(text)
