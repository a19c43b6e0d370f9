"""What is left of a pairing, or of a draft, when one of the two is erased."""

from uuid import UUID

from msgspec.structs import replace

from contracts.matching import Draft, Enrolment, Pairing, Suggestions
from matching.domain.pairing import LEFT_ORGANISATION, LEFT_PROGRAMME, UNANSWERED


def pairing(pairing: Pairing) -> Pairing:
    """The pairing without what is said of the two, and what they said."""
    ours = pairing.closing_reason in (LEFT_ORGANISATION, LEFT_PROGRAMME, UNANSWERED)
    return replace(pairing, reasons=[], closing_reason=pairing.closing_reason if ours else "")


def draft(draft: Draft) -> Draft:
    """The draft without its mentor."""
    return replace(
        draft, mentor_id=None, score=0.0, reasons=[], unmatched=LEFT_ORGANISATION, remedy=""
    )


def ranks(enrolment: Enrolment, person_id: UUID) -> Enrolment:
    """The enrolment without the person on its list."""
    ranked = [each for each in enrolment.ranked if each.person_id != person_id]
    return replace(enrolment, ranked=ranked)


def suggestions(suggestions: Suggestions, person_id: UUID) -> Suggestions:
    """The suggestions without the person, if they are a mentor among them."""
    mentors = [each for each in suggestions.mentors if each.mentor_id != person_id]
    return replace(suggestions, mentors=mentors)
