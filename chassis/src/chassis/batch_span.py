"""The span of a batch of records: a trace of its own, with a link to each traced event."""

import contextlib
from collections.abc import Sequence
from typing import Any

from opentelemetry import propagate, trace
from opentelemetry.trace import Link, SpanKind

from chassis import telemetry
from chassis.events import Record


def batch_span(topic: str, records: Sequence[Record]) -> contextlib.AbstractContextManager[Any]:
    """The span to handle a topic's records in; none, where none of them is traced."""
    links: list[Link] = []
    for record in records:
        parent = dict(record.headers).get("traceparent")
        if parent is not None and parent.endswith((b"-01", b"-03")):
            carrier = {"traceparent": parent.decode("ascii", "replace")}
            context = trace.get_current_span(propagate.extract(carrier)).get_span_context()
            if context.is_valid:
                place = {
                    telemetry.PARTITION: str(record.partition),
                    telemetry.OFFSET: record.offset,
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
            telemetry.BATCH_SIZE: len(records),
        },
    )
