"""Running an ASGI application as a process, and long tasks beside it."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable

import uvicorn
from starlette.types import ASGIApp

from chassis.logs import logger
from chassis.patience import PatientProtocol

log = logger("chassis.serving")

GRACE = 5  # seconds for requests that are under way when the process is told to end


def serve(app: ASGIApp, *, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http=PatientProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # who called is in the token; what a proxy says of it is not looked at
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=30,
        limit_concurrency=2000,
    )
    uvicorn.Server(config).run()


@contextlib.asynccontextmanager
async def beside(*tasks: Callable[[], Awaitable[None]]) -> AsyncGenerator[None]:
    """Run tasks, each for ever, while the context is open; one that fails is started again."""
    running = [asyncio.create_task(_for_ever(task)) for task in tasks]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await asyncio.gather(*running, return_exceptions=True)


async def _for_ever(task: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await task()
        except Exception as error:  # it must not end unnoticed, nor take the process along
            log.exception("a task failed and starts again", error=type(error).__name__)
        await asyncio.sleep(1)
