"""GraphQL over HTTP: from an HTTP request to the operation that it asks for.

See https://graphql.github.io/graphql-over-http/draft/
"""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.types import Receive, Scope

from chassis.ids import new_id
from gateway.errors import Problem

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"

Headers = Mapping[str, str]  # by names in small letters

MAX_BODY = 256 * 1024  # bytes
BODY_TIMEOUT = 10.0  # seconds for a whole body
UUID_LENGTHS = (32, 36)  # without hyphens, and with them


class PersistedQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How Apollo's clients name a document."""

    sha256_hash: str


class Extensions(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What we understand of a request's extensions; others are ignored."""

    persisted_query: PersistedQuery | None = None
    cost: Literal["include", "only"] | None = None  # tell the cost too, or without running it


class Parameters(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a GraphQL request asks for: by the text of a document, or by its identifier."""

    query: str | None = None
    document_id: str | None = None
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: Extensions | None = None

    def __post_init__(self) -> None:
        if self.query is None and self.identifier is None:
            raise ValueError("it has neither a `query` nor a `documentId`")

    @property
    def identifier(self) -> str | None:
        """The document's, where the request has one."""
        if self.document_id is not None:
            return self.document_id
        persisted = self.extensions and self.extensions.persisted_query
        return persisted.sha256_hash if persisted else None


def headers_of(scope: Scope) -> Headers:
    """Read once: Starlette's look through all of them for each that is asked for."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def request_id_of(headers: Headers) -> UUID:
    """The client's own, where it is a UUID; else a new one."""
    text = headers.get("x-request-id", "")
    if len(text) in UUID_LENGTHS:
        with contextlib.suppress(ValueError):
            return UUID(text)
    return new_id()


def answer_type(headers: Headers) -> str:
    """The media type that the client would have its answer in.

    Raises Problem.
    """
    accept = headers.get("accept")
    if accept is None:
        return JSON
    wanted = qualities(accept)
    graphql = wanted.get(GRAPHQL, 0.0)
    json = max(wanted.get(name, 0.0) for name in (JSON, "application/*", "*/*"))
    if graphql > 0 and graphql >= json:
        return GRAPHQL
    if json > 0:
        return JSON
    raise Problem(406, "NOT_ACCEPTABLE", f"Answers are {GRAPHQL} or {JSON}.")


async def read_body(request: Request, headers: Headers) -> bytes:
    """The request's body; queries with GET have none. Raises Problem."""
    match request.method:
        case "POST":
            return await _body(request, headers)
        case "GET":
            return b""
        case _:
            raise Problem(
                405,
                "METHOD_NOT_ALLOWED",
                "Operations are sent with POST; queries with GET too.",
                headers={"allow": "GET, POST"},
            )


def read_parameters(request: Request, body: bytes) -> Parameters:
    """Raises Problem."""
    return _from_url(request) if request.method == "GET" else _decode(body)


def qualities(accept: str) -> dict[str, float]:
    """What a client accepts, each with its quality: media types, or content-codings."""
    found: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        found[name] = max(quality, found.get(name, 0.0))
    return found


async def _body(request: Request, headers: Headers) -> bytes:
    kind, _, parameters = headers.get("content-type", "").partition(";")
    if kind.strip().lower() != JSON:
        # Browsers send the other kinds to foreign sites unasked.
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", f"A request's content-type is {JSON}.")
    charset = parameters.strip().lower().partition("charset=")[2].strip('"')
    if charset not in {"", "utf-8", "utf8"}:
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", "A request's charset is UTF-8.")
    declared = headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > MAX_BODY:
        raise _too_large()
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            return await _received(request.receive)
    except TimeoutError:
        raise Problem(
            408, "TIMEOUT", "The request did not arrive in time.", headers={"connection": "close"}
        ) from None


async def _received(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Problem(400, "BAD_REQUEST", "The request did not arrive whole.")
        chunk: bytes = message.get("body", b"")
        chunks.append(chunk)
        length += len(chunk)
        if length > MAX_BODY:
            raise _too_large()
        if not message.get("more_body"):
            return b"".join(chunks)


def _too_large() -> Problem:
    return Problem(
        413,
        "TOO_LARGE",
        f"A request may be at most {MAX_BODY} bytes.",
        headers={"connection": "close"},
    )


def _decode(body: bytes) -> Parameters:
    try:
        parameters = msgspec.json.decode(body, type=Parameters)
        _NAMES.decode(body.decode())
        return parameters
    except _NameTwiceError:
        raise _bad_request("The request's body has the same name twice in an object.") from None
    except msgspec.ValidationError as error:
        raise _bad_request(f"The request is not a GraphQL request: {error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _bad_request("The request's body is not JSON in UTF-8.") from None


class _NameTwiceError(Exception):
    """Of two values for one name others may have read the other one."""


def _once_each(members: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in members}) < len(members):
        raise _NameTwiceError


_NAMES = json.JSONDecoder(object_pairs_hook=_once_each)


def _from_url(request: Request) -> Parameters:
    members: dict[str, Any] = {}
    for name in ("query", "documentId", "operationName"):
        if name in request.query_params:
            members[name] = request.query_params[name]
    for name in ("variables", "extensions"):
        if text := request.query_params.get(name):
            try:
                members[name] = msgspec.json.decode(text)
            except (msgspec.DecodeError, RecursionError):
                raise _bad_request(f"`{name}` in the address is not JSON.") from None
    try:
        return msgspec.convert(members, Parameters)
    except msgspec.ValidationError as error:
        raise _bad_request(f"The request is not a GraphQL request: {error}.") from None


def _bad_request(message: str) -> Problem:
    return Problem(400, "BAD_REQUEST", message)
