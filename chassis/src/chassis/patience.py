"""An HTTP protocol that hangs up on clients who never come to the end of their request's head, and
on those who do not read their answer.

uvicorn waits for both without bound, in time and in size.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis.sockets import PatientSocket

HEAD_TIMEOUT = 10.0  # seconds, from the connection or the request's first byte
READ_TIMEOUT = 60.0  # seconds in which a client must have read most of an answer
MAX_HEAD = 64 * 1024  # bytes that may come before the head is complete
MOST_REQUESTS = 2000  # connections or requests past which a process answers 503


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's, with bounds on a request's head, and on how long an answer may lie unread."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._received = 0
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, transport: asyncio.Transport
    ) -> None:
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        super().data_received(data)
        if self._deadline is not None and self._received > MAX_HEAD:
            self._hang_up()

    def on_message_begin(self) -> None:
        self._await_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        # Open WebSockets are no requests, though uvicorn counts them among these.
        self.limit_concurrency = MOST_REQUESTS + PatientSocket.count
        super().on_headers_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(READ_TIMEOUT, self.transport.abort)

    def resume_writing(self) -> None:
        self._is_read()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._is_read()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._stop_waiting()
        self._received = 0
        self._deadline = self.loop.call_later(HEAD_TIMEOUT, self._hang_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _is_read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _hang_up(self) -> None:
        self._stop_waiting()
        self.transport.close()
