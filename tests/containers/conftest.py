import asyncio
import os
import shutil
from collections.abc import AsyncGenerator

import pytest

from cairn_local.first_run import Cast
from cairn_local.first_run.play import play
from cairn_local.report import Report
from support.compose import ComposeProject, compose_project, images_to_observe
from support.containers import why_not

STRICT = os.environ.get("REQUIRE_DOCKER") == "1"


@pytest.fixture(scope="session")
async def engine() -> None:
    """There is a container engine, or else a reason to skip; REQUIRE_DOCKER=1 makes it fail."""
    reason = await asyncio.to_thread(why_not, ())
    if reason is None and shutil.which("docker") is None:
        reason = "there is no command `docker` on this machine"
    if reason is not None:
        (pytest.fail if STRICT else pytest.skip)(reason)


@pytest.fixture(scope="session")
async def compose(
    engine: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[ComposeProject]:
    """The whole platform in containers, with secrets and ports of its own.

    It is observed where the images for it are here, and where nothing may be skipped.
    """
    missing = await asyncio.to_thread(why_not, await images_to_observe())
    async with compose_project(
        tmp_path_factory.mktemp("compose"), observed=missing is None or STRICT
    ) as project:
        yield project


@pytest.fixture(scope="session")
async def played(compose: ComposeProject, tmp_path_factory: pytest.TempPathFactory) -> Cast:
    """Those who played the main job through the ports of the platform in containers."""
    cast = Cast(compose.settings, tmp_path_factory.mktemp("sample"))
    await asyncio.to_thread(play, cast, Report(), people=60)
    return cast
