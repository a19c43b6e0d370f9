"""What is looked at before anything is started."""

import shutil
import socket
from pathlib import Path

from cairn_local.errors import PlatformError
from cairn_local.settings import HOST, Settings

ROOM = 2  # GB of free disk


def check_ports(settings: Settings) -> None:
    """Raises PlatformError with a sentence for each port that is taken, or given to two."""
    problems: list[str] = []
    owners: dict[int, str] = {}
    for variable, port, who in settings.ports():
        if port in owners:
            problems.append(
                f"Port {port} is set for both {owners[port]} and {who}: "
                f"give one of them another with {variable}."
            )
        elif _taken(port):
            problems.append(
                f"Port {port} is in use, and {who} needs it: free it, "
                f"or choose another with {variable}."
            )
        owners[port] = who
    if problems:
        raise PlatformError("\n".join(problems))


def check_room(folder: Path) -> None:
    free = shutil.disk_usage(folder).free / 1e9
    if free < ROOM:
        raise PlatformError(
            f"There are {free:.1f} GB free on the disk of {folder.absolute()}, and Cairn needs "
            f"{ROOM} GB: make room, or choose a folder elsewhere with CAIRN_DATA."
        )


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False
