"""Traces: set-up, context across processes, and spans for SQL statements."""

import asyncio
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from opentelemetry import propagate, trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    Decision,
    ParentBased,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode, Tracer, TraceState
from opentelemetry.util.types import Attributes

FLUSH_DEADLINE = 2.0  # seconds; the SDK's own time-outs are not kept when the collector is gone

# Attribute names, each defined once. OpenTelemetry's semantic conventions where they have one.
ORGANISATION = "cairn.organisation.id"
COMMAND = "cairn.command"
EVENT_ID = "cairn.event.id"
EVENT_TYPE = "cairn.event.type"
SUBJECT = "cairn.subject.id"
REACTION = "cairn.reaction"
DELIVERY = "cairn.delivery.id"
DESTINATION = "messaging.destination.name"
PARTITION = "messaging.destination.partition.id"
OFFSET = "messaging.kafka.offset"
OPERATION = "messaging.operation.name"
OPERATION_TYPE = "messaging.operation.type"
BATCH_SIZE = "messaging.batch.message_count"
SYSTEM = "messaging.system"


@cache
def tracer() -> Tracer:
    """Looked up once: that takes longer than a span does."""
    return trace.get_tracer("cairn")


class Share(TraceIdRatioBased):
    """A share of the requests, and every batch that is linked to one of them."""

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        if any(link.context.trace_flags.sampled for link in links or ()):
            return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes)
        return super().should_sample(parent_context, trace_id, name, kind, attributes)


def start_telemetry(service: str, *, endpoint: str, ratio: float) -> TracerProvider:
    """Set the process's tracer provider; without an endpoint, contexts are carried but not kept."""
    sampler = ParentBased(Share(ratio)) if endpoint else ALWAYS_OFF
    provider = TracerProvider(
        sampler=sampler, resource=Resource.create({"service.name": f"cairn-{service}"})
    )
    if endpoint:
        exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + "/v1/traces", timeout=2)
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=500))
    trace.set_tracer_provider(provider)
    return provider


async def stop_telemetry(provider: TracerProvider) -> None:
    """Send what is left, for at most FLUSH_DEADLINE: a dead collector holds up nobody."""
    thread = threading.Thread(target=provider.shutdown, daemon=True)
    thread.start()
    deadline = time.monotonic() + FLUSH_DEADLINE
    while thread.is_alive() and time.monotonic() < deadline:
        await asyncio.sleep(0.02)


def current_trace() -> dict[str, str]:
    """The running span's context, as `traceparent` and `tracestate`."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier


@contextmanager
def span(
    name: str,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    within: Mapping[str, str] | None = None,
    attributes: Mapping[str, Any] | None = None,
    links: Sequence[Link] = (),
) -> Generator[Span]:
    """A span, in the trace that `within` carries or else in the running one.

    An error's text may hold personal data, so the span keeps the error's type alone.
    """
    context = None
    if within is not None:  # most carry nothing, and to look for it takes longer than to see that
        context = propagate.extract(within) if "traceparent" in within else Context()
    current = tracer().start_span(
        name, context=context, kind=kind, attributes=attributes, links=links
    )
    token = attach(trace.set_span_in_context(current))
    try:
        yield current
    except Exception as error:
        current.set_status(Status(StatusCode.ERROR, type(error).__name__))
        raise
    finally:
        detach(token)
        current.end()


def trace_statement(record: Any) -> None:
    """Note an SQL statement, its text without values, as a span of the running trace.

    asyncpg calls this a moment later: the span that the statement belongs to may have ended.
    """
    if not trace.get_current_span().get_span_context().trace_flags.sampled:
        return
    ended = time.time_ns()
    text = " ".join(record.query.split())
    statement = tracer().start_span(
        " ".join(text.partition("(")[0].split()[:4])[:60],
        kind=SpanKind.CLIENT,
        start_time=ended - int(record.elapsed * 1e9),
        attributes={"db.system.name": "postgresql", "db.query.text": text[:1000]},
    )
    if record.exception is not None:
        statement.set_status(Status(StatusCode.ERROR, type(record.exception).__name__))
    statement.end(ended)


def carrier_of(span: Span) -> dict[str, str]:
    """A span's context, as `traceparent` and `tracestate`."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier, trace.set_span_in_context(span))
    return carrier
