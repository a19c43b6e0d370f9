"""What is wrong with a request, said before anything of it runs."""

from collections.abc import Iterable

import msgspec
from graphql import GraphQLError


class RequestError(Exception):
    """A request error: the operation was not executed, so the answer has no data.

    Every error carries `extensions.code`, which clients may rely on:
    GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED, OPERATION_RESOLUTION_FAILURE, BAD_USER_INPUT
    (variables), BAD_TEXT, BAD_ID, BAD_PAGE, BAD_CURSOR, TOO_LARGE.
    """

    def __init__(self, errors: Iterable[GraphQLError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(error.message for error in self.errors))

    def body(self) -> bytes:
        return msgspec.json.encode({"errors": [error.formatted for error in self.errors]})


def with_errors(body: bytes, errors: Iterable[GraphQLError]) -> bytes:
    """Put errors before the data of an answer that `Plan.run` gave."""
    listed = msgspec.json.encode([error.formatted for error in errors])
    return b'{"errors":' + listed + b"," + body[1:]
