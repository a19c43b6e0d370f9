"""What a rule refuses: an answer to the caller, not a failure of the platform."""

from typing import Any, ClassVar


class Refusal(Exception):  # noqa: N818 - refusing is not an error of ours
    """A command that the domain does not allow.

    `code` is stable and for programs; the message is for people: it names the thing, its state and
    what to do, and carries no personal data beyond what the caller sent.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409  # of the HTTP answer
    retry_after: ClassVar[int | None] = None  # seconds, where asking again helps: it is not kept

    def __init_subclass__(
        cls, *, code: str | None = None, status: int | None = None, **kwargs: Any
    ) -> None:
        super().__init_subclass__(**kwargs)
        cls.code = code or cls.code
        cls.status = status or cls.status

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(Refusal, code="invalid", status=400):
    """A value that the domain cannot use, though its type is right."""


class NotAllowed(Refusal, code="not-allowed", status=403):
    """The caller may not do this."""


class NotFound(Refusal, code="not-found", status=404):
    """There is no such thing, or not within the caller's sight."""


class NotYetKnown(Refusal, code="not-yet-known"):
    """What it is about may be on its way from another service: asked again, it may go well."""

    retry_after = 1


class TooLarge(Refusal, code="too-large", status=413):
    """More than one command or one event may carry."""
