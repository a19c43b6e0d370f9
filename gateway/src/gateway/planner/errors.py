"""What is wrong with a request, said before anything of it runs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from graphql import GraphQLError, Node


class RequestError(Exception):
    """The operation was not executed, so the answer has no data.

    Every error carries `extensions.code`, which clients may rely on:
    GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED, OPERATION_RESOLUTION_FAILURE, BAD_USER_INPUT
    (variables and arguments), BAD_TEXT, BAD_ID, BAD_PAGE, BAD_CURSOR, TOO_LARGE.
    """

    def __init__(self, code: str, errors: Iterable[GraphQLError]) -> None:
        self.code = code
        self.errors = tuple(errors)
        for error in self.errors:
            error.extensions = {**(error.extensions or {}), "code": code}
        super().__init__("; ".join(error.message for error in self.errors))

    def body(self) -> bytes:
        return msgspec.json.encode({"errors": [error.formatted for error in self.errors]})


def refused(code: str, message: str, nodes: Sequence[Node] | None = None) -> RequestError:
    return RequestError(code, [GraphQLError(message, nodes)])


def beyond(
    limit: str, asked: int | None, most: int, advice: str, nodes: Sequence[Node] | None = None
) -> RequestError:
    """More was asked for than may be; how much, where that is known. `advice` is what to do."""
    told = {"limit": limit, "most": most} | ({} if asked is None else {"asked": asked})
    asks = f"more than {most} {limit}" if asked is None else f"{limit} {asked} of {most} at most"
    message = f"Too large, {asks}: {advice}."
    return RequestError("TOO_LARGE", [GraphQLError(message, nodes, extensions=told)])


def with_extensions(body: bytes, extensions: Mapping[str, Any]) -> bytes:
    """Put extensions behind an answer."""
    return body[:-1] + b',"extensions":' + msgspec.json.encode(extensions) + b"}"


def with_errors(body: bytes, errors: Iterable[GraphQLError]) -> bytes:
    """Put errors before the data of an answer that `Plan.run` gave."""
    listed = msgspec.json.encode([error.formatted for error in errors])
    return b'{"errors":' + listed + b"," + body[1:]
