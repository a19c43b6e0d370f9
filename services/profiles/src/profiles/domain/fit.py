"""How well an occupation fits a person: by what they like, what work should give them, and skills.

Each part is in [0, 1], and is left out where nothing is known; the fit is their weighted mean.
"""

from collections.abc import Mapping, Sequence
from statistics import StatisticsError, correlation

import msgspec

from contracts.direction import Interest, Reason, Theme, WorkValue
from taxonomy import Occupation, themes

WEIGHTS = {"interests": 0.4, "skills": 0.4, "values": 0.2}
PROFICIENT = 3  # the level from which on a skill counts in full

_BY_LETTER = {theme[0].upper(): theme for theme in Theme if theme is not Theme.UNKNOWN}
_STRENGTHS = (1.0, 0.6, 0.3)  # of an occupation's first, second and third theme

# Where work of a theme tends to give what somebody values: a reading of the theory of work
# adjustment (Dawis and Lofquist 1984) beside Holland's themes, not a measurement.
_GIVEN_BY = {
    WorkValue.ACHIEVEMENT: (Theme.INVESTIGATIVE, Theme.ARTISTIC),
    WorkValue.INDEPENDENCE: (Theme.ARTISTIC, Theme.INVESTIGATIVE, Theme.ENTERPRISING),
    WorkValue.RECOGNITION: (Theme.ENTERPRISING, Theme.ARTISTIC),
    WorkValue.RELATIONSHIPS: (Theme.SOCIAL,),
    WorkValue.SUPPORT: (Theme.CONVENTIONAL, Theme.REALISTIC),
    WorkValue.CONDITIONS: (Theme.CONVENTIONAL, Theme.REALISTIC, Theme.ENTERPRISING),
}


class Seeker(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a person who looks for a way."""

    occupation: str = ""  # the present one's URI; empty: not known
    before: frozenset[str] = frozenset()  # occupations that they had
    interests: Sequence[Interest] = ()
    values: Sequence[WorkValue] = ()  # the most important first
    levels: Mapping[str, int] = {}  # of skills, by URI: 1 to 5


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    fit: float  # the sum of the reasons' shares; 0 where nothing is known
    reasons: list[Reason]


def fit(seeker: Seeker, occupation: Occupation) -> Fit:
    profile = profile_of(themes(occupation.group))
    parts = {
        "interests": interest_fit(seeker.interests, profile),
        "skills": skill_fit(seeker.levels, occupation),
        "values": value_fit(seeker.values, profile),
    }
    known = {name: part for name, part in parts.items() if part is not None}
    weights = sum(WEIGHTS[name] for name in known)
    reasons = [
        Reason(
            criterion=name,
            sentence=_sentence(name, seeker, occupation, profile),
            share=WEIGHTS[name] * part / weights,
        )
        for name, part in known.items()
    ]
    return Fit(fit=min(1.0, sum(each.share for each in reasons)), reasons=reasons)


def profile_of(letters: str) -> dict[Theme, float]:
    """How much of each theme is in an occupation; empty where nothing is known of it."""
    if not letters:
        return {}
    found = dict.fromkeys(_BY_LETTER.values(), 0.0)
    for letter, strength in zip(letters, _STRENGTHS, strict=True):
        found[_BY_LETTER[letter]] = strength
    return found


def interest_fit(interests: Sequence[Interest], profile: Mapping[Theme, float]) -> float | None:
    """How the two profiles run together: Pearson's correlation, from [-1, 1] to [0, 1].

    None where a theme is missing, or a profile has no peaks.
    """
    scores = {each.theme: each.score for each in interests}
    if not profile or scores.keys() != profile.keys():
        return None
    try:
        together = correlation([scores[theme] for theme in profile], list(profile.values()))
    except StatisticsError:
        return None
    return min(1.0, max(0.0, (1 + together) / 2))


def value_fit(values: Sequence[WorkValue], profile: Mapping[Theme, float]) -> float | None:
    """How much of what is valued the occupation's themes tend to give; the first counts most."""
    if not values or not profile:
        return None
    weights = [1 / place for place in range(1, len(values) + 1)]
    given = [max(profile[theme] for theme in _GIVEN_BY[value]) for value in values]
    return sum(map(float.__mul__, weights, given)) / sum(weights)


def skill_fit(levels: Mapping[str, int], occupation: Occupation) -> float | None:
    """The share of the skills that the occupation needs; one below proficiency counts in part."""
    if not levels or not occupation.skills:
        return None
    had = (min(levels.get(each.uri, 0), PROFICIENT) / PROFICIENT for each in occupation.skills)
    return sum(had) / len(occupation.skills)


def _sentence(
    name: str, seeker: Seeker, occupation: Occupation, profile: Mapping[Theme, float]
) -> str:
    if name == "skills":
        had = sum(seeker.levels.get(each.uri, 0) >= PROFICIENT for each in occupation.skills)
        needs = "needs" if occupation.listed else "may need"
        return f"You have {had} of the {len(occupation.skills)} skills that it {needs}."
    strongest = sorted(profile, key=lambda theme: -profile[theme])[:2]
    kind = " and ".join(strongest)
    if name == "interests":
        own = " and ".join(each.theme for each in seeker.interests[:2])
        return f"The work is mostly {kind}; your strongest interests are {own}."
    first = seeker.values[0]
    if max(profile[theme] for theme in _GIVEN_BY[first]) >= _STRENGTHS[1]:
        return f"Work that is {kind} tends to give what you put first: {first}."
    return f"You put {first} first, of which work that is {kind} tends to give less."
