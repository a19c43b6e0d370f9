from collections.abc import Generator

import pytest

from support.experiments import Experiment, seeded


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
    experiment.conclude()
