"""One client's socket: what it says, and what it is answered.

An idle socket is one task, which waits for the client.
"""

import asyncio
from typing import Any

from graphql import OperationType
from opentelemetry.trace import SpanKind
from starlette.types import Receive, Send

from chassis import telemetry
from chassis.database import TRANSIENT
from chassis.ids import new_id
from chassis.logs import logger
from gateway import errors, metrics
from gateway.errors import Problem
from gateway.live import messages
from gateway.live.following import Following
from gateway.live.identity import Identity
from gateway.live.messages import (
    Code,
    Complete,
    ConnectionInit,
    End,
    Message,
    Ping,
    Pong,
    Subscribe,
)
from gateway.live.shared import Shared
from gateway.live.subscription import Subscription
from gateway.planner import Plan, RequestError
from gateway.planner.errors import beyond
from gateway.requests import Parameters

INITIALISED_WITHIN = 5.0  # seconds
MOST_OPERATIONS = 100  # under way at once
MOST_HELD = 256 * 1024  # characters of the messages that said what is followed

FEWER = "complete some, or open another socket"

SUBSCRIPTION = OperationType.SUBSCRIPTION.value

log = logger("gateway.live")


class Left(Exception):  # noqa: N818
    """The client is gone."""


class Socket:
    """A connection that has been accepted."""

    tables = frozenset({"people"})  # it follows the viewer's own profile

    def __init__(self, shared: Shared, receive: Receive, send: Send) -> None:
        self._shared = shared
        self._receive = receive
        self._deliver = send
        self._operations: dict[str, Subscription | asyncio.Task[None]] = {}
        self._mutations = set[asyncio.Task[None]]()
        self._waiting: asyncio.Timeout | None = None

    async def run(self) -> None:
        """Until either side has enough."""
        try:
            await self._converse()
        except End as end:
            metrics.LIVE_ENDED.labels(str(int(end.code))).inc()
            await self._close(end)
        except (Left, OSError):  # uvicorn says by the latter that nobody is there to send to
            metrics.LIVE_ENDED.labels("left").inc()

    async def _converse(self) -> None:
        self._identity = await self._initialised()
        self._caller = await self._identity.establish()
        self._following = Following(
            self._shared, self._caller, send=self._send, failed=self._has_failed
        )
        with self._shared.one_more_of(self._caller):
            self._following.watch(self._caller.person_id, self)
            try:
                await self._send(messages.ACKNOWLEDGED)
                while True:
                    text = await self._next(self._identity.check_at)
                    if text is None:
                        await self._identity.check(self._caller)
                    else:
                        await self._handle(messages.read_message(text), len(text))
            finally:
                self._following.unwatch(self._caller.person_id, self)
                await self._end_all()

    async def _initialised(self) -> Identity:
        text = await self._next(asyncio.get_running_loop().time() + INITIALISED_WITHIN)
        if text is None:
            raise End(Code.INITIALISATION_TIMEOUT, "Connection initialisation timeout")
        match messages.read_message(text):
            case ConnectionInit(payload=payload):
                return Identity(self._shared, payload)
            case Subscribe():
                raise End(Code.UNAUTHORISED, "Unauthorized: connection_init comes first")
            case _:
                raise End(Code.BAD_REQUEST, "Invalid message: connection_init comes first")

    def changed(self) -> None:
        """The viewer's own profile has: look at once who they are now."""
        self._shared.viewers.forget(self._caller.organisation_id, self._caller.subject)
        self._identity.check_at = asyncio.get_running_loop().time()
        if self._waiting is not None:
            self._waiting.reschedule(self._identity.check_at)

    # What the client says

    async def _next(self, until: float) -> str | None:
        """The next message; None where there was none by then."""
        try:
            async with asyncio.timeout_at(until) as self._waiting:
                event = await self._receive()
        except TimeoutError:
            return None
        finally:
            self._waiting = None
        if event["type"] == "websocket.disconnect":
            raise Left
        text = event.get("text")
        if text is None:
            raise End(Code.BAD_REQUEST, "Invalid message: messages are text")
        return text

    async def _handle(self, message: Message, size: int) -> None:
        match message:
            case Subscribe():
                await self._subscribe(message, size)
            case Complete(id=id_):
                self._end(id_)
            case Ping():
                await self._send(messages.PONG)
            case Pong():
                pass
            case ConnectionInit():
                raise End(Code.TOO_MANY, "Too many initialisation requests")

    async def _subscribe(self, message: Subscribe, size: int) -> None:
        id_, asked = message.id, message.payload
        if id_ in self._operations:
            raise End(Code.SUBSCRIBER_EXISTS, f"Subscriber for {id_} already exists")
        try:
            if len(self._operations) >= MOST_OPERATIONS:
                asked_for = MOST_OPERATIONS + 1
                raise beyond("operations of a socket", asked_for, MOST_OPERATIONS, FEWER)
            _require_to_run(asked)
            account = self._shared.rates.account(self._caller)
            document = self._shared.documents.asked(asked, self._caller.roles)
            account.charge(document.cost)
            with account.reading():
                plan = self._shared.planner.plan(
                    document.text, asked.operation_name, asked.variables
                )
            account.charge(plan.cost)
            if plan.kind is OperationType.SUBSCRIPTION:
                subscription = Subscription(
                    id_,
                    document.text,
                    asked,
                    plan=plan,
                    caller=self._caller,
                    size=size,
                    when_changed=self._following.has_changed,
                )
                self._follow(subscription)
            else:
                self._answer_aside(id_, plan)
        except (RequestError, Problem) as error:
            await self._refuse(id_, "none", error)

    # Operations

    def _follow(self, subscription: Subscription) -> None:
        held = self._following.size + subscription.size
        if held > MOST_HELD:
            raise beyond("characters that a socket follows", held, MOST_HELD, FEWER)
        self._operations[subscription.id] = subscription
        metrics.requests(SUBSCRIPTION, "answered").inc()
        self._following.begin(subscription)

    async def _has_failed(self, subscription: Subscription) -> None:
        del self._operations[subscription.id]
        await self._refuse(subscription.id, SUBSCRIPTION, errors.unexpected())

    def _answer_aside(self, id_: str, plan: Plan) -> None:
        task = asyncio.create_task(self._answer(id_, plan))
        self._operations[id_] = task
        if plan.kind is OperationType.MUTATION:
            self._mutations.add(task)
            task.add_done_callback(self._mutations.discard)

    async def _answer(self, id_: str, plan: Plan) -> None:
        kind = plan.kind.value
        with telemetry.span(plan.name or kind, kind=SpanKind.SERVER):
            try:
                replies = [messages.next_of(id_, await self._run(plan)), messages.complete_of(id_)]
                metrics.requests(kind, "answered").inc()
            except (RequestError, Problem) as error:
                metrics.requests(kind, error.code).inc()
                replies = [messages.error_of(id_, _told(error))]
        if self._operations.get(id_) is not asyncio.current_task():
            return  # nobody waits for it any more
        del self._operations[id_]
        try:
            for reply in replies:
                await self._send(reply)
        except OSError:
            return

    async def _run(self, plan: Plan) -> bytes:
        """Raises RequestError and Problem."""
        try:
            with await self._shared.admission.enter() as place:
                place.widen(self._shared.operations.pace(plan, self._caller))
                if plan.kind is OperationType.MUTATION:
                    place.leave()  # it waits for other services
                return await self._shared.operations.run(plan, self._caller, new_id())
        except (RequestError, Problem):
            raise
        except TRANSIENT:
            raise errors.unavailable("Something we need is away; ask again in a moment.") from None
        except Exception:  # whatever it is, clients learn its trace id alone
            log.exception("an operation failed")
            raise errors.unexpected() from None

    def _end(self, id_: str) -> None:
        """End an operation that is under way. What a mutation does is done all the same."""
        operation = self._operations.pop(id_, None)
        if isinstance(operation, Subscription):
            self._following.end(operation)
        elif operation is not None and operation not in self._mutations:
            operation.cancel()

    async def _end_all(self) -> None:
        for id_ in list(self._operations):
            self._end(id_)
        self._following.end_all()
        await asyncio.gather(*self._mutations, return_exceptions=True)

    # What is sent

    async def _send(self, text: str) -> None:
        """Waits while the client does not read; raises OSError when it is gone."""
        await self._put({"type": "websocket.send", "text": text})

    async def _put(self, event: dict[str, Any]) -> None:
        try:
            await self._deliver(event)
        except RuntimeError:  # uvicorn's, where a frame it could not read has closed the socket
            raise ConnectionError from None

    async def _refuse(self, id_: str, kind: str, error: RequestError | Problem) -> None:
        metrics.requests(kind, error.code).inc()
        await self._send(messages.error_of(id_, _told(error)))

    async def _close(self, end: End) -> None:
        closing = {"type": "websocket.close", "code": int(end.code), "reason": end.reason}
        try:
            await self._put(closing)
        except OSError:
            return


def _require_to_run(asked: Parameters) -> None:
    """Raises Problem for a question about the cost, which would be answered by running it."""
    if asked.extensions and asked.extensions.cost:
        message = "What an operation costs is told over HTTP: ask there, or leave `cost` out."
        raise Problem(400, "BAD_REQUEST", message)


def _told(error: RequestError | Problem) -> list[Any]:
    if isinstance(error, RequestError):
        return [each.formatted for each in error.errors]
    return [error.error]
