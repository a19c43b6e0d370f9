"""`cairn restate`: an owner says again how all of its aggregates of a type stand."""

import sys

from cyclopts import App

from cairn.options import Flag
from cairn.platform import PlatformFile
from cairn.steps import stream
from cairn.troubles import Trouble
from contracts.catalogue import TOPICS

app = App(name="restate")


@app.default
def restate(aggregate: str, /, *, platform: PlatformFile | None = None, json: Flag = False) -> None:
    """Write the state of every aggregate of a type into its topic again, as its owner knows it.

    It mends a topic that was made anew or has lost records. Nothing happened, so nobody reacts.

    Parameters
    ----------
    aggregate
        Which type, by its topic: matching.pairing.
    platform
        Which platform.
    json
        Tell of it as JSON.
    """
    told = (platform or PlatformFile()).read()
    if aggregate not in TOPICS:
        raise Trouble(f"{aggregate} is none of {', '.join(TOPICS)}.")
    step = ["restate", aggregate, *(["--json"] if json else [])]
    sys.exit(stream(told, TOPICS[aggregate].publisher, *step))
