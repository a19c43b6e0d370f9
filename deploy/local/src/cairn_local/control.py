"""What is done to a platform from another terminal: stop it, look at it, remove its data."""

import asyncio

import httpx2
import psutil

from cairn_local.errors import PlatformError
from cairn_local.folder import Folder
from cairn_local.lock import Holder, holder
from cairn_local.programs import GATEWAY, PROJECTOR
from cairn_local.readiness import http_problem
from cairn_local.settings import HOST, SERVICES, Settings
from cairn_local.supervisor import end_left_over

STOPS_WITHIN = 20  # seconds


def down(settings: Settings) -> int:
    folder = Folder(settings.data.absolute())
    if held := holder(folder.lock):
        _stop(held)
        print("Cairn is stopped; its data stays.")
    elif names := end_left_over(folder):
        print(f"An earlier start had left programs running; stopped: {', '.join(names)}.")
    else:
        print("Cairn does not run here.")
    return 0


def clean(settings: Settings) -> int:
    folder = Folder(settings.data.absolute())
    if held := holder(folder.lock):
        raise PlatformError(f"Cairn runs here as process {held.pid}: stop it first (`make down`).")
    if folder.path.exists():
        end_left_over(folder)
        folder.remove()
        print(f"Removed the data in {settings.data}.")
    return 0


def status(settings: Settings) -> int:
    """Give 0 where every program is ready, 1 where one is not, 3 where nothing runs."""
    folder = Folder(settings.data.absolute())
    held = holder(folder.lock)
    if held is None:
        print("Cairn does not run here.")
        return 3
    print(f"Cairn runs since {held.since:%Y-%m-%d %H:%M}: {held.settings.graphql}")
    problems = asyncio.run(_problems(held.settings))
    for name, problem in problems.items():
        print(f"  {name:14}{f'not ready: {problem}' if problem else 'ready'}")
    return 1 if any(problems.values()) else 0


async def _problems(settings: Settings) -> dict[str, str | None]:
    """What each program says is wrong with it, if anything."""
    names = (*SERVICES, GATEWAY, PROJECTOR)
    async with httpx2.AsyncClient() as http:
        addresses = [f"http://{HOST}:{settings.port_of(name)}/readyz" for name in names]
        found = await asyncio.gather(*(http_problem(http, address) for address in addresses))
    return dict(zip(names, found, strict=True))


def _stop(held: Holder) -> None:
    try:
        process = psutil.Process(held.pid)
        process.terminate()
        process.wait(STOPS_WITHIN)
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired:
        raise PlatformError(
            f"Process {held.pid} was told to stop and has not ended after {STOPS_WITHIN} s."
        ) from None
