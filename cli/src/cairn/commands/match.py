"""`cairn match`: run matching over a programme."""

import time
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.table import Table

from cairn.client import Client
from cairn.documents import MATCHING_RUN, START_MATCHING_RUN
from cairn.options import Connection, Flag
from cairn.output import err, out, print_json
from cairn.troubles import Trouble

app = App(name="match")

PAUSE = 0.3  # seconds between two looks at the run

MEANINGS = {
    "mentees": "mentees without a mentor",
    "mentors": "mentors with a free place",
    "places": "free places",
    "proposed": "pairs proposed",
    "unmatched": "mentees left without one",
    "meanScore": "mean score of the pairs",
    "lowestScore": "lowest score",
    "firstChoices": "offered the mentor who fits best",
    "blockingPairs": "pairs who would both rather have each other",
    "seconds": "seconds taken",
}


@app.default
def match(
    *,
    programme: str,
    wait: Annotated[float, Parameter(negative="")] = 600,
    connection: Connection | None = None,
    json: Flag = False,
) -> None:
    """Start a matching run, follow it to its end, and print its certificate.

    Asks as a coordinator of the programme or an administrator. Proposals go to both people of
    every pair; nothing begins before both have accepted.

    Parameters
    ----------
    programme
        The id of the programme.
    wait
        How long to follow the run, in seconds; it goes on without being followed.
    connection
        Where the platform is, and who asks.
    json
        Print the run and its certificate as JSON.
    """
    with Client(connection or Connection()) as client:
        started = client.command(START_MATCHING_RUN, input={"programmeId": _global_id(programme)})
        with err.status("matching"):
            run = _followed(client, _id_of(started), wait)
    if run["status"] == "FAILED":
        raise Trouble(f"The matching run {run['id']} failed: {run['failure']}")
    if run["status"] == "CANCELLED":
        raise Trouble(f"The matching run {run['id']} was cancelled.")
    if json:
        print_json(run)
        return
    out.print(f"{run['id']} is complete.", soft_wrap=True)
    table = Table(box=None, show_header=False)
    for name, meaning in MEANINGS.items():
        table.add_row(meaning, _shown(run["certificate"][name]))
    table.columns[1].justify = "right"
    out.print(table)


def _global_id(programme: str) -> str:
    """As the API gives it, or a bare UUID."""
    return programme if ":" in programme else f"Programme:{programme}"


def _id_of(started: dict[str, Any]) -> str:
    if started["matchingRun"] is None:
        raise Trouble("The matching run has begun, but the API does not show it yet.")
    return started["matchingRun"]["id"]


def _followed(client: Client, run_id: str, wait: float) -> dict[str, Any]:
    deadline = time.monotonic() + wait
    while time.monotonic() < deadline:
        run = client.query(MATCHING_RUN, id=run_id)["node"]
        if run and run["status"] in ("COMPLETED", "FAILED", "CANCELLED"):
            return run
        time.sleep(PAUSE)
    raise Trouble(f"The matching run {run_id} has not ended after {wait:.0f} s. It goes on.")


def _shown(value: float) -> str:
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}"
