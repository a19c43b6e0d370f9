"""Commands over HTTP: `POST /commands/<name>`; caller, key and trace are in headers."""

import asyncio
import time
from collections.abc import Callable
from uuid import UUID

from opentelemetry.trace import SpanKind
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chassis import metrics, telemetry
from chassis.answers import Answer
from chassis.commands import Command, Done, InvalidCommand, carry_out, refused
from chassis.database import TRANSIENT, Database
from chassis.delivery import Sender
from chassis.identity import Assertions, Caller, InvalidAssertion
from chassis.logs import logger
from chassis.outbox import BULK_RATE, Lane
from chassis.refusals import Refusal, TooLarge
from chassis.relay import Relay

MAX_REQUEST = 1024 * 1024  # bytes
DEADLINE = 10.0  # seconds
CONCURRENT = 64
WAITING_ROOM = 256  # commands that may wait for one of the CONCURRENT places

log = logger("chassis.http")


class Unauthenticated(Refusal, code="unauthenticated", status=401):
    """Nobody vouches for the caller."""


class Busy(Refusal, code="busy", status=503):
    """The service cannot take the command now."""

    retry_after = 1


class AtStandstill(Refusal, code="unavailable", status=503):
    """The service takes no commands at all; the message says why."""

    retry_after = 5


class Gate:
    """Lets a bounded number of commands in, and turns away what could not be served in time.

    While `problem` gives a sentence, it lets nobody in.
    """

    def __init__(
        self,
        inside: int = CONCURRENT,
        waiting: int = WAITING_ROOM,
        *,
        problem: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._problem = problem
        self._places = asyncio.Semaphore(inside)
        self._most = inside + waiting
        self._present = 0

    async def __aenter__(self) -> None:
        if problem := self._problem():
            raise AtStandstill(problem)
        if self._present >= self._most:
            raise Busy("Too many commands are waiting; try again in a moment.")
        self._present += 1
        try:
            await self._places.acquire()
        except BaseException:
            self._present -= 1
            raise

    async def __aexit__(self, *_: object) -> None:
        self._present -= 1
        self._places.release()


class CommandEndpoint:
    """One command as an ASGI application."""

    def __init__(
        self,
        command: Command,
        *,
        service: str,
        database: Database,
        assertions: Assertions,
        relay: Relay,
        sender: Sender,
        gate: Gate,
    ) -> None:
        self._command = command
        self._service = service
        self._database = database
        self._assertions = assertions
        self._relay = relay
        self._sender = sender
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._respond(request)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        name = self._command.name
        started = time.perf_counter()
        with telemetry.span(
            f"command {name}",
            kind=SpanKind.SERVER,
            within=dict(request.headers),
            attributes={telemetry.COMMAND: name},
        ):
            try:
                done = await self._carry_out(request)
            except Refusal as refusal:
                metrics.COMMANDS.labels(name, refusal.code).inc()
                return _response(refused(refusal), retry_after=refusal.retry_after)
            except TRANSIENT as error:  # TimeoutError is an OSError
                metrics.COMMANDS.labels(name, "unavailable").inc()
                log.warning("command not carried out", command=name, error=type(error).__name__)
                unknown = Busy("The outcome is not known; ask again with the same key.")
                return _response(refused(unknown), retry_after=unknown.retry_after)
            except Exception:
                metrics.COMMANDS.labels(name, "failed").inc()
                raise
            outcome = "repeated" if done.repeated else str(done.answer.status)
            metrics.COMMANDS.labels(name, outcome).inc()
            metrics.COMMAND_SECONDS.labels(name).observe(time.perf_counter() - started)
            return _response(done.answer, repeated=done.repeated)

    async def _carry_out(self, request: Request) -> Done:
        if request.method != "POST":
            raise InvalidCommand("A command is sent with POST.")
        caller = self._caller(request)
        key = _key(request)
        async with asyncio.timeout(DEADLINE):
            body = await _body(request)
            async with self._gate:
                done = await carry_out(
                    self._command,
                    body,
                    database=self._database,
                    service=self._service,
                    caller=caller,
                    key=key,
                    correlation_id=_correlation_id(request),
                )
                if done.announced:
                    self._relay.wake()
                if done.planned:
                    self._sender.wake()
                if self._command.lane is Lane.BULK:  # no more of it than the relay publishes
                    await asyncio.sleep(done.announced / BULK_RATE)
        return done

    def _caller(self, request: Request) -> Caller:
        scheme, _, assertion = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not assertion:
            raise Unauthenticated("Authorization must be a bearer assertion of the gateway.")
        try:
            return self._assertions.check(assertion)
        except InvalidAssertion as error:
            raise Unauthenticated(str(error)) from None


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise InvalidCommand("Idempotency-Key must be 1 to 200 printable ASCII characters.")
    return key


def _correlation_id(request: Request) -> UUID | None:
    text = request.headers.get("correlation-id")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise InvalidCommand("Correlation-Id must be a UUID.") from None


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_REQUEST:
                raise TooLarge(f"A command may be at most {MAX_REQUEST} bytes.")
    except ClientDisconnect:
        raise InvalidCommand("The body did not arrive whole.") from None
    return bytes(body)


def _response(
    answer: Answer, *, repeated: bool = False, retry_after: int | None = None
) -> Response:
    headers = {"idempotent-replayed": "true"} if repeated else {}
    if retry_after is not None:
        headers["retry-after"] = str(retry_after)
    return Response(answer.body, answer.status, headers, media_type="application/json")
