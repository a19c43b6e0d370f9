"""What is done to a platform from another terminal: stop it, look at it, remove its data."""

import urllib.error
import urllib.request

import psutil

from cairn_local.errors import PlatformError
from cairn_local.folder import Folder
from cairn_local.lock import Holder, holder
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
    ready = {
        name: _is_ready(held.settings.port_of(name)) for name in (*SERVICES, "gateway", "projector")
    }
    for name, answer in ready.items():
        print(f"  {name:14}{'ready' if answer else f'NOT READY, see {folder.log(name)}'}")
    return 0 if all(ready.values()) else 1


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


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/readyz", timeout=5):
            return True
    except (urllib.error.URLError, TimeoutError):
        return False
