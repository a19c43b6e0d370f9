"""What one socket follows, and telling its client how that stands.

While something is to be sent there is a task that reads and sends. What changes meanwhile is noted
once, however often it changes: a slow client gets the last state of each of its subscriptions, and
nothing piles up.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from chassis.database import TRANSIENT
from chassis.identity import Caller
from chassis.ids import new_id
from chassis.logs import logger
from gateway import metrics
from gateway.errors import Problem
from gateway.live import messages
from gateway.live.shared import Shared
from gateway.live.subscription import Subscription
from gateway.live.watches import Follower

AGAIN_AFTER = 1.0  # seconds, where the read model could not be read

log = logger("gateway.live")


class Following:
    """`send` waits while the client does not read, and raises OSError when it is gone.

    `failed` is called for a subscription that ended because of us.
    """

    def __init__(
        self,
        shared: Shared,
        caller: Caller,
        *,
        send: Callable[[str], Awaitable[None]],
        failed: Callable[[Subscription], Awaitable[None]],
    ) -> None:
        self._shared = shared
        self._caller = caller
        self._send = send
        self._failed = failed
        self._followed = set[Subscription]()
        self.size = 0  # what it takes to remember them, in characters
        self._changed: dict[Subscription, None] = {}  # to be read anew, in this order
        self._updating: asyncio.Task[None] | None = None

    def begin(self, subscription: Subscription) -> None:
        """Tell how it stands, and from now on whenever that has changed."""
        self._followed.add(subscription)
        self.size += subscription.size
        metrics.LIVE_SUBSCRIPTIONS.inc()
        self.watch(subscription.watched, subscription)  # first, so that nothing is missed
        self.has_changed(subscription)

    def end(self, subscription: Subscription) -> None:
        if subscription in self._followed:
            self._followed.discard(subscription)
            self.size -= subscription.size
            metrics.LIVE_SUBSCRIPTIONS.dec()
            self._changed.pop(subscription, None)
            self.unwatch(subscription.watched, subscription)

    def end_all(self) -> None:
        for subscription in list(self._followed):
            self.end(subscription)
        if self._updating is not None:
            self._updating.cancel()

    def watch(self, id_: UUID | None, follower: Follower) -> None:
        if id_ is not None:
            self._shared.watches.add(self._caller.organisation_id, id_, follower)

    def unwatch(self, id_: UUID | None, follower: Follower) -> None:
        if id_ is not None:
            self._shared.watches.remove(self._caller.organisation_id, id_, follower)

    def has_changed(self, subscription: Subscription) -> None:
        if subscription in self._changed:
            metrics.LIVE_COALESCED.inc()
            return
        self._changed[subscription] = None
        if self._updating is None:
            self._updating = asyncio.create_task(self._update())

    async def _update(self) -> None:
        try:
            while self._changed:
                subscription = next(iter(self._changed))
                del self._changed[subscription]
                await self._tell(subscription)
        except OSError:
            return  # the client is gone, as those learn who read what it says
        finally:
            self._updating = None

    async def _tell(self, subscription: Subscription) -> None:
        try:
            answer = await self._read(subscription)
        except TRANSIENT as error:
            log.warning("an update is read again", error=type(error).__name__)
            await asyncio.sleep(AGAIN_AFTER)
            if subscription in self._followed:
                self._changed[subscription] = None
            return
        except Exception:  # whatever it is, the client must not wait in vain
            log.exception("an update failed")
            self.end(subscription)
            await self._failed(subscription)
            return
        if subscription in self._followed and subscription.is_news(answer):
            await self._send(messages.next_of(subscription.id, answer))
            metrics.LIVE_UPDATES.inc()

    async def _read(self, subscription: Subscription) -> bytes:
        plan = subscription.plan(self._shared.planner)
        if subscription.was_told:  # the first answer was paid for with the asking
            await self._afford(plan.cost)
        async with self._shared.readers:
            return await self._shared.operations.run(plan, self._caller, new_id())

    async def _afford(self, cost: int) -> None:
        """Who has spent what they may is told later, not never."""
        account = self._shared.rates.account(self._caller)
        while True:
            try:
                account.charge(cost)
            except Problem as limited:
                await asyncio.sleep(float(limited.headers["retry-after"]))
            else:
                return
