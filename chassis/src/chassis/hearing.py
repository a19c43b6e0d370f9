"""How a service handles the events of one topic, inside the consumer's transaction."""

from typing import Any

import msgspec

from chassis import metrics, waiting
from chassis.copies import NotYet
from chassis.database import TRANSIENT, Connection, enter_tenant, leave_tenant
from chassis.events import Batch, Decode, Event, Record
from chassis.parking import park
from chassis.reacting import react_once, run
from chassis.subscriptions import Reaction, Subscription

Births = dict[tuple[str, int], int]  # (reaction, partition) -> the first offset it acts on


class Hearing:
    """The consumer's handler for a subscription.

    Each event is handled as the application's role within the event's tenant, so nothing that a
    copy or a reaction does can reach another one.
    """

    def __init__(self, subscription: Subscription, *, service: str, births: Births) -> None:
        self._subscription = subscription
        self._service = service
        self._role = f"{service}_app"
        self._births = births
        self._decoder = msgspec.json.Decoder(subscription.body)

    @property
    def decode(self) -> Decode:
        return self._decoder.decode

    async def apply(self, connection: Connection, events: Batch) -> None:
        for event in events:
            await enter_tenant(connection, event.organisation_id, role=self._role)
            await self._keep(connection, event)
            for reaction in self._concerned(event):
                await self._react(connection, reaction, event)
        await leave_tenant(connection)

    async def settle(
        self, connection: Connection, event: Event[Any], record: Record, attempts: int
    ) -> None:
        failures: list[tuple[str, Exception]] = []
        await enter_tenant(connection, event.organisation_id, role=self._role)
        try:
            async with connection.transaction():
                await self._keep(connection, event)
        except TRANSIENT:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is parked
            failures.append(("", error))
        for reaction in self._concerned(event):
            try:
                async with connection.transaction():
                    await self._react(connection, reaction, event)
            except TRANSIENT:
                raise
            except Exception as error:  # noqa: BLE001
                failures.append((reaction.name, error))
        await leave_tenant(connection)
        for name, error in failures:
            reason = f"handling it raised {type(error).__name__}"
            await park(connection, record, reason, attempts=attempts, reaction=name)

    async def _keep(self, connection: Connection, event: Event[Any]) -> None:
        """Keep the copies; where they were news, what follows from them too."""
        if not self._subscription.copies:
            return
        news = [await copies.keep(connection, event) for copies in self._subscription.copies]
        if not any(news):
            return
        for derive in self._subscription.derived:
            await run(derive, event, connection, self._service)
        await waiting.arrived(connection, event)

    def _concerned(self, event: Event[Any]) -> list[Reaction]:
        """The reactions that the event's type concerns, and that were born before it."""
        concerned: list[Reaction] = []
        for reaction in self._subscription.reactions:
            if event.type not in reaction.on or event.state is None:
                metrics.HANDLED.labels(event.topic, "skipped").inc()
            elif event.offset >= self._births[reaction.name, event.partition]:
                concerned.append(reaction)
        return concerned

    async def _react(self, connection: Connection, reaction: Reaction, event: Event[Any]) -> None:
        if await waiting.queue_behind(connection, reaction.name, event):
            return
        try:
            await react_once(connection, reaction, event, self._service)
        except NotYet as awaited:
            await waiting.wait(connection, reaction.name, event, awaited)
