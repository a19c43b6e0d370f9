"""Readiness tells, in sentences, what is missing."""

import httpx2
from starlette.types import ASGIApp

from chassis import metrics
from chassis.health import live, metrics_app, readiness


async def get(app: ASGIApp, path: str = "/") -> httpx2.Response:
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service") as client:
        return await client.get(path)


async def fine() -> str | None:
    return None


async def behind() -> str | None:
    return "The consumer is 7 records behind."


async def test_it_is_ready_when_nothing_is_wrong() -> None:
    answer = await get(readiness([fine, fine]))
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "problems": []})


async def test_it_says_what_is_wrong() -> None:
    answer = await get(readiness([fine, behind]))
    assert answer.status_code == 503
    assert answer.json()["problems"] == ["The consumer is 7 records behind."]


async def test_a_turning_loop_is_alive() -> None:
    assert (await get(live)).status_code == 204


async def test_the_metrics_that_operators_alert_on_are_there() -> None:
    metrics.OUTBOX_PARKED.set(0)
    told = (await get(metrics_app, "/metrics/")).text
    for name in (
        "cairn_outbox_depth",
        "cairn_outbox_age_seconds",
        "cairn_outbox_parked",
        "cairn_consumer_lag",
        "cairn_handler_seconds",
        "cairn_parked",
        "cairn_waiting",
        "cairn_delivery_depth",
        "cairn_commands",
    ):
        assert f"# HELP {name}" in told
