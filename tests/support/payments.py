"""Payments, as clients order them: each is asked for until it is answered, with the same key."""

import asyncio
import random
from collections import Counter
from uuid import UUID, uuid4

from chassis.database import TRANSIENT, Database
from chassis.refusals import Refusal
from support.ledger import Ledger, caller
from support.sent import ORGANISATION


class Payments:
    """Accounts of one owner, and what was acknowledged of each."""

    def __init__(self, ledger: Ledger, app: Database, chance: random.Random, owner: UUID) -> None:
        self.ledger = ledger
        self.app = app
        self.chance = chance
        self.owner = owner
        self.acknowledged: Counter[UUID] = Counter()
        self.attempts = 0
        self.errors: list[str] = []
        self.ada = caller(ORGANISATION)

    async def open(self, accounts: int) -> list[UUID]:
        opened = [
            await self.ledger.opened(self.app, self.ada, owner_id=str(self.owner))
            for _ in range(accounts)
        ]
        self.acknowledged.update(opened)
        return opened

    async def pay(self, account: UUID) -> None:
        """Pay until it is acknowledged; what went wrong meanwhile is in `errors`."""
        key = str(uuid4())
        while True:
            self.attempts += 1
            try:
                status = await self._order(account, key)
            except (*TRANSIENT, Refusal) as error:
                self.errors.append(type(error).__name__)
                await asyncio.sleep(0.05)
            else:
                if status == 200:
                    self.acknowledged[account] += 1
                return

    async def _order(self, account: UUID, key: str) -> int:
        """The status of the answer."""
        done = await self.ledger.order(
            self.app, "pay", self.ada, key, account_id=str(account), amount=1
        )
        return done.answer.status

    async def many(self, count: int, *, clients: int = 8) -> None:
        """So many payments to random accounts, by so many clients at once."""
        accounts = sorted(self.acknowledged)
        orders = [self.chance.choice(accounts) for _ in range(count)]

        async def client() -> None:
            while orders:
                await self.pay(orders.pop())

        async with asyncio.TaskGroup() as group:
            for _ in range(clients):
                group.create_task(client())

    async def until(self, over: asyncio.Event, *, clients: int = 4) -> None:
        """Payments without pause, until it is over."""
        accounts = sorted(self.acknowledged)

        async def client() -> None:
            while not over.is_set():
                await self.pay(self.chance.choice(accounts))

        async with asyncio.TaskGroup() as group:
            for _ in range(clients):
                group.create_task(client())
