"""The words and moments that events are made of."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

import msgspec

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment in time, with its offset from UTC (RFC 3339); one without is refused."""


class Vocabulary(StrEnum):
    """An enumeration that may grow: a word this version does not know is read as `unknown`.

    Every vocabulary has a member `UNKNOWN`, which nobody writes.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self:
        return cls("unknown")
