"""A collector of traces: keeps the spans that the platform's programs send over OTLP/HTTP."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Span:
    """A span as it was sent. Ids are hexadecimal; `parent` is empty for the root of a trace."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]
    links: list[str]  # the traces that it links to


@dataclass
class Collector:
    address: str = ""
    payloads: list[bytes] = field(default_factory=list)

    @property
    def spans(self) -> list[Span]:
        """What has come so far, in the order of coming."""
        return [span for payload in list(self.payloads) for span in _spans(payload)]

    def trace(self, trace_id: str) -> list[Span]:
        return [span for span in self.spans if span.trace == trace_id]

    def linked_with(self, trace_id: str) -> list[Span]:
        return [span for span in self.spans if trace_id in span.links]


def way_to(span: Span, trace: list[Span]) -> list[tuple[str, str]]:
    """(service, name) of each span from the trace's first one that is known down to this one."""
    known = {each.id: each for each in trace}
    way = [span]
    while parent := known.get(way[-1].parent):
        way.append(parent)
    return [(each.service, each.name) for each in reversed(way)]


@contextmanager
def collecting() -> Generator[Collector]:
    """A collector at an address of its own, in a thread: a busy test does not hold it up."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.payloads.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()


def _spans(payload: bytes) -> list[Span]:
    request = ExportTraceServiceRequest.FromString(payload)
    return [
        Span(
            service=_attributes(resource.resource.attributes)["service.name"],
            name=span.name,
            trace=span.trace_id.hex(),
            id=span.span_id.hex(),
            parent=span.parent_span_id.hex(),
            attributes=_attributes(span.attributes),
            links=[link.trace_id.hex() for link in span.links],
        )
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def _attributes(pairs: Any) -> dict[str, Any]:
    return {
        pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value")
        for pair in pairs
    }
