"""How close what mentees hope for is to what mentors have done, by the meaning of their words.

    closeness = Closeness(hopes, experience)        # Meanings, from store.meanings
    closeness.of(mentees)                           # a block: a row each, a column for each mentor
    closeness.pairs(mentees, mentors)               # of pairs alone; the same numbers
    closeness.near(mentee, mentor)                  # of one pair, with a sentence for it

They are whole numbers from 0 to HIGHEST, in float32, which holds them exactly: the share that a
pair has of the criterion is closeness / HIGHEST. Two strangers have about 0, the same text has
HIGHEST, and who has written nothing has 0 with everybody. It hangs on the two texts alone, never on
who else is in the pool.

A block is one small product of matrices. Meanings are whole numbers of a bounded length, so that
sums are exact in whatever order a machine makes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from contracts.profiles import Person
from matching.matcher.fit import Indices

LENGTH = 2047  # of a meaning; no sum below exceeds 3 LENGTH², and float32 is exact up to 2**24
FLOOR = 0.1  # the cosine up to which two texts count as strangers': of two, it is about 0
CLOSE, SOMEHOW = 0.5, 0.25  # shares: as of the same occupation; above what 19 of 20 strangers have
SLACK = 0.005  # of the cosine of a text with itself: what rounding to whole numbers may take

_FLOOR = round(FLOOR * LENGTH)
HIGHEST = round((1 - SLACK) * LENGTH**2) - _FLOOR * LENGTH

NAMED_AT_MOST = 3  # skills in a sentence

Numbers = NDArray[np.float32]


@dataclass(frozen=True)
class Meanings:
    """What people's texts mean: a row for each person, of LENGTH; zeros for no text.

    What a model and what letters alone make of texts cannot be compared: `space` is 1 or 2, after
    what made the row, and 0 for no text.
    """

    vectors: NDArray[np.int16]
    space: NDArray[np.int8]

    @classmethod
    def none(cls, people: int) -> "Meanings":
        """For people of whose texts nothing is known."""
        return cls(np.zeros((people, 1), np.int16), np.zeros(people, np.int8))

    def packed(self, people: Sequence[UUID]) -> dict[UUID, bytes]:
        """Those of whom there is something, in a form that can be written down."""
        rows = zip(people, self.space.tolist(), self.vectors.astype("<i2"), strict=True)
        return {
            person: bytes([space]) + vector.tobytes() for person, space, vector in rows if space
        }

    @classmethod
    def unpacked(cls, packed: Mapping[UUID, bytes], people: Sequence[UUID]) -> "Meanings":
        """Of these people, in their order."""
        width = max((len(each) // 2 for each in packed.values()), default=1)
        found = cls(np.zeros((len(people), width), np.int16), np.zeros(len(people), np.int8))
        for place, person in enumerate(people):
            if row := packed.get(person):
                found.space[place] = row[0]
                found.vectors[place] = np.frombuffer(row, "<i2", offset=1)
        return found


BY_MODEL, BY_LETTERS = 1, 2  # the spaces


@dataclass(frozen=True)
class Near:
    """How near the two of a pair are."""

    closeness: float  # of 0 to HIGHEST
    space: int

    def sentence(self, mentor: Person) -> str:
        """For both to read: it tells what the mentor does, not what the mentee hopes for.

        It says how sure it is, and where only letters were compared, that they were.
        """
        if self.space == BY_LETTERS:
            how = "Words of what the mentee hopes for are among those of"
        elif self.closeness >= CLOSE * HIGHEST:
            how = "What the mentee hopes for is close to"
        elif self.closeness >= SOMEHOW * HIGHEST:
            how = "What the mentee hopes for has to do with"
        else:
            how = "What the mentee hopes for may have a little to do with"
        offered = ", ".join(mentor.skills_offered[:NAMED_AT_MOST])
        known = " ".join(filter(None, (mentor.job_title, offered and f"({offered})")))
        return f"{how} what the mentor does: {known}."


FAR = Near(0, 0)


class Closeness:
    """Between mentees' hopes and mentors' experience; everybody is an index."""

    def __init__(self, hopes: Meanings, experience: Meanings) -> None:
        self._space = experience.space
        width = max(hopes.vectors.shape[1], experience.vectors.shape[1])
        of_mentee = [(hopes.space > 0), (hopes.space == 1), (hopes.space == 2)]
        # The first takes the floor off; the others LENGTH², where the two are of different spaces.
        of_mentor = [
            np.full(len(experience.space), -_FLOOR),
            (experience.space == 2) * -LENGTH,
            (experience.space == 1) * -LENGTH,
        ]
        self._hopes = _beside(hopes, width, [LENGTH * column for column in of_mentee])
        self._experience = _beside(experience, width, of_mentor)

    def of(self, mentees: Indices) -> Numbers:
        """A row for each of the mentees, a column for each mentor."""
        return _within(self._hopes[mentees] @ self._experience.T)

    def columns(self, mentors: Indices) -> Numbers:
        """A row for each of the mentors, a column for each mentee."""
        return _within(self._experience[mentors] @ self._hopes.T)

    def pairs(self, mentees: Indices, mentors: Indices) -> Numbers:
        """Of each mentee with the mentor at the same place of `mentors`."""
        products = np.einsum("ij,ij->i", self._hopes[mentees], self._experience[mentors])
        return _within(products)

    def near(self, mentee: int, mentor: int) -> Near:
        [closeness] = self.pairs(np.array([mentee]), np.array([mentor])).tolist()
        return Near(closeness, int(self._space[mentor]))


def _beside(meanings: Meanings, width: int, columns: list[NDArray[np.int64]]) -> Numbers:
    people, given = meanings.vectors.shape
    wide = np.zeros((people, width + len(columns)), np.float32)
    wide[:, :given] = meanings.vectors
    for place, column in enumerate(columns):
        wide[:, width + place] = column
    return wide


def _within(products: Numbers) -> Numbers:
    return np.clip(products, 0, HIGHEST, out=products)
