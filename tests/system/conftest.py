from collections.abc import AsyncGenerator, Generator

import pytest

from support.canaries import Canaries
from support.collector import Collector, collecting
from support.journey import Journey
from support.organisation import Organisation
from support.running import RunningPlatform, running_platform

PEOPLE = 120  # of the journey


@pytest.fixture(scope="session")
def collector() -> Generator[Collector]:
    """What the platform's programs tell of their traces."""
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="session")
async def platform(
    collector: Collector, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[RunningPlatform]:
    """The whole platform, started once for all system tests; each uses a tenant of its own.

    It traces the requests whose clients do, and no others: they would be very many.
    """
    environment = {"CAIRN_OTLP": collector.address, "CAIRN_TRACE_RATIO": "0"}
    folder = tmp_path_factory.mktemp("platform")
    async with running_platform(folder, environment=environment) as platform:
        yield platform


@pytest.fixture(scope="session")
async def canaries(platform: RunningPlatform) -> Canaries:
    """A network whose every word is one, and in which everything that can go wrong went wrong."""
    canaries = Canaries(platform, Organisation(platform))
    await canaries.sing()
    return canaries


@pytest.fixture(scope="session")
async def journey(platform: RunningPlatform, tmp_path_factory: pytest.TempPathFactory) -> Journey:
    """The main job, played once."""
    journey = Journey(platform, tmp_path_factory.mktemp("sample"))
    await journey.play(people=PEOPLE)
    return journey


@pytest.fixture(params=["mentor", "mentee"])
def side(request: pytest.FixtureRequest) -> str:
    """Each of the two of the journey."""
    return request.param
