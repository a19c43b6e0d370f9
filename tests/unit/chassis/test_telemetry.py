"""Traces go on across processes, keep no values, and a dead collector holds up nobody."""

import time
from collections.abc import Generator
from typing import Any, NamedTuple

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased
from opentelemetry.trace import Link, SpanContext, StatusCode, TraceFlags

from chassis import telemetry
from support.servers import free_ports


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Generator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(telemetry, "tracer", lambda: provider.get_tracer("test"))
    yield exporter
    provider.shutdown()


def test_a_trace_goes_on_from_what_was_carried(spans: InMemorySpanExporter) -> None:
    with telemetry.span("one"):
        carried = telemetry.current_trace()
    with telemetry.span("two", within=carried):
        pass
    one, two = spans.get_finished_spans()
    assert one.context is not None
    assert two.context is not None
    assert two.context.trace_id == one.context.trace_id
    assert two.parent is not None
    assert two.parent.span_id == one.context.span_id


def test_an_error_leaves_its_type_only(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Ines"), telemetry.span("one"):
        raise ValueError("Ines Almeida")
    [span] = spans.get_finished_spans()
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "ValueError")
    assert span.events == ()


class Statement(NamedTuple):
    query: str
    args: tuple[Any, ...]
    elapsed: float
    exception: BaseException | None


def test_a_statement_is_a_span_with_its_text_and_without_its_values(
    spans: InMemorySpanExporter,
) -> None:
    with telemetry.span("one"):
        telemetry.trace_statement(
            Statement(
                "select state\n  from people where email = $1", ("ines@x.example",), 0.02, None
            )
        )
    statement, _ = spans.get_finished_spans()
    assert statement.name == "select state from people"
    assert statement.attributes is not None
    assert statement.attributes["db.query.text"] == "select state from people where email = $1"
    assert "ines@x.example" not in str(dict(statement.attributes))
    assert statement.end_time is not None
    assert statement.start_time is not None
    assert statement.end_time - statement.start_time == pytest.approx(0.02e9, rel=0.01)


def test_the_last_statement_of_a_span_is_kept_though_the_span_has_ended(
    spans: InMemorySpanExporter,
) -> None:
    with telemetry.span("one") as one:
        pass
    with trace.use_span(one):
        telemetry.trace_statement(Statement("select 1", (), 0.1, None))
    assert [span.name for span in spans.get_finished_spans()] == ["one", "select 1"]


def test_outside_a_trace_no_statement_is_kept(spans: InMemorySpanExporter) -> None:
    with trace.use_span(trace.INVALID_SPAN):
        telemetry.trace_statement(Statement("select 1", (), 0.1, None))
    assert spans.get_finished_spans() == ()


def test_what_is_linked_to_a_traced_request_is_traced_whatever_the_share() -> None:
    provider = TracerProvider(sampler=ParentBased(telemetry.Share(0)))
    tracer = provider.get_tracer("test")
    contexts = {
        flags: SpanContext(1, 1, is_remote=True, trace_flags=TraceFlags(flags))
        for flags in (TraceFlags.DEFAULT, TraceFlags.SAMPLED)
    }
    recorded = {
        flags: tracer.start_span("batch", links=[Link(context)]).is_recording()
        for flags, context in contexts.items()
    }
    assert recorded == {TraceFlags.DEFAULT: False, TraceFlags.SAMPLED: True}
    assert not tracer.start_span("request").is_recording()


async def test_a_collector_that_is_gone_does_not_keep_a_process_from_ending(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trace, "set_tracer_provider", lambda _: None)
    monkeypatch.setattr(telemetry, "FLUSH_DEADLINE", 0.3)
    [port] = free_ports(1)
    provider = telemetry.start_telemetry("test", endpoint=f"http://127.0.0.1:{port}", ratio=1)
    with provider.get_tracer("test").start_as_current_span("one"):
        pass
    began = time.monotonic()
    await telemetry.stop_telemetry(provider)
    assert time.monotonic() - began < 5
