"""The span of a batch of records: a trace of its own, with a link to each traced event."""

import contextlib
from collections.abc import Sequence
from typing import Any

from aiokafka import TopicPartition
from opentelemetry import propagate, trace
from opentelemetry.trace import Link, SpanKind

from chassis import telemetry
from chassis.events import Record


def batch_span(
    partition: TopicPartition, records: Sequence[Record]
) -> contextlib.AbstractContextManager[Any]:
    """The span to handle records in; none, where none of them is traced."""
    links: list[Link] = []
    for record in records:
        parent = dict(record.headers).get("traceparent")
        if parent is not None and parent.endswith((b"-01", b"-03")):
            carrier = {"traceparent": parent.decode("ascii", "replace")}
            context = trace.get_current_span(propagate.extract(carrier)).get_span_context()
            if context.is_valid:
                links.append(Link(context, {telemetry.OFFSET: record.offset}))
    if not links:
        return contextlib.nullcontext()
    return telemetry.span(
        f"process {partition.topic}",
        kind=SpanKind.CONSUMER,
        links=links,
        attributes={
            telemetry.SYSTEM: "kafka",
            telemetry.OPERATION: "process",
            telemetry.OPERATION_TYPE: "process",
            telemetry.DESTINATION: partition.topic,
            telemetry.PARTITION: str(partition.partition),
            telemetry.BATCH_SIZE: len(records),
        },
    )
