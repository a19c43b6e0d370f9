"""The organisation's tree: who leads whom, in which department, team and site."""

from collections.abc import Iterator
from random import Random

import msgspec

from cairn.sample.chance import place_in, shares, weighted
from cairn.sample.data import Data, Department

SPAN = (5, 9)  # the reports of one manager

JUNIOR, REGULAR, SENIOR, PRINCIPAL = range(4)
MANAGER, HEAD, DIRECTOR, VICE_PRESIDENT, CHIEF, CHIEF_EXECUTIVE = range(4, 10)
STEPS = {JUNIOR: 17, REGULAR: 45, SENIOR: 28, PRINCIPAL: 10}  # per cent of those who lead nobody


class Post(msgspec.Struct, gc=False):
    """A place in the tree."""

    department: str
    family: str  # of work
    manager: int  # the index of another post; -1: nobody
    site: int
    level: int  # JUNIOR to CHIEF_EXECUTIVE
    occupation: int  # an index into the family's
    title: str


def posts(people: int, data: Data, sites: list[float], rng: Random) -> list[Post]:
    """The tree of so many people, each after their manager; `sites` are cumulative weights."""
    chief = Post("Executive Office", "leadership", -1, 0, CHIEF_EXECUTIVE, 0, "Chief Executive")
    tree = [chief]
    sizes = shares(people - 1, [each.share for each in data.departments], least=1)
    for department, size in zip(data.departments, sizes, strict=True):
        tree.extend(_department(department, size, len(tree), data, sites, rng))
    return tree


def _department(
    department: Department, size: int, start: int, data: Data, sites: list[float], rng: Random
) -> Iterator[Post]:
    lines = list(_lines(size, rng))
    heights = _heights(lines)
    made: list[Post] = []
    for own, manager in enumerate(lines):
        above = made[manager] if own else None
        family = _family(department, above, manager, rng)
        level = _level(own, heights[own], rng)
        occupation = rng.randrange(len(data.occupations[family]))
        post = Post(
            department=department.name,
            family=family,
            manager=start + manager if own else 0,
            site=_site(above, manager, sites, rng),
            level=level,
            occupation=occupation,
            title=title(level, family, occupation, data) if own else department.chief,
        )
        made.append(post)
        yield post


def _lines(size: int, rng: Random) -> Iterator[int]:
    """For each in a tree, level by level, the one above: teams as large as SPAN says."""
    yield -1
    left, manager = size - 1, 0
    while left:
        team = left if left <= SPAN[1] else rng.randint(SPAN[0], min(SPAN[1], left - SPAN[0]))
        yield from (manager for _ in range(team))
        left -= team
        manager += 1


def _heights(lines: list[int]) -> list[int]:
    """How many levels there are below each."""
    heights = [0] * len(lines)
    for own in range(len(lines) - 1, 0, -1):
        heights[lines[own]] = max(heights[lines[own]], heights[own] + 1)
    return heights


def _family(department: Department, above: Post | None, manager: int, rng: Random) -> str:
    """A team does one kind of work, but for a few; those below the head lead all kinds."""
    if above is None or manager == 0 or rng.random() < 0.08:
        return weighted(rng, department.families)
    return above.family


def _site(above: Post | None, manager: int, sites: list[float], rng: Random) -> int:
    """Mostly the manager's; the head's direct reports are all over the world."""
    if above is None:
        return 0 if rng.random() < 0.5 else place_in(rng, sites)
    if manager == 0 or rng.random() < 0.15:
        return place_in(rng, sites)
    return above.site


def _level(own: int, height: int, rng: Random) -> int:
    if own == 0:
        return CHIEF
    if height == 0:
        return weighted(rng, STEPS)
    return min(MANAGER + height - 1, VICE_PRESIDENT)


def title(level: int, family: str, occupation: int, data: Data) -> str:
    """What someone of this family is called at a level below chief."""
    team = data.teams[family]
    if level > MANAGER:
        above = {HEAD: f"Head of {team}", DIRECTOR: f"Director, {team}"}
        return above.get(level, f"Vice President, {team}")
    if level == MANAGER:
        return f"{team} Manager" if occupation % 2 else f"{team} Team Lead"
    rank = {JUNIOR: "Junior ", SENIOR: "Senior ", PRINCIPAL: "Principal "}
    return rank.get(level, "") + data.occupations[family][occupation]
