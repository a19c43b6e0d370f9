"""What is left of a pairing, or of a draft, when one of the two is erased."""

from msgspec.structs import replace

from contracts.matching import Draft, Pairing
from matching.domain.pairing import LEFT_ORGANISATION, LEFT_PROGRAMME


def pairing(pairing: Pairing) -> Pairing:
    """The pairing without what is said of the two, and what they said."""
    ours = pairing.closing_reason in (LEFT_ORGANISATION, LEFT_PROGRAMME)
    return replace(pairing, reasons=[], closing_reason=pairing.closing_reason if ours else "")


def draft(draft: Draft) -> Draft:
    """The draft without its mentor."""
    return replace(
        draft, mentor_id=None, score=0.0, reasons=[], unmatched=LEFT_ORGANISATION, remedy=""
    )
