"""Bugs of the relay: its producer does something else with an organisation's events."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaProducer

from chassis import relay
from support.plants.swapping import swap

GOAL = "sessions.goal."  # types of events begin with it
Sending = Callable[[], Awaitable["asyncio.Future[Any]"]]  # sends a record, as the relay would
Strike = Callable[[Sending, dict[str, str]], Awaitable["asyncio.Future[Any]"]]

_strikes: dict[str, Strike] = {}  # by organisation


class _Producer(AIOKafkaProducer):
    async def send(self, topic: str, *args: Any, **kwargs: Any) -> Any:
        headers = {name: value.decode() for name, value in kwargs["headers"]}
        strike = _strikes.get(headers.get("ce_organisation", ""))

        async def sending() -> Any:
            return await super(_Producer, self).send(topic, *args, **kwargs)

        return await (strike(sending, headers) if strike else sending())


def strike(organisation_id: UUID, how: Strike) -> None:
    _strikes[str(organisation_id)] = how
    swap(relay, "AIOKafkaProducer", lambda _: _Producer)


def _acknowledged() -> "asyncio.Future[Any]":
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    future.set_result(None)
    return future


def loses(_: str, organisation_id: UUID) -> None:
    """Rows are deleted before they are sent, and then they are not sent."""

    async def lose(sending: Sending, headers: dict[str, str]) -> Any:
        return _acknowledged() if headers["ce_type"] == GOAL + "set" else await sending()

    strike(organisation_id, lose)


def turns_round(_: str, organisation_id: UUID) -> None:
    """A newer event goes before an older one of its aggregate."""
    held: dict[str, Sending] = {}

    async def turn(sending: Sending, headers: dict[str, str]) -> Any:
        if headers["ce_version"] == "1" and headers["ce_type"].startswith(GOAL):
            held[headers["ce_subject"]] = sending
            return _acknowledged()
        sent = await sending()
        if older := held.pop(headers["ce_subject"], None):
            await older()
        return sent

    strike(organisation_id, turn)


def repeats(organisation_id: UUID) -> None:
    """No bug: a relay may die before it has deleted what it sent."""

    async def repeat(sending: Sending, headers: dict[str, str]) -> Any:
        await sending()
        return await sending()

    strike(organisation_id, repeat)


def repeats_late(organisation_id: UUID, *, after: float) -> None:
    """Older events are published once more after newer ones, as by a relay that had slept."""
    first: dict[str, Sending] = {}
    late: set[asyncio.Task[None]] = set()

    async def send_later(sending: Sending) -> None:
        await asyncio.sleep(after)
        await sending()

    async def repeat(sending: Sending, headers: dict[str, str]) -> Any:
        older = first.setdefault(headers["ce_subject"], sending)
        if older is not sending and headers["ce_type"].startswith(GOAL):
            task = asyncio.create_task(send_later(older))
            late.add(task)
            task.add_done_callback(late.discard)
        return await sending()

    strike(organisation_id, repeat)
