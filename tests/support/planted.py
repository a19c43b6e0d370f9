"""Runs a program of ours with bugs: `python -m support.planted <module> …`

PLANTED is JSON: for each bug the organisation that it strikes, so that many are at work at once and
each shows in one place only. No program knows of this: bugs replace parts of it from outside.
"""

import os
import runpy
import sys
from collections.abc import Callable
from uuid import UUID

import msgspec

from support.plants import commands, consumer, process, relay

BUGS: dict[str, Callable[[str, UUID], None]] = {
    "I1": relay.loses,
    "I2": commands.carries_out_twice,
    "I3": consumer.trusts_the_log_to_have_each_event_once,
    "I4": relay.turns_round,
    "I5": consumer.keeps_for_another_tenant,
    "I6": consumer.projects_the_first_version_only,
    "I7": process.leaks,
    "I8": process.always_says_that_it_is_ready,
    "I9": consumer.forgets_the_cause,
    "I10": commands.answers_and_rolls_back,
}


def main() -> None:
    program = sys.argv[1]
    planted = msgspec.json.decode(os.environ["PLANTED"], type=dict[str, UUID])
    for name, organisation_id in planted.items():
        BUGS[name](program, organisation_id)
    sys.argv = sys.argv[1:]
    runpy.run_module(program, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
