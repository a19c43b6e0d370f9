"""Sending commands to the services that own what they change."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx2
import msgspec
from opentelemetry.trace import SpanKind

from chassis import telemetry
from chassis.identity import Assertions, Caller
from chassis.logs import logger
from chassis.unit import Written

DEADLINE = 11.0  # seconds for a command with its retries; a service gives up after 10
ASSERTION_REUSE = 20.0  # seconds for which a signed assertion serves its caller again
REMEMBERED = 5_000  # callers
IN_FLIGHT = "in-flight"  # the code of a twin that is still running
NOT_YET_KNOWN = "not-yet-known"  # of something that may be on its way from another service
LOOKS_AGAIN = 15  # times, for what is on its way
PAUSE = 0.1  # seconds between them

NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)

log = logger("gateway.commands")


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One command on its way to the service that carries it out."""

    service: str
    name: str
    body: bytes
    caller: Caller
    key: str  # the idempotency key
    correlation_id: UUID


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """The command was carried out, now or when it was first sent."""

    written: list[Written]
    result: Any = None


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """The service said no; nothing was changed."""

    code: str
    message: str
    path: str | None = None  # where in the command's body


class Busy(msgspec.Struct, frozen=True, kw_only=True):
    """The service cannot answer now; the same command with the same key may be sent again."""

    retry_after: int  # seconds


class OutcomeUnknown(msgspec.Struct, frozen=True, kw_only=True):
    """No answer came. Sending the same command with the same key tells what became of it."""


Outcome = Done | Refused | Busy | OutcomeUnknown


class CommandFailed(Exception):  # noqa: N818
    """A service answered in a way that no service should."""


class _Refusal(msgspec.Struct):
    refusal: Refused


class Services:
    """The services' addresses, and how the gateway vouches for callers."""

    def __init__(
        self, client: httpx2.AsyncClient, addresses: Mapping[str, str], assertions: Assertions
    ) -> None:
        self._client = client
        self._addresses = addresses
        self._vouchers = _Vouchers(assertions)

    async def send(self, command: Command) -> Outcome:
        """Send a command, once more where the connection failed, within DEADLINE.

        Raises CommandFailed.
        """
        with telemetry.span(
            f"send {command.name}",
            kind=SpanKind.CLIENT,
            attributes={telemetry.COMMAND: command.name},
        ):
            attempt = _Attempt()
            try:
                async with asyncio.timeout(DEADLINE):
                    return await self._send(command, attempt)
            except (TimeoutError, httpx2.TransportError) as error:
                log.warning(
                    "no answer to a command", command=command.name, error=type(error).__name__
                )
                return OutcomeUnknown() if attempt.perhaps_received else Busy(retry_after=1)

    async def _send(self, command: Command, attempt: "_Attempt") -> Outcome:
        while True:
            try:
                response = await self._post(command)
            except NOT_SENT:
                if not attempt.again():
                    raise
                continue
            except httpx2.TransportError as error:
                attempt.perhaps_received = True
                if isinstance(error, httpx2.TimeoutException) or not attempt.again():
                    raise
                continue
            except asyncio.CancelledError:
                attempt.perhaps_received = True
                raise
            outcome = _outcome(command, response)
            code = outcome.code if isinstance(outcome, Refused) else None
            if code == IN_FLIGHT:  # a twin with the same key: its answer will be ours
                attempt.perhaps_received = True
                await asyncio.sleep(_retry_after(response))
            elif code == NOT_YET_KNOWN and attempt.looks_again():
                await asyncio.sleep(PAUSE)
            else:
                return outcome

    async def _post(self, command: Command) -> httpx2.Response:
        return await self._client.post(
            f"{self._addresses[command.service]}/commands/{command.name}",
            content=command.body,
            headers={
                "authorization": f"Bearer {self._vouchers.of(command.caller)}",
                "content-type": "application/json",
                "idempotency-key": command.key,
                "correlation-id": str(command.correlation_id),
                **telemetry.current_trace(),
            },
        )


class _Attempt:
    """What is known of a command under way."""

    def __init__(self) -> None:
        self.perhaps_received = False
        self._retried = False
        self._looks = LOOKS_AGAIN

    def again(self) -> bool:
        """Whether one more try is left; takes it."""
        first, self._retried = not self._retried, True
        return first

    def looks_again(self) -> bool:
        """Whether to look again whether what is needed has arrived; counts as a look."""
        self._looks -= 1
        return self._looks >= 0


def _outcome(command: Command, response: httpx2.Response) -> Outcome:
    status = response.status_code
    try:
        if response.is_success:
            return msgspec.json.decode(response.content, type=Done)
        if status == httpx2.codes.SERVICE_UNAVAILABLE.value:
            return Busy(retry_after=_retry_after(response))
        if response.is_client_error and status != httpx2.codes.UNAUTHORIZED.value:
            return msgspec.json.decode(response.content, type=_Refusal).refusal
    except msgspec.DecodeError:
        pass  # not an answer that a service of ours gives
    raise CommandFailed(f"{command.service} answered {command.name} with status {status}")


def _retry_after(response: httpx2.Response) -> int:
    text = response.headers.get("retry-after", "")
    return min(int(text), 60) if text.isdigit() else 1


class _Vouchers:
    """Signed assertions, each used again for a while."""

    def __init__(self, assertions: Assertions) -> None:
        self._assertions = assertions
        self._signed: OrderedDict[Caller, tuple[str, float]] = OrderedDict()

    def of(self, caller: Caller) -> str:
        now = time.monotonic()
        known = self._signed.get(caller)
        if known is not None and now - known[1] < ASSERTION_REUSE:
            return known[0]
        assertion = self._assertions.sign(caller)
        self._signed[caller] = (assertion, now)
        self._signed.move_to_end(caller)
        while len(self._signed) > REMEMBERED:
            self._signed.popitem(last=False)
        return assertion
