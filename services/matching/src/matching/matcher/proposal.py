"""What a run comes to for a mentee."""

from uuid import UUID

import msgspec

from contracts.matching import Reason


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What a run would tell a mentee."""

    mentee_id: UUID
    mentor_id: UUID | None = None  # none: there is nobody
    score: float = 0.0
    reasons: list[Reason] = []
    unmatched: str = ""  # why there is nobody
    remedy: str = ""  # what would help, where anything is known
