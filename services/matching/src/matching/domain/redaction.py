"""What is left of a pairing when one of the two is erased: that it was, and when."""

from msgspec.structs import replace

from contracts.matching import Pairing
from matching.domain.pairing import LEFT_ORGANISATION, LEFT_PROGRAMME


def pairing(pairing: Pairing) -> Pairing:
    """The pairing without what is said of the two, and what they said."""
    ours = pairing.closing_reason in (LEFT_ORGANISATION, LEFT_PROGRAMME)
    return replace(pairing, reasons=[], closing_reason=pairing.closing_reason if ours else "")
