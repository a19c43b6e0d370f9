"""Global ids: `<type>:<uuid>`, opaque to clients, unique over all types."""

from functools import lru_cache
from uuid import UUID

LENGTH = 36  # of a UUID as text
LONGEST_TYPE = 64  # characters of a type's name, more than any has


def global_id(type_name: str, id: UUID) -> str:  # noqa: A002
    return f"{type_name}:{id}"


def read_global_id(text: str) -> tuple[str, UUID] | None:
    """The type's name and the UUID within it; None where `text` was never a global id."""
    if len(text) > LONGEST_TYPE + 1 + LENGTH:
        return None
    return _read(text)


@lru_cache(maxsize=10_000)  # a request's are read more than once
def _read(text: str) -> tuple[str, UUID] | None:
    type_name, separator, rest = text.partition(":")
    if not separator or len(rest) != LENGTH:
        return None
    try:
        return type_name, UUID(rest)
    except ValueError:
        return None
