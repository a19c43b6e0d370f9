"""`/graphql`: who asks, what they ask, and the bytes of the answer."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from graphql import OperationType
from opentelemetry.trace import Span, SpanKind
from starlette.requests import Request
from starlette.types import Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from chassis import telemetry
from chassis.database import TRANSIENT
from chassis.identity import Caller
from chassis.logs import logger
from gateway import errors, metrics
from gateway.admission import Admission, Place
from gateway.compression import compressed
from gateway.errors import Problem
from gateway.issuer import KeysUnavailable
from gateway.leaving import ClientLeft, unless_left
from gateway.operations import Operations
from gateway.planner import Plan, Planner, RequestError, with_extensions
from gateway.rates import Account, Rates
from gateway.requests import (
    GRAPHQL,
    JSON,
    Headers,
    Parameters,
    answer_type,
    headers_of,
    read_body,
    read_parameters,
    request_id_of,
)
from gateway.tokens import InvalidToken, Tokens
from gateway.trusted import Documents
from gateway.viewers import Viewers

OPERATION_NAME = "graphql.operation.name"
OPERATION_TYPE = "graphql.operation.type"
REQUEST_ID = "cairn.request.id"
NOTHING = b'{"data":null}'  # of an operation that was not run
LEFT = 499  # a status that nobody receives

log = logger("gateway.endpoint")


@dataclass
class _Exchange:
    """One request, and what is known by now of its answer."""

    request: Request
    headers: Headers
    request_id: UUID
    span: Span
    kind: str = "none"
    media_type: str = JSON
    account: Account | None = None


class _Answer(NamedTuple):
    body: bytes
    status: int = 200
    headers: Mapping[str, str] = {}


class GraphQLEndpoint:
    """An ASGI application. Every answer has an `x-request-id`, which is the correlation id of all
    events that come of the request.
    """

    def __init__(
        self,
        *,
        tokens: Tokens,
        viewers: Viewers,
        documents: Documents,
        planner: Planner,
        rates: Rates,
        operations: Operations,
        admission: Admission,
    ) -> None:
        self._tokens = tokens
        self._viewers = viewers
        self._documents = documents
        self._planner = planner
        self._rates = rates
        self._operations = operations
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        request_id = request_id_of(headers)
        bind_contextvars(request_id=str(request_id))  # for all that is logged
        with telemetry.span("graphql", kind=SpanKind.SERVER, within=headers) as span:
            exchange = _Exchange(Request(scope, receive), headers, request_id, span)
            answer = await self._respond(exchange)
        body, headers = await _response(exchange, answer)
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _respond(self, exchange: _Exchange) -> _Answer:
        """The answer, whatever happens."""
        started = time.perf_counter()
        try:
            body = await self._answer(exchange)
            metrics.requests(exchange.kind, "answered").inc()
            return _Answer(body)
        except RequestError as error:
            metrics.requests(exchange.kind, error.code).inc()
            return _Answer(error.body(), 400 if exchange.media_type == GRAPHQL else 200)
        except Problem as problem:
            return _refuse(problem, exchange)
        except ClientLeft:
            metrics.requests(exchange.kind, "left").inc()
            return _Answer(b"", LEFT)
        except (*TRANSIENT, KeysUnavailable) as error:
            log.warning("a request met something away", error=type(error).__name__)
            problem = errors.unavailable("Something we need is away; ask again in a moment.")
            return _refuse(problem, exchange)
        except Exception:  # whatever it is, clients learn its trace id alone
            log.exception("a request failed")
            return _refuse(errors.unexpected(), exchange)
        finally:
            metrics.seconds(exchange.kind).observe(time.perf_counter() - started)

    async def _answer(self, exchange: _Exchange) -> bytes:
        """Raises whatever is in the way."""
        request, headers = exchange.request, exchange.headers
        body = await read_body(request, headers)  # however slowly it is sent
        with await self._admission.enter() as place:
            return await self._carry_out(exchange, body, place)

    async def _carry_out(self, exchange: _Exchange, body: bytes, place: Place) -> bytes:
        request, headers = exchange.request, exchange.headers
        caller = await self._caller(headers)
        account = exchange.account = self._rates.account(caller)
        exchange.media_type = answer_type(headers)
        parameters = read_parameters(request, body)
        document = self._documents.asked(parameters, caller.roles)
        account.charge(document.cost)
        with account.reading():
            plan = self._planner.plan(
                document.text, parameters.operation_name, parameters.variables
            )
        exchange.kind = plan.kind.value
        _describe(exchange, caller, parameters, plan.name)
        _require_fitting(plan, request.method)
        told = parameters.extensions and parameters.extensions.cost
        if told == "only":
            account.cost += plan.cost
            return with_extensions(NOTHING, {"cost": account.told()})
        account.charge(plan.cost)
        place.widen(self._operations.pace(plan, caller))
        answer = self._operations.run(plan, caller, exchange.request_id)
        if plan.kind is OperationType.QUERY:  # what a mutation does is done for all to see
            data = await unless_left(request.receive, answer)
        else:
            place.leave()  # it waits for other services
            data = await answer
        return with_extensions(data, {"cost": account.told()}) if told else data

    async def _caller(self, headers: Headers) -> Caller:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise errors.unauthenticated()
        try:
            claims = await self._tokens.verify(token.strip())
        except InvalidToken as error:
            raise errors.unauthenticated(str(error)) from None
        return await self._viewers.of(claims)


def _require_fitting(plan: Plan, method: str) -> None:
    """Raises Problem for an operation that does not come in this way."""
    if plan.kind is OperationType.SUBSCRIPTION:
        raise Problem(
            400,
            "BAD_REQUEST",
            "Subscriptions come over a WebSocket (graphql-transport-ws) to this address.",
        )
    if plan.kind is not OperationType.QUERY and method == "GET":
        raise Problem(
            405, "METHOD_NOT_ALLOWED", "With GET come queries only.", headers={"allow": "POST"}
        )


def _describe(
    exchange: _Exchange, caller: Caller, parameters: Parameters, name: str | None
) -> None:
    """Names, never values: what was asked is the client's own."""
    span = exchange.span
    span.update_name(name or parameters.operation_name or exchange.kind)
    if span.is_recording():
        span.set_attribute(OPERATION_TYPE, exchange.kind)
        span.set_attribute(telemetry.ORGANISATION, str(caller.organisation_id))
        span.set_attribute(REQUEST_ID, str(exchange.request_id))
        if name is not None:
            span.set_attribute(OPERATION_NAME, name)


def _refuse(problem: Problem, exchange: _Exchange) -> _Answer:
    metrics.requests(exchange.kind, problem.code).inc()
    return _Answer(problem.body(), problem.status, problem.headers)


async def _response(
    exchange: _Exchange, answer: _Answer
) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The body and the headers, as ASGI has them: Starlette's response takes longer."""
    body, coding = await compressed(answer.body, exchange.headers.get("accept-encoding"))
    headers = {
        "content-length": str(len(body)),
        "content-type": f"{exchange.media_type}; charset=utf-8",
        "x-request-id": str(exchange.request_id),
        "cache-control": "no-store",
        "vary": "accept, accept-encoding",
        **answer.headers,
    }
    if exchange.account is not None:
        headers |= exchange.account.headers()
    if coding is not None:
        headers["content-encoding"] = coding
    return body, [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
