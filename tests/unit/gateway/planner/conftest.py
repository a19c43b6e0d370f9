import pytest

from gateway.mutations import MutationType
from gateway.planner import Planner
from gateway.schema import build_schema


@pytest.fixture(scope="session")
def planner() -> Planner:
    return Planner(build_schema(MutationType))
