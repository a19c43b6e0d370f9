"""`cairn recover`: a restored database takes back from the log what it had published."""

import sys
from typing import Literal

from cyclopts import App

from cairn.options import Flag
from cairn.platform import PlatformFile
from cairn.steps import stream

app = App(name="recover")


@app.default
def recover(
    service: Literal["profiles", "matching", "sessions", "notifications"],
    /,
    *,
    platform: PlatformFile | None = None,
    json: Flag = False,
) -> None:
    """Have a service whose database is older than its log take back what it had published.

    That is so after a backup was restored; the service stands still and says so. The gateway's
    database is rebuilt instead (`cairn rebuild`).

    Parameters
    ----------
    service
        Whose database.
    platform
        Which platform.
    json
        Tell of it as JSON.
    """
    told = (platform or PlatformFile()).read()
    sys.exit(stream(told, service, "recover", *(["--json"] if json else [])))
