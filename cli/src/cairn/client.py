"""GraphQL over HTTP, with sentences for what goes wrong and retries for what passes."""

from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx2
import msgspec
import stamina

from cairn.options import Connection
from cairn.troubles import Trouble

Answer = dict[str, Any]

# Whether it was done is not known, or it was not: asking again with the same key is safe.
PASSING = frozenset({"Busy", "OutcomeUnknown"})
PASSING_STATUS = frozenset({429, 502, 503, 504})


class Refused(Trouble):
    """The platform's rules do not allow it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{message} ({code})")
        self.code = code


class Later(Exception):  # noqa: N818 (a wait, not an error)
    """It may go well in a moment."""


class Client:
    """Asks the gateway. Use as a context manager."""

    def __init__(self, connection: Connection, *, patience: float = 60.0) -> None:
        """`patience` is how long a question is asked again while nobody answers, in seconds."""
        if not connection.token:
            raise Trouble("Who asks? Give a token as CAIRN_TOKEN or with --token.")
        self._url = connection.gateway
        self._patience = patience
        self._http = httpx2.Client(
            headers={"authorization": f"Bearer {connection.token}"}, timeout=30.0
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.close()

    def query(self, document: str, **variables: object) -> Answer:
        """The data of the answer. Raises Trouble."""
        return self._patiently(document, variables)

    def command(self, document: str, **variables: object) -> Answer:
        """The payload of a mutation with one field, sent with one key however often it is sent.

        Raises Refused where the rules do not allow it, Trouble where it could not be done.
        """
        data = self._patiently(document, {"key": f"cairn-{uuid4()}", **variables})
        (payload,) = data.values()
        if not payload["__typename"].endswith("Payload"):
            raise Refused(payload.get("code", payload["__typename"]), payload.get("message", ""))
        return payload

    def _patiently(self, document: str, variables: dict[str, object]) -> Answer:
        try:
            for attempt in stamina.retry_context(
                on=Later,
                attempts=None,
                timeout=self._patience,
                wait_initial=0.2,
                wait_max=5.0,
                wait_jitter=0.2,
            ):
                with attempt:
                    return self._ask(document, variables)
        except Later as reason:
            raise Trouble(str(reason)) from None
        raise AssertionError("a retry ends with an answer or an error")

    def _ask(self, document: str, variables: dict[str, object]) -> Answer:
        try:
            response = self._http.post(
                self._url,
                content=msgspec.json.encode({"query": document, "variables": variables}),
                headers={"content-type": "application/json"},
            )
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
            raise Trouble(f"{self._url} is no address of a gateway (--gateway).") from None
        except httpx2.TransportError as error:
            raise Later(
                f"The gateway at {self._url} does not answer ({type(error).__name__}). "
                "Does it run? The address is set with --gateway or CAIRN_GATEWAY."
            ) from None
        if response.status_code in PASSING_STATUS:
            raise Later(f"The gateway at {self._url} is too busy ({response.status_code}).")
        if response.status_code in (401, 403):
            raise Trouble("The gateway does not accept the token: it may be over. Get a new one.")
        return _data(response, self._url)


def _data(response: httpx2.Response, url: str) -> Answer:
    try:
        answer = msgspec.json.decode(response.content)
        data, errors = answer.get("data"), answer.get("errors")
    except (msgspec.DecodeError, AttributeError, UnicodeDecodeError):
        raise Trouble(f"{url} does not answer as a GraphQL API ({response.status_code}).") from None
    if errors:
        messages = "; ".join(str(error.get("message")) for error in errors)
        raise Trouble(f"The gateway could not answer: {messages}")
    for payload in (data or {}).values():
        if isinstance(payload, dict) and payload.get("__typename") in PASSING:
            raise Later(f"The platform did not say that it is done: {payload.get('message')}")
    return data or {}
