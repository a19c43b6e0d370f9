"""Who offers and who seeks mentoring, and what people can, like and wish for."""

from random import Random

from cairn.sample.chance import several
from cairn.sample.data import Data
from cairn.sample.posts import (
    CHIEF,
    CHIEF_EXECUTIVE,
    DIRECTOR,
    HEAD,
    JUNIOR,
    MANAGER,
    PRINCIPAL,
    REGULAR,
    SENIOR,
    VICE_PRESIDENT,
    Post,
    title,
)

OFFERING, SEEKING = 0.15, 0.45  # of all people
CAPACITIES = {1: 35, 2: 40, 3: 17, 4: 8}  # per cent of the mentors

_OFFERS = {JUNIOR: 0.05, REGULAR: 0.5, SENIOR: 2.5, PRINCIPAL: 5, MANAGER: 4, HEAD: 5, DIRECTOR: 6,
    VICE_PRESIDENT: 6, CHIEF: 3, CHIEF_EXECUTIVE: 1}  # fmt: skip
_SEEKS = {JUNIOR: 6, REGULAR: 4, SENIOR: 2, PRINCIPAL: 0.6, MANAGER: 1.2, HEAD: 0.6, DIRECTOR: 0.2,
    VICE_PRESIDENT: 0.05, CHIEF: 0.01, CHIEF_EXECUTIVE: 0.001}  # fmt: skip


def mentors_and_mentees(posts: list[Post], rng: Random) -> tuple[set[int], set[int]]:
    """The indexes of those who offer and of those who seek; a few do both."""
    offers = [float(_OFFERS[post.level]) for post in posts]
    mentors = set(several(rng, offers, round(OFFERING * len(posts))))
    seeks = [
        _SEEKS[post.level] * (0.1 if index in mentors else 1.0) for index, post in enumerate(posts)
    ]
    return mentors, set(several(rng, seeks, round(SEEKING * len(posts))))


def skills(post: Post, data: Data, rng: Random) -> list[str]:
    """Those of the occupation first: each has its own typical ones among the family's."""
    own = data.skills[post.family]
    known = _typical(own, post.occupation * 3, 3 + min(post.level, 3) + rng.randint(0, 2), rng)
    if post.level >= PRINCIPAL:
        leading = rng.randint(0, 1) if post.level == PRINCIPAL else rng.randint(2, 4)
        known += _typical(data.skills["leadership"], 0, leading, rng)
    known += rng.sample(data.skills["together"], rng.randint(1, 2))
    if rng.random() < 0.2:
        known.append(rng.choice(data.skills[_other_family(post, data, rng)]))
    return list(dict.fromkeys(known))


def _typical(pool: list[str], first: int, count: int, rng: Random) -> list[str]:
    """Some of the pool, those from its `first` on the likelier."""
    weights = [1.0 / (1 + (index - first) % len(pool)) ** 0.7 for index in range(len(pool))]
    return [pool[index] for index in several(rng, weights, count)]


def _other_family(post: Post, data: Data, rng: Random) -> str:
    return rng.choice([family for family in data.teams if family != post.family])


def offered(known: list[str], rng: Random) -> list[str]:
    return rng.sample(known, min(len(known), rng.randint(2, 4)))


def sought(post: Post, known: list[str], data: Data, rng: Random) -> list[str]:
    """What the level above asks for, what others of the family know, or another field's."""
    pools = {
        post.family: 6.0,
        "leadership": 1.0 + post.level,
        "together": 1.5,
        _other_family(post, data, rng): 2.0,
    }
    new = [
        (skill, weight / len(data.skills[family]))
        for family, weight in pools.items()
        for skill in data.skills[family]
        if skill not in known
    ]
    chosen = several(rng, [weight for _, weight in new], rng.randint(2, 3))
    return list(dict.fromkeys(new[index][0] for index in chosen))


def aspiration(post: Post, wanted: list[str], data: Data, rng: Random) -> str:
    step_up = min(post.level + 1, VICE_PRESIDENT)
    if post.level in (PRINCIPAL, MANAGER):
        step_up = HEAD
    return rng.choice(data.texts.aspirations).format(
        title=title(step_up, post.family, post.occupation, data),
        skill=wanted[0],
        other=wanted[-1],
        team=data.teams[_other_family(post, data, rng)],
    )
