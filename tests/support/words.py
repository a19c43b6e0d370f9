"""A word for each organisation: its people's every text has it, so that it is known anywhere."""

from uuid import UUID


def word_of(organisation_id: UUID) -> str:
    return f"wren{organisation_id.hex[:16]}"


def domain_of(organisation_id: UUID) -> str:
    """The domain of its people's addresses."""
    return f"{word_of(organisation_id)}.example"
