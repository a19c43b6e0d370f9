"""Bugs of a process as a whole."""

import os
from typing import Any
from uuid import UUID

from chassis import health, http
from chassis.identity import Caller
from support.plants.swapping import swap

MEGABYTE = 1024 * 1024


def leaks(_: str, organisation_id: UUID) -> None:
    """Each command leaves open files and memory behind."""
    left: list[Any] = []

    def leaking(carry_out: Any) -> Any:
        async def carry_out_and_keep(*args: Any, caller: Caller, **kwargs: Any) -> Any:
            if caller.organisation_id == organisation_id:
                left.append(b"\1" * 16 * MEGABYTE)
                left.extend(os.open(os.devnull, os.O_RDONLY) for _ in range(16))
            return await carry_out(*args, caller=caller, **kwargs)

        return carry_out_and_keep

    swap(http, "carry_out", leaking)


def always_says_that_it_is_ready(program: str, _: UUID) -> None:
    """Whatever is wrong with sessions."""
    if program == "sessions":
        swap(health, "readiness", lambda readiness: lambda _: readiness([]))
