"""What `make up` plays on its first start, and what it says then, hold on a running platform."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from cairn_local.first_run import Cast, Introduction, introduce
from cairn_local.first_run.documents import HOME
from cairn_local.first_run.play import play
from cairn_local.report import Report
from support.api import Api, nodes
from support.running import RunningPlatform

pytestmark = pytest.mark.platform

PEOPLE = 60


async def test_the_query_that_it_prints_has_an_answer(
    platform: RunningPlatform, tmp_path: Path
) -> None:
    cast = Cast(platform.settings, tmp_path / "sample")
    await asyncio.to_thread(play, cast, Report(), people=PEOPLE)

    words = await asyncio.to_thread(introduce, cast, platform.settings)
    said = msgspec.json.decode(cast.introduction.read_bytes(), type=Introduction)
    assert " ".join(HOME.split()) in words
    token = await asyncio.to_thread(cast.token, said.mentee)
    screen = (await Api(platform, token).query(HOME))["viewer"]
    assert screen["site"]["name"] != screen["mentor"]["site"]["name"]
    [goal] = nodes(screen["goals"])
    assert goal["progress"] == 20
    assert screen["nextSession"]["topic"].startswith("First steps: ")
    assert screen["unreadNotificationCount"] > len(nodes(screen["notifications"])) == 3
