"""`cairn documents`: manifests of trusted documents."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from cairn.options import Flag
from cairn.platform import GATEWAY, PlatformFile
from cairn.steps import stream

app = App(name="documents", help="Manifests of trusted documents.")


@app.command
def check(
    manifest: Annotated[Path | None, Parameter(show_default=False)] = None,
    /,
    *,
    platform: PlatformFile | None = None,
    json: Flag = False,
) -> None:
    """Check that the gateway would run every document of a manifest, and tell its cost.

    The cost is the most that an operation can cost, whatever values its variables take.

    Parameters
    ----------
    manifest
        The manifest, or a folder of them; without it, those that the gateway is told to trust.
    platform
        Which platform.
    json
        Tell it as JSON.
    """
    told = (platform or PlatformFile()).read()
    named = [str(manifest.resolve())] if manifest else []
    sys.exit(stream(told, GATEWAY, "documents", *named, *(["--json"] if json else [])))
