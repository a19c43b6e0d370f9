"""Which texts of a person are compared: what a mentee hopes for, and what a mentor has done."""

from enum import StrEnum

from contracts.profiles import Person, Standing

LONGEST = 4000  # characters: the model reads no more than some 1,200 of them


class Kind(StrEnum):
    ASPIRATION = "aspiration"
    EXPERIENCE = "experience"


def texts_of(person: Person) -> dict[Kind, str]:
    """The texts that there are; nobody's who left."""
    if person.standing is not Standing.ACTIVE:
        return {}
    found = {Kind.ASPIRATION: person.aspiration.strip()}
    if person.offers_mentoring:
        found[Kind.EXPERIENCE] = _experience(person)
    return {kind: text[:LONGEST] for kind, text in found.items() if text}


def _experience(person: Person) -> str:
    titles = [person.job_title, *(position.title for position in person.career)]
    sentences = [*titles, ", ".join(person.skills_offered)]
    return " ".join(f"{each.strip()}." for each in sentences if each.strip())
