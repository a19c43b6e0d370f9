"""Why two people were matched, in words for the two of them.

A sentence tells only what they have in common, which partners may know of each other; what they
chose to have counted and nobody to see, it does not name.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from babel import Locale

from contracts.matching import Reason, Rules
from contracts.profiles import Person
from matching.matcher import criteria, occupations
from matching.matcher.grains import grains, of_closeness, of_hours, of_share
from matching.matcher.meaning import FAR, Near

NAMED_AT_MOST = 5  # terms in one sentence

Part = tuple[str, int, str]  # a criterion, what it adds to the score, and a sentence


def explain(
    mentee: Person, mentor: Person, rules: Rules, *, apart: float, near: Near = FAR
) -> list[Reason]:
    """The criteria that speak for the pair, the weightiest first; their shares are its score.

    `apart` is how many hours their working days differ; NaN where that is not known. `near`
    is how near what the mentee hopes for is to what the mentor does (`meaning.Closeness`).
    """
    weights = grains(rules)
    found = [
        *_met(mentee, mentor, weights),
        ("hours", of_hours(weights["hours"], apart), _hours_sentence(apart)),
        *_standing(mentee, mentor, weights),
        (
            "aspiration",
            of_closeness(weights["aspiration"], near.closeness),
            near.sentence(mentor),
        ),
    ]
    highest = sum(weights.values())
    reasons = [
        Reason(criterion=criterion, sentence=sentence, share=part / highest)
        for criterion, part, sentence in found
        if part > 0
    ]
    return sorted(reasons, key=lambda reason: -reason.share)


def score_of(reasons: Iterable[Reason]) -> float:
    """In [0, 1]."""
    return min(1.0, math.fsum(reason.share for reason in reasons))


def _met(mentee: Person, mentor: Person, weights: dict[str, int]) -> Iterator[Part]:
    """What the mentee names and the mentor has."""
    for criterion, (named, had) in criteria.MET.items():
        if not weights[criterion]:
            continue
        wanted = named(mentee)
        met = wanted & had(mentor)
        if met:
            part = of_share(weights[criterion], len(met), len(wanted))
            yield criterion, part, _SENTENCES[criterion](mentee, mentor, met)


def _standing(mentee: Person, mentor: Person, weights: dict[str, int]) -> Iterator[Part]:
    """Where the two stand in the organisation."""
    gap = criteria.levels_above(mentee, mentor)
    yield (
        "seniority",
        math.floor(weights["seniority"] * criteria.seniority(gap)),
        f"The mentor is {gap:g} {'level' if gap == 1 else 'levels'} above the mentee.",
    )
    yield (
        "other_site",
        weights["other_site"] if mentee.site_id != mentor.site_id else 0,
        "You work at different sites: a wider network for both of you.",
    )


def _skills_sentence(mentee: Person, _: Person, offered: frozenset[str]) -> str:
    names = _names(offered, _written(mentee.skills_sought, criteria.skill))
    sought = len(criteria.skills_sought(mentee))
    return f"Offers {len(offered)} of the {sought} skills sought: {names}."


def _interests_sentence(mentee: Person, _: Person, shared: frozenset[str]) -> str:
    return f"Interests you share: {_names(shared, _written(mentee.interests))}."


def _values_sentence(mentee: Person, _: Person, shared: frozenset[str]) -> str:
    return f"Values you share: {_names(shared, _written(mentee.values))}."


def _languages_sentence(_: Person, __: Person, shared: frozenset[str]) -> str:
    return f"Languages you share: {_names(shared, language_name)}."


def _path_sentence(mentee: Person, _: Person, shared: frozenset[str]) -> str:
    if shared != criteria.goal(mentee):
        return f"Has gone part of the way you want to go: {_names(shared, str)}."
    target = occupations.title(mentee.target_occupation)
    return f"Has been where you want to go{target and f': {target}'}."


def _styles_sentence(mentee: Person, _: Person, shared: frozenset[str]) -> str:
    return f"You like to work in the same way: {_names(shared, _written(mentee.working_styles))}."


def _background_sentence(_: Person, __: Person, ___: frozenset[str]) -> str:
    return "You share something of the background that you both chose to have counted."


_SENTENCES: dict[str, Callable[[Person, Person, frozenset[str]], str]] = {
    "skills": _skills_sentence,
    "interests": _interests_sentence,
    "values": _values_sentence,
    "languages": _languages_sentence,
    "path": _path_sentence,
    "working_style": _styles_sentence,
    "background": _background_sentence,
}


def _hours_sentence(apart: float) -> str:
    if not apart:
        return "Your working hours are the same."
    return f"Your working hours are {apart:g} {'hour' if apart == 1 else 'hours'} apart."


def _written(
    texts: Iterable[str], key: Callable[[str], str] = criteria.term
) -> Callable[[str], str]:
    """How terms were written by the person who named them."""
    return {key(text): " ".join(text.split()) for text in texts}.__getitem__


def _names(terms: frozenset[str], name: Callable[[str], str]) -> str:
    names = sorted(map(name, terms))
    if len(names) > NAMED_AT_MOST:
        return f"{', '.join(names[:NAMED_AT_MOST])} and {len(names) - NAMED_AT_MOST} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


@cache
def language_name(code: str) -> str:
    return Locale("en").languages.get(code, code)
