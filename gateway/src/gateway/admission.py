"""How many requests a process works on at once. Past that, the next is told so before any work.

A place is what the event loop and the read model are busy with. Were there more, everyone would
wait longer, and nobody be answered sooner. Whoever waits for a client or another service has none.
"""

from gateway.errors import Problem

PLACES = 64  # four queries for each connection to the read model
RETRY_AFTER = 1  # seconds


class Admission:
    def __init__(self, places: int = PLACES) -> None:
        self.free = places

    def enter(self) -> "Place":
        """A place of one's own. Raises Problem where none is free."""
        if self.free <= 0:
            raise Problem(
                503,
                "OVERLOADED",
                f"Too much is asked here at the moment: ask again in {RETRY_AFTER} s.",
                headers={"retry-after": str(RETRY_AFTER)},
                extensions={"retryAfter": RETRY_AFTER},
            )
        return Place(self)


class Place:
    """Is taken until it is left."""

    def __init__(self, admission: Admission) -> None:
        self._admission: Admission | None = admission
        admission.free -= 1

    def leave(self) -> None:
        """What is left once cannot be left again."""
        if self._admission is not None:
            self._admission.free += 1
            self._admission = None

    def __enter__(self) -> "Place":
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()
