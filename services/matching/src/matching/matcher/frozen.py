"""What a matching run is computed from, and how that is written down."""

from datetime import date
from hashlib import sha256
from uuid import UUID

import msgspec
from msgspec.structs import replace

from contracts.matching import Rules
from contracts.profiles import Person


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes part in a run; in the order of their ids."""

    mentees: list[Person]  # without a mentor in the programme
    mentors: list[tuple[Person, int]]  # with their free places
    earlier: set[tuple[UUID, UUID]]  # (mentee, mentor) who have had a pairing in the programme
    excluded: set[tuple[UUID, UUID]] = set()  # (mentee, mentor) who are to be kept apart
    hopes: dict[UUID, bytes] = {}  # what mentees' aspirations mean (meaning.Meanings.packed)
    experience: dict[UUID, bytes] = {}  # and mentors' experience
    managers: dict[UUID, UUID] = {}  # of people who take no part and stand between those who do
    mentees_rank: dict[UUID, list[UUID]] = {}  # whom each likes best, the best first
    mentors_rank: dict[UUID, list[UUID]] = {}
    rules: Rules
    on: date  # the day whose time zones count
    seed: int = 0
    sites: dict[UUID, str] = {}  # what sites are called


BY_TEXT = ("hopes", "experience", "managers", "mentees_rank", "mentors_rank", "sites")

_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(Frozen).decode


def written(frozen: Frozen) -> bytes:
    """The same for the same people and rules."""
    by_text = {  # dictionaries are put in order by the texts of their keys only
        name: {str(key): value for key, value in getattr(frozen, name).items()} for name in BY_TEXT
    }
    return _encode(replace(frozen, **by_text))


def read(text: bytes) -> Frozen:
    return _decode(text)


def digest(text: bytes) -> str:
    return sha256(text).hexdigest()


def without(frozen: Frozen, person_id: UUID) -> Frozen:
    """The same, but for a person who was erased: nobody has them as a manager either."""

    def cleared(person: Person) -> Person:
        return replace(person, manager_id=None) if person.manager_id == person_id else person

    return replace(
        frozen,
        mentees=[cleared(each) for each in frozen.mentees if each.id != person_id],
        mentors=[(cleared(each), free) for each, free in frozen.mentors if each.id != person_id],
        earlier={pair for pair in frozen.earlier if person_id not in pair},
        excluded={pair for pair in frozen.excluded if person_id not in pair},
        hopes={each: meaning for each, meaning in frozen.hopes.items() if each != person_id},
        experience={
            each: meaning for each, meaning in frozen.experience.items() if each != person_id
        },
        mentees_rank=_unranked(frozen.mentees_rank, person_id),
        mentors_rank=_unranked(frozen.mentors_rank, person_id),
        managers={
            person: manager
            for person, manager in frozen.managers.items()
            if person_id not in {person, manager}
        },
    )


def _unranked(lists: dict[UUID, list[UUID]], person_id: UUID) -> dict[UUID, list[UUID]]:
    return {
        each: [other for other in ranked if other != person_id]
        for each, ranked in lists.items()
        if each != person_id
    }
