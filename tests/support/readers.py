"""Clients of the API who notice whatever is wrong: what they cannot read, or read wrongly."""

import asyncio
import os
import sys
import tomllib
from dataclasses import dataclass, field
from typing import Any

import httpx2
import msgspec

from support.api import Api
from support.organisation import Organisation, mentee, mentor
from support.running import RunningPlatform

PEOPLE = 12
COLLEAGUES = """
query { people(first: 50) { totalCount edges { node { givenName familyName site { name } } } } }
"""
GOALS = "query { viewer { goals(first: 100) { totalCount edges { node { title progress } } } } }"


@dataclass
class Readers:
    """An organisation whose people read all the time, and read what they have just written."""

    platform: RunningPlatform
    violations: list[str] = field(default_factory=list)
    answered: int = 0
    written: int = 0

    async def set_up(self) -> None:
        organisation = Organisation(self.platform)
        await organisation.set_up()
        rows = [mentor(f"R{number}") for number in range(PEOPLE - 1)]
        await organisation.take_up(*rows, mentee("W0"))
        self._reader = await organisation.api("R1")
        self._writer = await organisation.api("W0")
        self._administrator = await organisation.administrator()

    async def read(self) -> None:
        """Until cancelled: everybody is there, with their site, each time."""
        while True:
            data = await self._ask(self._reader, COLLEAGUES)
            if data is None:
                continue
            people = data["people"]
            nodes = [edge["node"] for edge in people["edges"]]
            if len(nodes) != PEOPLE or people["totalCount"] != PEOPLE:
                self.violations.append(f"I8 {len(nodes)} people are read, not {PEOPLE}")
            if any(node["site"] is None for node in nodes):
                self.violations.append("I8 somebody's site is not there")

    async def write(self) -> None:
        """Until cancelled: set a goal, and read it, and all that were set before."""
        while True:
            title = f"Goal {self.written}"
            payload = await self._writer.mutate("setGoal", "goal { title }", title=title)
            self.answered += 1
            if payload["__typename"] != "SetGoalPayload":
                self.violations.append(f"I8 a goal is refused: {payload.get('code')}")
                continue
            self.written += 1
            if not payload["current"]:
                self.violations.append("I8 a mutation is answered before its effect can be read")
            elif (payload["goal"] or {}).get("title") != title:
                self.violations.append("I8 a mutation does not show what it wrote")
            data = await self._ask(self._writer, GOALS)
            if data is not None and data["viewer"]["goals"]["totalCount"] != self.written:
                self.violations.append("I8 a goal that was read is not there any more")

    async def _ask(self, api: Api, document: str) -> dict[str, Any] | None:
        try:
            answer = await api.ask(document)
        except httpx2.TransportError as error:
            self.violations.append(f"I8 a query is not answered: {type(error).__name__}")
            return None
        self.answered += 1
        body = answer.json()
        if answer.status_code != 200 or "errors" in body:
            self.violations.append(f"I8 a query fails: {answer.status_code} {body.get('errors')}")
            return None
        return body["data"]


async def rebuild_read_model(platform: RunningPlatform) -> dict[str, Any]:
    """`python -m gateway rebuild`, as an operator runs it; what it says in the end."""
    described = tomllib.loads(platform.folder.platform.read_text())
    environment = {
        "CAIRN_KAFKA": described["kafka"],
        **described.get("environment", {}),
        **described["processes"]["gateway"]["environment"],
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "rebuild", "--json"),
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await process.communicate()
    assert process.returncode == 0, complained.decode()[-2000:]
    return msgspec.json.decode(said.splitlines()[-1])
