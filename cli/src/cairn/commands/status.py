"""`cairn status`: the health of every part of the platform."""

import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import httpx2
import msgspec
from cyclopts import App, Parameter
from rich.markup import escape
from rich.table import Table

from cairn.options import Flag
from cairn.output import out, print_json

app = App(name="status")


class Health(msgspec.Struct, frozen=True):
    name: str
    address: str
    ready: bool
    milliseconds: int
    problems: list[str]


class _Readiness(msgspec.Struct, frozen=True):
    """What a program of ours answers."""

    problems: list[str]


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
    projector: Annotated[str, Parameter(env_var="CAIRN_PROJECTOR")] = "http://localhost:8005",
    json: Flag = False,
) -> None:
    """Show whether every program of the platform is ready.

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
    projector
        The address of the gateway's projector, which writes what the API reads.
    json
        Print the answers as JSON.
    """
    addresses = {
        "gateway": gateway.removesuffix("/graphql"),
        "profiles": profiles,
        "matching": matching,
        "sessions": sessions,
        "notifications": notifications,
        "projector": projector,
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
        ready, problems = response.is_success, _problems(response)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        ready, problems = False, [f"It does not answer ({type(error).__name__})."]
    took = round((time.perf_counter() - started) * 1000)
    return Health(name, address, ready, took, problems)


def _problems(response: httpx2.Response) -> list[str]:
    try:
        return msgspec.json.decode(response.content, type=_Readiness).problems
    except msgspec.MsgspecError:
        return [] if response.is_success else [f"It answers {response.status_code}."]


def _show(found: list[Health]) -> None:
    table = Table("", "address", "ready", "ms", "", box=None)
    for each in found:
        ready = "[green]yes[/]" if each.ready else "[red]no[/]"
        problems = escape(" ".join(each.problems))
        table.add_row(each.name, each.address, ready, str(each.milliseconds), problems)
    out.print(table)
