"""Liveness, readiness and metrics of a process, as ASGI applications."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec
from prometheus_client import make_asgi_app
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.database import ACQUIRE_TIMEOUT, TRANSIENT, Database

Problem = Callable[[], Awaitable[str | None]]  # a sentence, or None where all is well


class _Readiness(msgspec.Struct, frozen=True):
    ready: bool
    problems: list[str]


async def live(scope: Scope, receive: Receive, send: Send) -> None:
    """The event loop turns."""
    await Response(status_code=204)(scope, receive, send)


def readiness(problems: Sequence[Problem]) -> ASGIApp:
    """200 when there is no problem, else 503 with each in a sentence."""

    async def ready(scope: Scope, receive: Receive, send: Send) -> None:
        found = [sentence for problem in problems if (sentence := await problem())]
        body = msgspec.json.encode(_Readiness(ready=not found, problems=found))
        response = Response(body, 503 if found else 200, media_type="application/json")
        await response(scope, receive, send)

    return ready


def database_answers(database: Database) -> Problem:
    async def problem() -> str | None:
        try:
            async with database.connection() as connection:
                await connection.fetchval("select 1", timeout=2)
        except TRANSIENT as error:
            return (
                f"The database does not answer within {ACQUIRE_TIMEOUT:.0f} s"
                f" ({type(error).__name__})."
            )
        return None

    return problem


metrics_app: ASGIApp = make_asgi_app()
