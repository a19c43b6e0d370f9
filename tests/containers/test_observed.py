"""What the profile `observe` shows: one trace from a mutation to the mail, and every process."""

from typing import Any

import httpx2
import pytest

from cairn_local.first_run import Cast
from support.collector import Span, way_to
from support.compose import JSON, ComposeProject
from support.waiting import eventually

pytestmark = pytest.mark.containers

DELIVERED = "deliver email"
BOOKED_TO_MAIL = [
    ("cairn-gateway", "BookSession"),
    ("cairn-gateway", "send book-session"),
    ("cairn-sessions", "command book-session"),
    ("cairn-sessions", "send sessions.session"),
    ("cairn-notifications", "react tell_of_session"),
    ("cairn-notifications", DELIVERED),
]


@pytest.fixture
def observed(compose: ComposeProject) -> ComposeProject:
    if compose.jaeger is None:
        pytest.skip("the images of the profile `observe` are not on this machine")
    return compose


async def test_jaeger_shows_each_booking_as_one_trace_to_the_mails(
    observed: ComposeProject, played: Cast
) -> None:
    bookings = {"service": "cairn-gateway", "operation": "BookSession", "limit": "20"}

    async def delivered() -> list[list[tuple[str, str]]] | None:
        found = await answer(f"{observed.jaeger}/api/traces", bookings)
        traces = [spans(trace) for trace in found["data"]]
        mails = [(span, trace) for trace in traces for span in trace if span.name == DELIVERED]
        # Two sessions were booked in the play, and each is told to two people.
        return [way_to(*mail) for mail in mails] if len(mails) == 4 else None

    assert await eventually(delivered, within=60, every=1) == [BOOKED_TO_MAIL] * 4


async def test_prometheus_hears_from_every_process(observed: ComposeProject) -> None:
    async def heard() -> bool:
        found = await answer(f"{observed.prometheus}/api/v1/targets", {"state": "active"})
        targets: list[JSON] = found["data"]["activeTargets"]
        assert len(targets) == 7
        return all(target["health"] == "up" for target in targets)

    await eventually(heard, within=60, every=1)


async def answer(address: str, query: dict[str, str]) -> Any:
    async with httpx2.AsyncClient() as http:
        return (await http.get(address, params=query)).raise_for_status().json()


def spans(trace: JSON) -> list[Span]:
    """The spans of a trace as Jaeger tells it."""
    return [
        Span(
            service=trace["processes"][span["processID"]]["serviceName"],
            name=span["operationName"],
            trace=span["traceID"],
            id=span["spanID"],
            parent=next(
                (each["spanID"] for each in span["references"] if each["refType"] == "CHILD_OF"), ""
            ),
            attributes={tag["key"]: tag["value"] for tag in span["tags"]},
            links=[],
        )
        for span in trace["spans"]
    ]
