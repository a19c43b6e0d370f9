"""Named places where a test can make a process fail; no-ops unless FAULT is set.

`FAULT=R4:3:kill` acts when point R4 is passed for the third time: `kill` (SIGKILL), `stop`
(SIGSTOP), `raise`, or `sleep5` (seconds, holding the process). Several are separated by commas.

    C1 before a command's transaction      R1 the relay was elected          K1 records fetched
    C2 the domain's rows are written       R2 rows were read                 K2 position locked
    C3 the outbox rows are written         R3 records sent, unacknowledged   K3 about to commit
    C4 about to commit                     R4 acknowledged, rows still there K5 committed
    C5 committed, not yet answered         R5 rows deleted
    N1 before a delivery is sent           N2 sent, not yet marked           K7 partitions revoked
"""

import os
import signal
import time
from collections import Counter

import msgspec


class InjectedFault(Exception):  # noqa: N818
    """What `raise` raises."""


class _Fault(msgspec.Struct, frozen=True):
    point: str
    passing: int
    action: str


def _parse(text: str) -> list[_Fault]:
    faults: list[_Fault] = []
    for part in filter(None, text.split(",")):
        point_name, passing, action = part.split(":")
        faults.append(_Fault(point_name, int(passing), action))
    return faults


_faults = _parse(os.environ.get("FAULT", ""))
_passed: Counter[str] = Counter()


def point(name: str) -> None:
    """Pass a fault point."""
    if not _faults:
        return
    _passed[name] += 1
    for fault in _faults:
        if fault.point == name and fault.passing == _passed[name]:
            _act(fault.action)


def _act(action: str) -> None:
    match action:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        case "raise":
            raise InjectedFault("FAULT says so")
        case _:
            time.sleep(float(action.removeprefix("sleep")))
