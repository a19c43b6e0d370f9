"""How a service handles the events of one topic, inside the consumer's transaction."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import msgspec

from chassis import births, metrics, waiting
from chassis.births import Births
from chassis.copies import Gone, NotYet
from chassis.database import TRANSIENT, Connection, enter_tenant, is_transient, leave_tenant
from chassis.envelope import Malformed
from chassis.events import Batch, Decode, Event, Record, newest
from chassis.parking import Parked, park
from chassis.reacting import (
    Concern,
    Stumbled,
    apart,
    key_of,
    react_once,
    react_together,
    unit_of,
    version_handled,
)
from chassis.replaying import Superseded, newest_known
from chassis.subscriptions import Reaction, Subscription


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

    async def begin(self, connection: Connection) -> None:
        """Learn the births as they are recorded now: a rebuild may have found them others."""
        names = [reaction.name for reaction in self._subscription.reactions]
        self._births = await births.recorded(connection, self._subscription.topic, names)

    async def apply(self, connection: Connection, events: Batch) -> None:
        for organisation_id, theirs in _by_organisation(events).items():
            await enter_tenant(connection, organisation_id, role=self._role)
            await self._keep(connection, theirs)
            concerns = [(each, event) for event in theirs for each in self._concerned(event)]
            for group in apart(concerns):
                await self._react_to(connection, group)
        await leave_tenant(connection)

    async def settle(
        self, connection: Connection, event: Event[Any], record: Record, attempts: int
    ) -> list[Parked]:
        failure: Exception | None = None
        await enter_tenant(connection, event.organisation_id, role=self._role)
        try:
            async with connection.transaction():
                await self._keep(connection, [event])
        except TRANSIENT:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is parked
            failure = error
        for reaction in self._concerned(event):
            await self._react(connection, reaction, event)
        await leave_tenant(connection)
        if failure is None:
            return []
        reason = f"handling it raised {type(failure).__name__}"
        return await park(connection, record, reason, attempts=attempts)

    async def replay(
        self, connection: Connection, event: Event[Any], *, reaction: str, force: bool
    ) -> None:
        """Handle an event that was parked, or only the reaction of that name (replaying.Handler).

        Its copies are kept if they are news; what reactions have not handled they handle, unless a
        newer version is known: then that is raised as Superseded, or with `force` of no matter.
        """
        concerned = await self._concerned_at_last(connection, event)
        await enter_tenant(connection, event.organisation_id, role=self._role)
        names = [each.name for each in self._subscription.reactions]
        tables = [copies.table for copies in self._subscription.copies]
        newest = await newest_known(connection, event, tables, names)
        if not reaction:
            await self._keep(connection, [event])
        for each in await self._missing(connection, event, reaction, concerned):
            if newest > event.version and not force:
                raise Superseded(newest)
            await self._react_at_last(connection, each, event, force=force)
        await leave_tenant(connection)

    async def _react_at_last(
        self, connection: Connection, reaction: Reaction, event: Event[Any], *, force: bool
    ) -> None:
        """React to what was parked. Unless forced it may wait for what has not arrived."""
        if not force and await waiting.queue_behind(connection, reaction.name, event):
            return
        try:
            await react_once(connection, reaction, event, self._service, force=force)
        except NotYet as awaited:
            if force:
                raise
            await waiting.wait(connection, reaction.name, event, awaited)

    async def _concerned_at_last(self, connection: Connection, event: Event[Any]) -> list[Reaction]:
        """The reactions that what was parked concerns.

        Births are offsets of the log that is there; what is of one that is gone is after them by
        its time (`fitting.py`).
        """
        if event.offset >= 0:
            return self._concerned(event)
        born = await births.moments(connection, event.topic)
        return [
            each
            for each in self._subscription.reactions
            if event.type in each.on
            and event.state is not None
            and event.envelope.time >= born[each.name]
        ]

    async def _missing(
        self,
        connection: Connection,
        event: Event[Any],
        reaction: str,
        concerned: Collection[Reaction],
    ) -> list[Reaction]:
        """The reaction of that name, or all that are concerned, without those that took place."""
        if not reaction:
            return [
                each
                for each in concerned
                if await version_handled(connection, each, event) < event.version
            ]
        named = [each for each in self._subscription.reactions if each.name == reaction]
        if not named:
            raise Malformed(f"this version of the service has no reaction {reaction}")
        return [
            each
            for each in named
            if await version_handled(connection, each, event) != event.version
        ]

    async def _keep(self, connection: Connection, events: Batch) -> None:
        """Keep an organisation's copies; where they were news, what follows from them too."""
        news: set[UUID] = set()
        for copies in self._subscription.copies:
            news |= await copies.keep(connection, events)
        if not news:
            return
        if self._subscription.derived:
            told = newest(event for event in events if event.subject in news)
            unit = unit_of(told[-1], connection, self._service)
            for derive in self._subscription.derived:
                await derive(told, unit)
        await waiting.arrived(connection, events[0].organisation_id, events[0].topic, news)

    def _concerned(self, event: Event[Any]) -> list[Reaction]:
        """The reactions that the event's type concerns, and that were born before it."""
        concerned: list[Reaction] = []
        for reaction in self._subscription.reactions:
            if event.type not in reaction.on or event.state is None:
                metrics.HANDLED.labels(event.topic, "skipped").inc()
            elif event.offset >= self._births[reaction.name, event.partition]:
                concerned.append(reaction)
        return concerned

    async def _react_to(self, connection: Connection, concerns: Sequence[Concern]) -> None:
        """React to events of an organisation, to each reaction's subjects once.

        Those that wait for nothing are done as one, as far as that goes: alone each would cost a
        savepoint, and some statements that all can share.
        """
        if len(concerns) > 1:
            queues = await waiting.queues(connection, concerns)
            free = [each for each in concerns if key_of(each) not in queues]
            await self._react_together(connection, free)
            concerns = [each for each in concerns if key_of(each) in queues]
        for reaction, event in concerns:
            await self._react(connection, reaction, event)

    async def _react_together(self, connection: Connection, concerns: Sequence[Concern]) -> None:
        """React as one; where one fails, those before it again, and those after it as another."""
        while len(concerns) > 1:
            try:
                await react_together(connection, concerns, self._service)
            except Stumbled as stumbled:
                await self._react_together(connection, concerns[: stumbled.place])
                await self._put_off(connection, *concerns[stumbled.place], stumbled.error)
                concerns = concerns[stumbled.place + 1 :]
            else:
                return
        for reaction, event in concerns:
            await self._react(connection, reaction, event)

    async def _react(self, connection: Connection, reaction: Reaction, event: Event[Any]) -> None:
        """React; what cannot be done now is done later, while the rest of the topic flows on."""
        if await waiting.queue_behind(connection, reaction.name, event):
            return
        try:
            await react_once(connection, reaction, event, self._service)
        except Exception as error:
            if is_transient(error, connection):
                raise
            await self._put_off(connection, reaction, event, error)

    async def _put_off(
        self, connection: Connection, reaction: Reaction, event: Event[Any], error: Exception
    ) -> None:
        """A reaction did not take place: it waits, or has its next attempt later."""
        match error:
            case NotYet():
                await waiting.wait(connection, reaction.name, event, error)
            case Gone():
                metrics.HANDLED.labels(event.topic, "gone").inc()
            case _:
                await waiting.try_again(connection, reaction.name, event, error)


def _by_organisation(events: Batch) -> dict[UUID, list[Event[Any]]]:
    """Each one's events in their order; between organisations there is none."""
    theirs: defaultdict[UUID, list[Event[Any]]] = defaultdict(list)
    for event in events:
        theirs[event.organisation_id].append(event)
    return theirs
