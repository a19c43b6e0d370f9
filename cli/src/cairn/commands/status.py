"""`cairn status`: the health of every part of the platform."""

import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import httpx2
import msgspec
from cyclopts import App, Parameter
from rich.table import Table

from cairn.options import Flag
from cairn.output import out, print_json

app = App(name="status")


class Health(msgspec.Struct, frozen=True):
    name: str
    address: str
    ready: bool
    milliseconds: int
    says: str  # the answer's words, or why there is none


@app.default
def status(
    *,
    gateway: Annotated[str, Parameter(env_var="CAIRN_GATEWAY")] = "http://localhost:8000/graphql",
    profiles: Annotated[str, Parameter(env_var="CAIRN_PROFILES")] = "http://localhost:8001",
    matching: Annotated[str, Parameter(env_var="CAIRN_MATCHING")] = "http://localhost:8002",
    sessions: Annotated[str, Parameter(env_var="CAIRN_SESSIONS")] = "http://localhost:8003",
    notifications: Annotated[
        str, Parameter(env_var="CAIRN_NOTIFICATIONS")
    ] = "http://localhost:8004",
    json: Flag = False,
) -> None:
    """Show whether every service and the gateway are ready.

    Each is asked at its /readyz. Ends with 0 if all are, 1 if not.

    Parameters
    ----------
    gateway
        The address of the GraphQL API.
    profiles
        The address of the service profiles.
    matching
        The address of the service matching.
    sessions
        The address of the service sessions.
    notifications
        The address of the service notifications.
    json
        Print the answers as JSON.
    """
    addresses = {
        "gateway": gateway.removesuffix("/graphql"),
        "profiles": profiles,
        "matching": matching,
        "sessions": sessions,
        "notifications": notifications,
    }
    found = _ask_all(addresses)
    if json:
        print_json(found)
    else:
        _show(found)
    sys.exit(0 if all(each.ready for each in found) else 1)


def _ask_all(addresses: Mapping[str, str]) -> list[Health]:
    with httpx2.Client(timeout=3.0) as http, ThreadPoolExecutor(len(addresses)) as pool:
        return list(pool.map(lambda each: _ask(http, *each), addresses.items()))


def _ask(http: httpx2.Client, name: str, address: str) -> Health:
    started = time.perf_counter()
    try:
        response = http.get(f"{address.rstrip('/')}/readyz")
        ready, says = response.is_success, response.text.strip() or str(response.status_code)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        ready, says = False, f"does not answer ({type(error).__name__})"
    took = round((time.perf_counter() - started) * 1000)
    return Health(name, address, ready, took, says)


def _show(found: list[Health]) -> None:
    table = Table("", "address", "ready", "ms", "says", box=None)
    for each in found:
        ready = "[green]yes[/]" if each.ready else "[red]no[/]"
        table.add_row(each.name, each.address, ready, str(each.milliseconds), each.says)
    out.print(table)
