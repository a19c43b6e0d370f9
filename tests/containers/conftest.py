import asyncio
import os
import shutil
from collections.abc import AsyncGenerator

import pytest

from support.compose import ComposeProject, compose_project
from support.containers import why_not


@pytest.fixture(scope="session")
async def engine() -> None:
    """There is a container engine, or else a reason to skip; REQUIRE_DOCKER=1 makes it fail."""
    reason = await asyncio.to_thread(why_not, ())
    if reason is None and shutil.which("docker") is None:
        reason = "there is no command `docker` on this machine"
    if reason is not None:
        (pytest.fail if os.environ.get("REQUIRE_DOCKER") == "1" else pytest.skip)(reason)


@pytest.fixture(scope="session")
async def compose(
    engine: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[ComposeProject]:
    """The whole platform in containers, with secrets and ports of its own."""
    async with compose_project(tmp_path_factory.mktemp("compose")) as project:
        yield project
