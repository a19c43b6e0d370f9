"""A computation in a thread, watched from the event loop."""

from threading import Event


class Stopped(Exception):  # noqa: N818
    """Nobody wants what it would come to any more."""


class Watched:
    """What a computation tells how far it is; `share`, in [0, 1]. It may be stopped."""

    def __init__(self) -> None:
        self.share = 0.0
        self._stopping = Event()

    def __call__(self, share: float, _stage: str) -> None:
        """Raises Stopped."""
        if self._stopping.is_set():
            raise Stopped
        self.share = share

    def stop(self) -> None:
        self._stopping.set()
