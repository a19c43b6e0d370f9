"""Bugs of the relay: it does something else with an organisation's events."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from chassis.batches import Batches
from support.plants.swapping import swap

GOAL = "sessions.goal."  # types of events begin with it
Add = Callable[..., Awaitable[None]]  # adds a record to those on their way: topic, key, body, …
Strike = Callable[[Add, tuple[Any, ...], dict[str, str]], Awaitable[None]]


def strike(organisation_id: UUID, how: Strike) -> None:
    """`how` is given the organisation's records, in place of their being sent."""

    def striking(add: Any) -> Any:
        async def add_or_strike(self: Batches, *record: Any) -> None:
            headers = {name: (value or b"").decode() for name, value in record[-1]}

            async def add_this(*another: Any) -> None:
                await add(self, *another)

            if headers.get("ce_organisation") == str(organisation_id):
                await how(add_this, record, headers)
            else:
                await add_this(*record)

        return add_or_strike

    swap(Batches, "add", striking)


def loses(_: str, organisation_id: UUID) -> None:
    """Rows are deleted before they are sent, and then they are not sent."""

    async def lose(add: Add, record: tuple[Any, ...], headers: dict[str, str]) -> None:
        if headers["ce_type"] != GOAL + "set":
            await add(*record)

    strike(organisation_id, lose)


def turns_round(_: str, organisation_id: UUID) -> None:
    """A newer event goes before an older one of its aggregate."""
    held: dict[str, tuple[Any, ...]] = {}

    async def turn(add: Add, record: tuple[Any, ...], headers: dict[str, str]) -> None:
        if headers["ce_version"] == "1" and headers["ce_type"].startswith(GOAL):
            held[headers["ce_subject"]] = record
            return
        await add(*record)
        if older := held.pop(headers["ce_subject"], None):
            await add(*older)

    strike(organisation_id, turn)


def repeats(organisation_id: UUID) -> None:
    """No bug: a relay may die before it has deleted what it sent."""

    async def repeat(add: Add, record: tuple[Any, ...], _: dict[str, str]) -> None:
        await add(*record)
        await add(*record)

    strike(organisation_id, repeat)
