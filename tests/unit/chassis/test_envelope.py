"""The envelope survives its journey through headers, and refuses what is not one."""

import contextlib
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.envelope import Envelope, Malformed, parse

visible = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1)

envelopes = st.builds(
    Envelope,
    id=st.uuids(),
    source=visible.map(lambda text: text.lstrip("/") or "service"),
    type=visible,
    subject=st.uuids(),
    time=st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC)),  # noqa: DTZ001
    organisation_id=st.uuids(),
    version=st.integers(1, 2**63 - 1),
    actor=visible,
    causation_id=st.uuids(),
    correlation_id=st.uuids(),
    trace=st.just({}) | st.just({"traceparent": f"00-{1:032x}-{1:016x}-01"}),
)


def carried(envelope: Envelope) -> list[tuple[str, bytes | None]]:
    return [(name, value.encode()) for name, value in envelope.headers().items()]


@given(envelopes)
def test_it_comes_out_as_it_went_in(envelope: Envelope) -> None:
    assert parse(carried(envelope)) == envelope


@given(envelopes, st.data())
def test_any_header_that_is_missing_null_or_binary_is_named_or_not_needed(
    envelope: Envelope, data: st.DataObject
) -> None:
    headers = carried(envelope)
    place = data.draw(st.integers(0, len(headers) - 1))
    spoilt = data.draw(st.sampled_from([None, b"\xff\x00", b""]))
    headers[place] = (headers[place][0], spoilt)
    with contextlib.suppress(Malformed):
        parse(headers)
        assert spoilt == b""


@given(st.lists(st.tuples(st.text(max_size=20), st.none() | st.binary(max_size=20))))
def test_nothing_but_malformed_is_ever_raised(headers: list[tuple[str, bytes | None]]) -> None:
    with pytest.raises(Malformed):
        parse(headers)


def test_the_time_is_in_utc_and_ascii() -> None:
    envelope = Envelope(
        id=uuid4(),
        source="ledger",
        type="ledger.account.opened",
        subject=uuid4(),
        time=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
        organisation_id=uuid4(),
        version=1,
        actor="service:ledger",
        causation_id=uuid4(),
        correlation_id=uuid4(),
    )
    assert envelope.headers()["ce_time"] == "2026-11-24T09:30:00Z"
    assert all(msgspec.json.encode(value).isascii() for value in envelope.headers().values())
