"""Global ids: `<type>:<uuid>`, opaque to clients, unique over all types."""

from uuid import UUID


def global_id(type_name: str, id: UUID) -> str:  # noqa: A002
    return f"{type_name}:{id}"


def read_global_id(text: str) -> tuple[str, UUID] | None:
    """The type's name and the UUID within it; None where `text` was never a global id."""
    type_name, separator, rest = text.partition(":")
    if not separator or len(rest) != 36:
        return None
    try:
        return type_name, UUID(rest)
    except ValueError:
        return None
