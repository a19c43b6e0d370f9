"""What people wrote, fit for a title, a header or a calendar."""

from contracts.profiles import Person


def name(person: Person) -> str:
    return one_line(f"{person.given_name} {person.family_name}")


def one_line(text: str) -> str:
    """The text without line breaks and what else cannot be printed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
