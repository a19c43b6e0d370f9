"""`cairn rebuild`: copies, or the read model, made again from the log."""

import sys
from typing import Annotated

from cyclopts import App, Parameter

from cairn.options import Flag, Service
from cairn.platform import GATEWAY, PlatformFile
from cairn.steps import stream
from cairn.troubles import Trouble
from contracts.catalogue import topics_heard_by

app = App(name="rebuild")


@app.default
def rebuild(
    service: Service = GATEWAY,
    topic: Annotated[str | None, Parameter(show_default=False)] = None,
    /,
    *,
    force: Flag = False,
    platform: PlatformFile | None = None,
    json: Flag = False,
) -> None:
    """Make again, from the log, what a service knows of others: while everything goes on.

    Of the gateway that is the whole read model: the one there is goes on being read until the new
    one takes its place.

    Parameters
    ----------
    service
        Whose.
    topic
        Of a service: only its copies of this topic.
    force
        Erase what the log has nothing of, however much of what is known here that is.
    platform
        Which platform.
    json
        Tell of it as JSON.
    """
    told = (platform or PlatformFile()).read()
    if topic is not None and service == GATEWAY:
        raise Trouble("The gateway's read model is rebuilt as a whole: leave the topic out.")
    heard = [each.name for each in topics_heard_by(service)]
    if topic not in (None, *heard):
        raise Trouble(f"{service} does not hear {topic}; it hears {', '.join(heard) or 'nothing'}.")
    flags = [*(["--force"] if force else []), *(["--json"] if json else [])]
    step = ["rebuild", *([topic] if topic else []), *flags]
    sys.exit(stream(told, service, *step))
