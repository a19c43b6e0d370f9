"""What the sockets of a process share: what they work with, and how much of it each may have."""

import asyncio
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from chassis.identity import Caller
from gateway.admission import Admission
from gateway.live.messages import Code, End
from gateway.live.watches import Watches
from gateway.operations import Operations
from gateway.planner import Planner
from gateway.rates import Rates
from gateway.tokens import Tokens
from gateway.trusted import Documents
from gateway.viewers import Viewers

MOST_SOCKETS = 20  # of a caller in a process
READERS = 32  # who read at once; queries shall not wait behind all that is followed


@dataclass(frozen=True, kw_only=True)
class Shared:
    tokens: Tokens
    viewers: Viewers
    documents: Documents
    planner: Planner
    rates: Rates
    operations: Operations
    admission: Admission
    watches: Watches
    readers: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(READERS))
    sockets: Counter[tuple[UUID, str]] = field(default_factory=Counter[tuple[UUID, str]])

    @contextmanager
    def one_more_of(self, caller: Caller) -> Generator[None]:
        """A socket of the caller's is open meanwhile. Raises End where that were too many."""
        key = (caller.organisation_id, caller.subject)
        if self.sockets[key] >= MOST_SOCKETS:
            raise End(Code.TOO_MANY, f"Too many sockets: {MOST_SOCKETS} is the most; close some.")
        self.sockets[key] += 1
        try:
            yield
        finally:
            self.sockets[key] -= 1
            if not self.sockets[key]:
                del self.sockets[key]
