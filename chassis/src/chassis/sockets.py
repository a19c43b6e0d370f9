"""A WebSocket protocol that cuts off clients who would cost more than they should.

uvicorn's leaves a client be that never reads, answers what is not read, and takes whatever comes in
at once: a quarter of a mebibyte of empty frames holds the event loop for half a second.
"""

import asyncio
import logging
from typing import Any, ClassVar

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from chassis import metrics

LARGEST_MESSAGE = 64 * 1024  # bytes
PING_EVERY = 20.0  # seconds
PONG_WITHIN = 20.0  # seconds
READ_WITHIN = 10.0  # seconds for a client to read what waits for it, past what buffers hold
MOST_FRAMES = 2000  # from a client between two pings
MOST_UNREAD = 512 * 1024  # bytes of a client that wait to be looked at
AT_ONCE = 4 * 1024  # bytes that are looked at before others have their turn

log = logging.getLogger("chassis.sockets")
log.setLevel(logging.WARNING)  # uvicorn would tell of each socket, with all that its address says


class PatientSocket(WebSocketsSansIOProtocol):
    """uvicorn's, with bounds."""

    count: ClassVar[int] = 0  # of those that are open in this process

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.logger = self.conn.logger = log
        self._received = bytearray()
        self._frames = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        PatientSocket.count += 1
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        PatientSocket.count -= 1
        self._received.clear()
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        begun = bool(self._received)
        self._received += data
        if len(self._received) > MOST_UNREAD:
            self._cut_off("flood")
        elif not begun:
            self._look()

    def _look(self) -> None:
        if self.transport.is_closing():
            self._received.clear()
            return
        piece = bytes(self._received[:AT_ONCE])
        del self._received[:AT_ONCE]
        self.conn.receive_data(piece)
        self._frames += len(self.conn.events)
        if self.conn.parser_exc is not None:
            self.handle_parser_exception()
            return
        if self._frames > MOST_FRAMES:
            self._cut_off("flood")
            return
        self.handle_events()
        if self._received:
            self.loop.call_soon(self._look)

    def handle_ping(self) -> None:
        if self.writable.is_set():
            super().handle_ping()
        else:  # a pong would wait with the rest that is not read
            self.conn.data_to_send()

    def send_keepalive_ping(self) -> None:
        self._frames = 0
        super().send_keepalive_ping()

    def keepalive_timeout(self) -> None:
        self._cut_off("silent")

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stop_waiting()
        self._deadline = self.loop.call_later(READ_WITHIN, self._cut_off, "unread")

    def resume_writing(self) -> None:
        self._stop_waiting()
        super().resume_writing()

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _cut_off(self, reason: str) -> None:
        """Without a word, which would wait too."""
        metrics.SOCKETS_CUT_OFF.labels(reason).inc()
        self._received.clear()
        self.transport.abort()
