"""`/graphql` as a WebSocket: who may open one."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from chassis.sockets import PatientSocket
from gateway import metrics
from gateway.live.messages import SUBPROTOCOL, Code
from gateway.live.shared import Shared
from gateway.live.socket import Socket
from gateway.requests import Headers, headers_of

MOST_SOCKETS = 12_000  # of a process


class LiveEndpoint:
    """An ASGI application. Pages of `origins`, and of this host, may open sockets; apps may too."""

    def __init__(self, shared: Shared, origins: Collection[str]) -> None:
        self._shared = shared
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # that somebody would like to connect
        refusal = self._refusal(headers_of(scope))
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        if SUBPROTOCOL not in scope["subprotocols"]:
            code = Code.SUBPROTOCOL_NOT_ACCEPTABLE
            metrics.LIVE_ENDED.labels(str(int(code))).inc()
            await send({"type": "websocket.accept"})
            reason = f"Subprotocol not acceptable: it is {SUBPROTOCOL}"
            await send({"type": "websocket.close", "code": int(code), "reason": reason})
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        with metrics.LIVE_SOCKETS.track_inprogress():
            await Socket(self._shared, receive, send).run()

    def _refusal(self, headers: Headers) -> PlainTextResponse | None:
        origin = headers.get("origin")
        if origin is not None and not self._admits(origin, headers.get("host", "")):
            text = (
                "Pages of this origin may not open WebSockets: CAIRN_ORIGINS names those that may."
            )
            return PlainTextResponse(text, 403)
        if PatientSocket.count > MOST_SOCKETS:
            text = "Too many WebSockets are open here; try again in a while."
            return PlainTextResponse(text, 503, {"retry-after": "10"})
        return None

    def _admits(self, origin: str, host: str) -> bool:
        return origin in self._origins or urlsplit(origin).netloc.lower() == host.lower()
