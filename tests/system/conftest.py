from collections.abc import AsyncGenerator

import pytest
from support.running import RunningPlatform, running_platform


@pytest.fixture(scope="session")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningPlatform]:
    """The whole platform, started once for all system tests; each uses a tenant of its own."""
    async with running_platform(tmp_path_factory.mktemp("platform")) as platform:
        yield platform
