"""How the events' enumerations read a word that a newer producer added."""

from enum import StrEnum
from typing import Self


class Vocabulary(StrEnum):
    """An enumeration that may grow: a word this version does not know is read as `unknown`.

    Every vocabulary has a member `UNKNOWN`, which nobody writes.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self:
        return cls("unknown")
