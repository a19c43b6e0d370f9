"""Ways from an occupation to others, over occupations that are alike, or that people moved between.

A step costs the square of how unlike the two are, so that two easy ones beat a hard one; a leap
over a level of skill (ISCO-08) costs more, a move that enough people made here costs little.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

import msgspec

from contracts.direction import CareerPath, Need, Step
from profiles.domain.fit import Fit, Seeker, fit
from profiles.domain.moves import Move
from taxonomy import Occupation, Taxonomy, skill_level

MOST_PATHS = 8  # besides the one to the target
MOST_STEPS = 4  # to a target; what is suggested is two away at most
MADE_HERE = 0.2  # the cost of a move that people made here
AT_ONCE = 1.3  # the cost of going straight to the target, whatever it is like
LEAP = 0.3  # more for each level that is passed over
CLOSE = 0.2  # what one step is worth beside the fit; two steps, half of it


class Way(msgspec.Struct, frozen=True, kw_only=True):
    cost: float
    stops: tuple[str, ...]  # without the first occupation


def explore(
    seeker: Seeker, known: Taxonomy, moves: Mapping[Move, int], *, target: str = ""
) -> list[CareerPath]:
    """The path to the target, and those to what fits best nearby; where nothing is known, none.

    `moves` are those that may be told. `target` is an occupation of `known`, or empty.
    """
    ways = ways_from(seeker.occupation, known, moves, most_steps=2)
    paths: list[CareerPath] = []
    if target and target != seeker.occupation:
        paths.append(_path(seeker, way_to(target, seeker.occupation, known, moves), known, moves))
    if seeker.occupation not in known.occupations:
        ways = {uri: Way(cost=1.0, stops=(uri,)) for uri in known.occupations}
    ways = {uri: way for uri, way in ways.items() if uri != target and _upward(uri, seeker, known)}
    fits = {uri: fit(seeker, known.occupations[uri]) for uri in ways}
    if not seeker.occupation and not any(each.reasons for each in fits.values()):
        return paths
    best = sorted(ways, key=lambda uri: (-_worth(fits[uri], ways[uri]), ways[uri].cost, uri))
    return paths + [
        _path(seeker, ways[uri], known, moves, found=fits[uri]) for uri in best[:MOST_PATHS]
    ]


def way_to(target: str, origin: str, known: Taxonomy, moves: Mapping[Move, int]) -> Way:
    """The cheapest way, of few steps; or straight to the target."""
    way = ways_from(origin, known, moves, most_steps=MOST_STEPS).get(target)
    return way if way and way.cost < AT_ONCE else Way(cost=AT_ONCE, stops=(target,))


def ways_from(
    origin: str, known: Taxonomy, moves: Mapping[Move, int], *, most_steps: int
) -> dict[str, Way]:
    """The cheapest way to each occupation within so many steps (Bellman and Ford)."""
    if origin not in known.occupations:
        return {}
    costs = _costs(known)
    made: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for here, there in moves:
        if there in known.occupations:
            made[here][there] = MADE_HERE
    found = {origin: Way(cost=0.0, stops=())}
    reached = set(found)
    for _ in range(most_steps):
        before, improved = dict(found), set[str]()
        for here in reached:
            for there, step in (costs[here] | made[here]).items():
                cost = before[here].cost + step
                if there not in found or cost < found[there].cost - 1e-9:
                    found[there] = Way(cost=cost, stops=(*before[here].stops, there))
                    improved.add(there)
        reached = improved
    del found[origin]
    return found


def gaps(steps: Iterable[Step], *, enough: int) -> list[Need]:
    """What the steps need and the person has not enough of, each once."""
    found = {need.skill: need for step in steps for need in step.needs if need.level < enough}
    return list(found.values())


def steps_along(
    stops: Iterable[str], seeker: Seeker, known: Taxonomy, moves: Mapping[Move, int]
) -> list[Step]:
    """Each stop as a step from the one before; the first from the present occupation."""
    steps: list[Step] = []
    here = seeker.occupation
    for uri in stops:
        occupation = known.occupations[uri]
        steps.append(
            Step(
                occupation=uri,
                title=occupation.title,
                likeness=_likenesses(known)[here].get(uri, 0.0),
                people=moves.get((here, uri)),
                needs=_needs(occupation, seeker),
            )
        )
        here = uri
    return steps


def _path(
    seeker: Seeker,
    way: Way,
    known: Taxonomy,
    moves: Mapping[Move, int],
    *,
    found: Fit | None = None,
) -> CareerPath:
    found = found or fit(seeker, known.occupations[way.stops[-1]])
    steps = steps_along(way.stops, seeker, known, moves)
    return CareerPath(fit=found.fit, reasons=found.reasons, steps=steps)


def _needs(occupation: Occupation, seeker: Seeker) -> list[Need]:
    return [
        Need(
            label=skill.label,
            skill=skill.uri,
            level=seeker.levels.get(skill.uri, 0),
            suggested=not occupation.listed,
        )
        for skill in occupation.skills
    ]


def _worth(found: Fit, way: Way) -> float:
    return found.fit + CLOSE / len(way.stops)


def _upward(uri: str, seeker: Seeker, known: Taxonomy) -> bool:
    """Whether it is neither what they did before nor asks for less than they do now."""
    if uri in seeker.before:
        return False
    now, then = _level(seeker.occupation, known), _level(uri, known)
    return now is None or then is None or then >= now


def _level(uri: str, known: Taxonomy) -> int | None:
    occupation = known.occupations.get(uri)
    return occupation and skill_level(occupation.group)


@cache
def _likenesses(known: Taxonomy) -> Mapping[str, dict[str, float]]:
    """How alike those are of which one is near the other, by both."""
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for each in known.occupations.values():
        for uri, likeness in each.near:
            found[each.uri][uri] = found[uri][each.uri] = likeness
    return found


@cache
def _costs(known: Taxonomy) -> Mapping[str, dict[str, float]]:
    """What a step costs from each occupation to those that are alike."""
    levels = {uri: _level(uri, known) for uri in known.occupations}

    def cost(here: str, there: str, likeness: float) -> float:
        now, then = levels[here], levels[there]
        leaps = max(0, then - now - 1) if now is not None and then is not None else 0
        return (1 - likeness) ** 2 + LEAP * leaps

    return {
        here: {there: cost(here, there, likeness) for there, likeness in alike.items()}
        for here, alike in _likenesses(known).items()
    }
