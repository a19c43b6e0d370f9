"""Where people have been, and where they want to go."""

from datetime import date
from random import Random

from cairn.sample.data import Data
from cairn.sample.posts import JUNIOR, MANAGER, PRINCIPAL, REGULAR, SENIOR, Post, title

URI = "http://data.europa.eu/esco/occupation/"

CHANGED_FIELD = 0.25  # of the people began in another family of work
KNOWS_WHERE = 0.6  # of those who seek a mentor can name an occupation
MOST_STYLES = 2
NOW = date(2026, 1, 5)

_RANKS = (JUNIOR, REGULAR, SENIOR, PRINCIPAL)
_SHORTEST, _LONGEST = 500, 1500  # days in a role


def cells(post: Post, data: Data, rng: Random, *, seeks: bool) -> dict[str, str]:
    """What a row of the HR file says of a career."""
    leads = post.level >= MANAGER
    styles = rng.sample(data.texts.styles, rng.randint(0, MOST_STYLES))
    return {
        "level": str(post.level + 1),
        "occupation": "" if leads else _uri(data.esco[post.family][post.occupation]),
        "career": ";".join(_career(post, data, rng)),
        "target_occupation": _target(post, data, rng) if seeks else "",
        "working_styles": ";".join(styles),
    }


def _career(post: Post, data: Data, rng: Random) -> list[str]:
    """The ranks below, the latest first; a few began in another field."""
    if post.family not in data.occupations:
        return []
    ranks = [rank for rank in _RANKS if rank < min(post.level, PRINCIPAL + 1)][-3:]
    roles = [(post.family, post.occupation, rank) for rank in ranks]
    if roles and rng.random() < CHANGED_FIELD:
        family = rng.choice(sorted(data.teams))
        roles[0] = (family, rng.randrange(len(data.occupations[family])), roles[0][2])
    until = NOW.toordinal() - rng.randint(200, _LONGEST)
    written: list[str] = []
    for family, occupation, rank in reversed(roles):
        since = until - rng.randint(_SHORTEST, _LONGEST)
        days = f"{date.fromordinal(since)}/{date.fromordinal(until - 1)}"
        uri = _uri(data.esco[family][occupation])
        written.append(f"{title(rank, family, occupation, data)}|{days}|{uri}".rstrip("|"))
        until = since
    return written


def _target(post: Post, data: Data, rng: Random) -> str:
    """Mostly another occupation of the family, else of another one."""
    if rng.random() >= KNOWS_WHERE or post.family not in data.esco:
        return ""
    family = post.family if rng.random() < 0.7 else rng.choice(sorted(data.teams))
    own = data.esco[post.family][post.occupation]
    known = [id_ for id_ in data.esco[family] if id_ and id_ != own]
    return _uri(rng.choice(known)) if known else ""


def _uri(id_: str) -> str:
    return id_ and URI + id_
