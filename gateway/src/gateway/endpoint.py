"""`/graphql`: who asks, what they ask, and the bytes of the answer."""

import time
from uuid import UUID

from graphql import OperationType
from opentelemetry.trace import Span, SpanKind
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chassis import telemetry
from chassis.database import TRANSIENT
from chassis.identity import Caller
from chassis.ids import new_id
from chassis.logs import logger
from gateway import errors, metrics
from gateway.errors import Problem
from gateway.issuer import KeysUnavailable
from gateway.leaving import ClientLeft, unless_left
from gateway.operations import Operations
from gateway.planner import Planner, RequestError
from gateway.requests import (
    GRAPHQL,
    JSON,
    Headers,
    Parameters,
    answer_type,
    headers_of,
    read_parameters,
)
from gateway.tokens import InvalidToken, Tokens
from gateway.trusted import Documents
from gateway.viewers import Viewers

OPERATION_NAME = "graphql.operation.name"
OPERATION_TYPE = "graphql.operation.type"
LEFT = 499  # a status that nobody receives

log = logger("gateway.endpoint")


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
        operations: Operations,
    ) -> None:
        self._tokens = tokens
        self._viewers = viewers
        self._documents = documents
        self._planner = planner
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        request_id = new_id()
        headers = headers_of(scope)
        with telemetry.span("graphql", kind=SpanKind.SERVER, within=headers) as span:
            response = await self._respond(request, headers, request_id, span)
        response.headers["x-request-id"] = str(request_id)
        response.headers["cache-control"] = "no-store"
        await response(scope, receive, send)

    async def _respond(
        self, request: Request, headers: Headers, request_id: UUID, span: Span
    ) -> Response:
        """The answer, whatever happens."""
        started = time.perf_counter()
        kind, media_type = "none", JSON
        try:
            caller = await self._caller(headers)
            media_type = answer_type(headers)
            parameters = await read_parameters(request, headers)
            document = self._documents.asked(parameters, caller.roles)
            plan = self._planner.plan(
                document.text, parameters.operation_name, parameters.variables
            )
            kind = plan.kind.value
            _describe(span, caller, parameters, kind, plan.name)
            if plan.kind is OperationType.SUBSCRIPTION:
                raise Problem(
                    400,
                    "BAD_REQUEST",
                    "Subscriptions come over a WebSocket (graphql-transport-ws) to this address.",
                )
            if plan.kind is not OperationType.QUERY and request.method == "GET":
                raise Problem(
                    405,
                    "METHOD_NOT_ALLOWED",
                    "With GET come queries only.",
                    headers={"allow": "POST"},
                )
            answer = self._operations.run(plan, caller, request_id)
            if plan.kind is OperationType.QUERY:  # what a mutation does is done for all to see
                answer = unless_left(request.receive, answer)
            body = await answer
            metrics.REQUESTS.labels(kind, "answered").inc()
            return _response(body, 200, media_type)
        except RequestError as error:
            metrics.REQUESTS.labels(kind, error.code).inc()
            return _response(error.body(), 400 if media_type == GRAPHQL else 200, media_type)
        except Problem as problem:
            return _refuse(problem, kind, media_type)
        except ClientLeft:
            metrics.REQUESTS.labels(kind, "left").inc()
            return Response(status_code=LEFT)
        except (*TRANSIENT, KeysUnavailable) as error:
            log.warning("a request met something away", error=type(error).__name__)
            problem = errors.unavailable("Something we need is away; ask again in a moment.")
            return _refuse(problem, kind, media_type)
        except Exception:  # whatever it is, clients learn its trace id alone
            log.exception("a request failed")
            return _refuse(errors.unexpected(), kind, media_type)
        finally:
            metrics.SECONDS.labels(kind).observe(time.perf_counter() - started)

    async def _caller(self, headers: Headers) -> Caller:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise errors.unauthenticated()
        try:
            claims = await self._tokens.verify(token.strip())
        except InvalidToken as error:
            raise errors.unauthenticated(str(error)) from None
        return await self._viewers.of(claims)


def _describe(
    span: Span, caller: Caller, parameters: Parameters, kind: str, name: str | None
) -> None:
    """Names, never values: what was asked is the client's own."""
    span.update_name(name or parameters.operation_name or kind)
    if span.is_recording():
        span.set_attribute(OPERATION_TYPE, kind)
        span.set_attribute(telemetry.ORGANISATION, str(caller.organisation_id))
        if name is not None:
            span.set_attribute(OPERATION_NAME, name)


def _refuse(problem: Problem, kind: str, media_type: str) -> Response:
    metrics.REQUESTS.labels(kind, problem.code).inc()
    response = _response(problem.body(), problem.status, media_type)
    response.headers.update(problem.headers)
    return response


def _response(body: bytes, status: int, media_type: str) -> Response:
    return Response(body, status, {"content-type": f"{media_type}; charset=utf-8"})
