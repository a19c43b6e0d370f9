"""How much each caller may ask for: points in a bucket, which time fills again.

A process counts by itself. Behind several, a caller has as much from each.
"""

import math
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cachetools import LRUCache

from chassis.identity import Caller
from gateway.errors import Problem
from gateway.planner import RequestError

WINDOW = 60  # seconds in which an empty bucket fills
REFUSED = 200  # points
REMEMBERED = 50_000  # callers; a bucket that is forgotten is full

Key = tuple[UUID, str]


class Rates:
    """The buckets of all callers."""

    def __init__(self, limit: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`limit` is what a bucket holds, in points; 0: nobody is limited."""
        self.limit = limit
        self.policy = f'"cost";q={limit};w={WINDOW}'
        self.clock = clock
        self._buckets = LRUCache[Key, "_Bucket"](REMEMBERED)

    def account(self, caller: Caller) -> "Account":
        return Account(self, self._bucket((caller.organisation_id, caller.subject)))

    def _bucket(self, key: Key) -> "_Bucket":
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(self.limit, self.clock())
        return bucket

    def seconds(self, points: float) -> int:
        """How long it takes until so much has come into a bucket."""
        return math.ceil(points * WINDOW / self.limit)


@dataclass(slots=True)
class _Bucket:
    had: float  # points
    then: float  # seconds on the clock


class Account:
    """What one request of a caller costs."""

    def __init__(self, rates: Rates, bucket: _Bucket) -> None:
        self.cost = 0
        self._rates = rates
        self._bucket = bucket

    def charge(self, points: int) -> None:
        """Raises Problem where the caller has not that much left."""
        self.cost += points
        if points and self._rates.limit:
            left = self._left()
            if points > left:
                raise self._too_much(points, left)
            self._bucket.had = left - points

    @contextmanager
    def reading(self) -> Generator[None]:
        """What is read within costs more where it is refused: whoever repeats it gains nothing."""
        try:
            yield
        except RequestError:
            self.charge(REFUSED)
            raise

    def told(self) -> dict[str, Any]:
        """For the answer's extensions."""
        if not self._rates.limit:
            return {"requested": self.cost}
        left = int(self._left())
        return {"requested": self.cost, "limit": self._rates.limit, "remaining": left}

    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers has them, and the cost besides."""
        if not self._rates.limit:
            return {"x-cost": str(self.cost)}
        left = self._left()
        until_full = self._rates.seconds(self._rates.limit - left)
        return {
            "x-cost": str(self.cost),
            "ratelimit-policy": self._rates.policy,
            "ratelimit": f'"cost";r={int(left)};t={until_full}',
        }

    def _left(self) -> float:
        """What the bucket has now."""
        bucket, now, limit = self._bucket, self._rates.clock(), self._rates.limit
        bucket.had = min(limit, bucket.had + (now - bucket.then) * limit / WINDOW)
        bucket.then = now
        return bucket.had

    def _too_much(self, points: int, left: float) -> Problem:
        wait = self._rates.seconds(points - left)
        return Problem(
            429,
            "RATE_LIMITED",
            f"This costs {points} points, and you have {int(left)} left of {self._rates.limit}: ask"
            f" again in {wait} s, or for less.",
            headers={"retry-after": str(wait)},
            extensions={"cost": self.told(), "retryAfter": wait},
        )
