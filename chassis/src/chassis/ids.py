"""Identifiers."""

from uuid import UUID, uuid5

from uuid_utils.compat import uuid7

_NAMESPACE = UUID("5b1b8f1c-0d8a-5f0e-9a55-ca1a2a7e0c41")


def new_id() -> UUID:
    """A new UUIDv7: unique, and in the order of its making."""
    return uuid7()


def derived_id(*parts: object) -> UUID:
    """The same UUIDv5 for the same parts, wherever and whenever it is asked for."""
    return uuid5(_NAMESPACE, "\x1f".join(str(part) for part in parts))
