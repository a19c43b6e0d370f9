"""What clients are told when something is wrong: a stable code, and a sentence without secrets."""

from typing import Any

import msgspec
from opentelemetry import trace


class Problem(Exception):  # noqa: N818
    """A request that gets no data: its HTTP status, code and sentence."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: dict[str, str] | None = None,
        extensions: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers or {}
        self.error = {"message": message, "extensions": {"code": code, **(extensions or {})}}

    def body(self) -> bytes:
        return msgspec.json.encode({"errors": [self.error]})


def unauthenticated(reason: str | None = None) -> Problem:
    """RFC 6750: what is wrong with the token, or that one is needed."""
    challenge = 'Bearer realm="cairn"'
    if reason is not None:
        challenge += f', error="invalid_token", error_description="{reason}"'
    message = f"The access token is not accepted: {reason}." if reason else "Sign in: send a token."
    return Problem(401, "UNAUTHENTICATED", message, headers={"www-authenticate": challenge})


def unavailable(message: str, **extensions: Any) -> Problem:
    """Something of the platform is away; asking again may help."""
    return Problem(503, "UNAVAILABLE", message, headers={"retry-after": "1"}, extensions=extensions)


def unexpected() -> Problem:
    """A failure of ours. The trace id leads operators to it; clients learn nothing else."""
    return Problem(500, "INTERNAL", UNEXPECTED, extensions={"traceId": trace_id()})


UNEXPECTED = "Something went wrong on our side."


def trace_id() -> str:
    """The running trace's id."""
    return f"{trace.get_current_span().get_span_context().trace_id:032x}"
