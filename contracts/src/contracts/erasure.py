"""What a service says once it has erased a person."""

from uuid import UUID

import msgspec

from contracts.vocabulary import Instant


class ErasureDone(msgspec.Struct, frozen=True, kw_only=True):
    """That a service has erased a person; its `id` is that of the erasure in profiles."""

    id: UUID
    organisation_id: UUID
    person_id: UUID
    done_at: Instant
    erased: int = 0  # aggregates that are gone
    redacted: int = 0  # aggregates that others need, without what was said by or of the person
