"""Bugs in how commands are carried out."""

from typing import Any
from uuid import UUID

from chassis import answers, http
from chassis.answers import Answer, Request
from chassis.commands import Command, Done
from chassis.identity import Caller
from support.plants.swapping import swap


def carries_out_twice(_: str, organisation_id: UUID) -> None:
    """A goal that is set is set once more, by a command that nobody sent."""

    def twice(carry_out: Any) -> Any:
        async def carry_out_twice(
            command: Command, *args: Any, caller: Caller, key: str, **kwargs: Any
        ) -> Done:
            if caller.organisation_id == organisation_id and command.name == "set-goal":
                await carry_out(command, *args, caller=caller, key=f"{key}'", **kwargs)
            return await carry_out(command, *args, caller=caller, key=key, **kwargs)

        return carry_out_twice

    swap(http, "carry_out", twice)


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
                return Done(answer=early.answer, announced=0, planned=False)

        return answer_anyway

    swap(answers, "keep", breaking_off)
    swap(http, "carry_out", answering)
