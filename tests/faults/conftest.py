from collections.abc import AsyncGenerator, Generator

import pytest

from cairn_local import supervisor
from support.experiments import Experiment, seeded
from support.running import RunningPlatform, running_platform

FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningPlatform]:
    """The whole platform, for experiments on it; whoever dies is started again at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(supervisor, "FIRST_DELAY", 0.1)
        patch.setattr(supervisor, "STEADY", 0.0)
        async with running_platform(tmp_path_factory.mktemp("platform")) as platform:
            yield platform


@pytest.fixture
def experiment(request: pytest.FixtureRequest) -> Generator[Experiment]:
    """The experiment that the test's mark names: `@pytest.mark.experiment("F12")`."""
    mark = request.node.get_closest_marker("experiment")
    assert mark is not None, "which experiment is it? Mark the test."
    parameters = getattr(request.node, "callspec", None)
    name = " ".join([*mark.args, *([parameters.id] if parameters else [])])
    experiment = seeded(name)
    print(f"SEED={experiment.seed}", flush=True)
    yield experiment
    if request.node.stash.get(FAILED, False):
        print(f"{name} came to no verdict, seed {experiment.seed}", flush=True)
    else:
        experiment.conclude()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note which experiments broke off: what they found until then is no result."""
    report = yield
    if report.when == "call" and report.failed:
        item.stash[FAILED] = True
    return report
