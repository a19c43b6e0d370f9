"""Running an ASGI application as a process, and long tasks beside it."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncGenerator, Awaitable, Callable

import uvicorn
from starlette.types import ASGIApp

from chassis.logs import logger
from chassis.patience import MOST_REQUESTS, PatientProtocol
from chassis.sockets import LARGEST_MESSAGE, PING_EVERY, PONG_WITHIN, PatientSocket

log = logger("chassis.serving")

GARBAGE = 20_000  # objects made, and not freed, before the youngest are looked through
GRACE = 5  # seconds for requests that are under way when the process is told to end


def serve(app: ASGIApp, *, host: str, port: int, sockets: bool = False) -> None:
    """Serve until SIGTERM or SIGINT; WebSockets too, where the application has any."""
    collect_garbage_seldom()
    uvicorn.Server(configured(app, host=host, port=port, sockets=sockets)).run()


def configured(app: ASGIApp, *, host: str, port: int, sockets: bool) -> uvicorn.Config:
    """How applications are served."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http=PatientProtocol,
        ws=PatientSocket if sockets else "none",
        ws_max_size=LARGEST_MESSAGE,
        ws_ping_interval=PING_EVERY,
        ws_ping_timeout=PONG_WITHIN,
        ws_per_message_deflate=False,  # it would hold more memory for a client than all else
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # who called is in the token; what a proxy says of it is not looked at
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=30,
        limit_concurrency=MOST_REQUESTS,
    )


def collect_garbage_seldom() -> None:
    """Let the collector look at fewer objects, and less often: it took a third of a consumer's CPU.

    What the process has loaded by now stays for good, and of what it does little lies in cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)


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
