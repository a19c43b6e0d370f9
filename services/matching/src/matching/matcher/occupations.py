"""What occupations are called, by their id in the taxonomy."""

from taxonomy import taxonomy


def title(occupation: str) -> str:
    """Empty where the taxonomy does not know it."""
    found = taxonomy().occupations.get(occupation)
    return found.title if found else ""
