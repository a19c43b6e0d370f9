"""Bugs in how commands are carried out."""

import os
from typing import Any
from uuid import UUID

import asyncpg

from chassis import answers, http, unit
from chassis.answers import Answer, Request
from chassis.commands import Done
from chassis.database import enter_tenant, prepare_connection
from support.plants.swapping import swap

GOALS = "sessions.goal"


def announces_what_is_rolled_back(_: str, organisation_id: UUID) -> None:
    """Events are written outside the transaction, which is then rolled back and tried again."""
    tried: set[str] = set()

    def make(put: Any) -> Any:
        async def outside(connection: Any, tenant: UUID, events: Any, lane: Any) -> None:
            cause = events[0].headers["ce_causationid"]
            if tenant != organisation_id or events[0].topic != GOALS or cause in tried:
                await put(connection, tenant, events, lane)
                return
            tried.add(cause)
            other = await asyncpg.connect(os.environ["CAIRN_DATABASE_APP"])
            await prepare_connection(other)
            async with other.transaction():
                await enter_tenant(other, tenant)
                await put(other, tenant, events, lane)
            await other.close()
            raise asyncpg.SerializationError("try again")

        return outside

    swap(unit, "put", make)


class _Early(Exception):  # noqa: N818
    def __init__(self, answer: Answer) -> None:
        self.answer = answer


def answers_and_rolls_back(_: str, organisation_id: UUID) -> None:
    """The client is answered, and then the transaction does not commit."""

    def breaking_off(keep: Any) -> Any:
        async def break_off(connection: Any, request: Request, answer: Answer) -> None:
            if request.organisation_id == organisation_id and request.command == "set-goal":
                raise _Early(answer)
            await keep(connection, request, answer)

        return break_off

    def answering(carry_out: Any) -> Any:
        async def answer_anyway(*args: Any, **kwargs: Any) -> Done:
            try:
                return await carry_out(*args, **kwargs)
            except _Early as early:
                return Done(answer=early.answer, announced=False, planned=False)

        return answer_anyway

    swap(answers, "keep", breaking_off)
    swap(http, "carry_out", answering)
