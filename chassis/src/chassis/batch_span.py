"""The span of a batch of events: a trace of its own, with a link to each traced event."""

import contextlib
from typing import Any

from opentelemetry import propagate, trace
from opentelemetry.trace import Link, SpanKind

from chassis import telemetry
from chassis.events import Batch


def batch_span(topic: str, events: Batch) -> contextlib.AbstractContextManager[Any]:
    """The span to handle a topic's events in; none, where none of them is traced."""
    links: list[Link] = []
    for event in events:
        parent = event.envelope.trace.get("traceparent")
        if parent is not None and parent.endswith(("-01", "-03")):
            carrier = {"traceparent": parent}
            context = trace.get_current_span(propagate.extract(carrier)).get_span_context()
            if context.is_valid:
                place = {
                    telemetry.PARTITION: str(event.partition),
                    telemetry.OFFSET: event.offset,
                }
                links.append(Link(context, place))
    if not links:
        return contextlib.nullcontext()
    return telemetry.span(
        f"process {topic}",
        kind=SpanKind.CONSUMER,
        links=links,
        attributes={
            telemetry.SYSTEM: "kafka",
            telemetry.OPERATION: "process",
            telemetry.OPERATION_TYPE: "process",
            telemetry.DESTINATION: topic,
            telemetry.BATCH_SIZE: len(events),
        },
    )
