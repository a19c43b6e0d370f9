"""A fault acts at its point and passing, and nowhere else."""

import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from chassis import faults
from chassis.faults import InjectedFault


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(faults, "_passed", Counter())
    return monkeypatch


def test_without_a_plan_every_point_is_passed(planned: pytest.MonkeyPatch) -> None:
    planned.setattr(faults, "_faults", [])
    faults.point("R4")


def test_it_acts_on_the_named_passing_only(planned: pytest.MonkeyPatch) -> None:
    planned.setattr(faults, "_faults", faults._parse("R4:2:raise,K1:1:sleep0.05"))
    faults.point("R4")
    faults.point("R3")
    with pytest.raises(InjectedFault):
        faults.point("R4")
    faults.point("R4")
    began = time.perf_counter()
    faults.point("K1")
    assert time.perf_counter() - began >= 0.05


def test_it_can_end_the_process_at_once() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "from chassis import faults; faults.point('C1'); print('on')"],
        env={"FAULT": "C1:1:kill"},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL
    assert ended.stdout == b""
