"""The envelope that is published and the one that is written and read are the same."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from chassis.envelope import Envelope, Malformed, parse
from contracts.envelope import HEADERS, headers_schema
from contracts.matching import PairingChange

EVENT = Envelope(
    id=UUID("019c6576-a7e8-70f4-a79d-7f1534b9b5df"),
    source="matching",
    type=PairingChange.ACTIVATED.value,
    subject=UUID("019c6576-a400-7a38-8c06-18f15f557203"),
    time=datetime(2026, 2, 17, 6, 2, 19, 750000, tzinfo=UTC),
    organisation_id=UUID("019bb138-1000-752e-bca9-6513269e0d37"),
    version=3,
    actor="019bb16f-e8e0-711e-8f67-8d111738f7d9",
    causation_id=UUID("019c6577-0000-7001-8000-000000000001"),
    correlation_id=UUID("019c6577-0000-7001-8000-000000000002"),
    trace={
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03",
        "tracestate": "vendor=opaque",
    },
)
PUBLISHED = Draft202012Validator(
    headers_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER
)


def test_what_is_written_is_what_is_published() -> None:
    headers = EVENT.headers()

    PUBLISHED.validate(headers)
    assert headers.keys() == {header.name for header in HEADERS}


@pytest.mark.parametrize("name", [header.name for header in HEADERS if header.required])
def test_a_reader_insists_on_what_is_published_as_required(name: str) -> None:
    headers = {key: text.encode() for key, text in EVENT.headers().items() if key != name}

    with pytest.raises(Malformed, match=name):
        parse(list(headers.items()))


def test_a_reader_does_without_the_rest() -> None:
    required = {header.name for header in HEADERS if header.required}
    headers = {key: text.encode() for key, text in EVENT.headers().items() if key in required}

    assert parse(list(headers.items())).subject == EVENT.subject


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ce_specversion", "0.3"),
        ("ce_id", "7"),
        ("ce_subject", "7"),
        ("ce_time", "yesterday"),
        ("ce_organisation", "lindqvist"),
        ("ce_version", "0"),
        ("ce_version", "1.5"),
        ("ce_causationid", "7"),
        ("ce_correlationid", "7"),
        ("content-type", "text/plain"),
    ],
)
def test_a_value_that_is_not_as_published_is_refused(name: str, text: str) -> None:
    headers = EVENT.headers() | {name: text}

    assert not PUBLISHED.is_valid(headers)
    with pytest.raises(Malformed):
        parse([(key, value.encode()) for key, value in headers.items()])
