"""Why two people were matched, in words for the two of them.

A sentence tells only what they have in common, which partners may know of each other.
"""

import math
from collections.abc import Callable, Iterable
from functools import cache

from babel import Locale

from contracts.matching import Reason, Rules
from contracts.profiles import Person
from matching.domain.programme import total_weight
from matching.matcher import criteria
from matching.matcher.criteria import HALF_DAY

NAMED_AT_MOST = 5  # terms in one sentence


def explain(mentee: Person, mentor: Person, rules: Rules, *, apart: float) -> list[Reason]:
    """The criteria that speak for the pair, the weightiest first; their shares are its score.

    `apart` is how many hours their working days differ; NaN where that is not known.
    """
    total = total_weight(rules)
    found = [
        *_shared_terms(mentee, mentor, rules),
        ("hours", rules.weight_hours, _closeness(apart), _hours_sentence(apart)),
        (
            "other_site",
            rules.weight_other_site,
            float(mentee.site_id != mentor.site_id),
            "You work at different sites: a wider network for both of you.",
        ),
    ]
    reasons = [
        Reason(criterion=criterion, sentence=sentence, share=weight * part / total)
        for criterion, weight, part, sentence in found
        if weight * part > 0
    ]
    return sorted(reasons, key=lambda reason: -reason.share)


def score_of(reasons: Iterable[Reason]) -> float:
    """In [0, 1]."""
    return min(1.0, math.fsum(reason.share for reason in reasons))


def _shared_terms(
    mentee: Person, mentor: Person, rules: Rules
) -> Iterable[tuple[str, float, float, str]]:
    sought = criteria.skills_sought(mentee)
    offered = sought & criteria.skills_offered(mentor)
    yield (
        "skills",
        rules.weight_skills,
        _part(offered, sought),
        _skills_sentence(mentee, offered, sought),
    )
    interests = criteria.interests(mentee) & criteria.interests(mentor)
    yield (
        "interests",
        rules.weight_interests,
        _part(interests, criteria.interests(mentee)),
        f"Interests you share: {_names(interests, _written(mentee.interests))}.",
    )
    values = criteria.values(mentee) & criteria.values(mentor)
    yield (
        "values",
        rules.weight_values,
        _part(values, criteria.values(mentee)),
        f"Values you share: {_names(values, _written(mentee.values))}.",
    )
    languages = criteria.languages(mentee) & criteria.languages(mentor)
    yield (
        "languages",
        rules.weight_languages,
        _part(languages, criteria.languages(mentee)),
        f"Languages you share: {_names(languages, language_name)}.",
    )


def _skills_sentence(mentee: Person, offered: frozenset[str], sought: frozenset[str]) -> str:
    names = _names(offered, _written(mentee.skills_sought))
    return f"Offers {len(offered)} of the {len(sought)} skills sought: {names}."


def _part(shared: frozenset[str], named: frozenset[str]) -> float:
    return len(shared) / max(1, len(named))


def _closeness(apart: float) -> float:
    return 0.0 if math.isnan(apart) else 1 - apart / HALF_DAY


def _hours_sentence(apart: float) -> str:
    if not apart:
        return "Your working hours are the same."
    return f"Your working hours are {apart:g} {'hour' if apart == 1 else 'hours'} apart."


def _written(texts: Iterable[str]) -> Callable[[str], str]:
    """How terms were written by the person who named them."""
    return {criteria.term(text): " ".join(text.split()) for text in texts}.__getitem__


def _names(terms: frozenset[str], name: Callable[[str], str]) -> str:
    names = sorted(map(name, terms))
    if len(names) > NAMED_AT_MOST:
        return f"{', '.join(names[:NAMED_AT_MOST])} and {len(names) - NAMED_AT_MOST} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


@cache
def language_name(code: str) -> str:
    return Locale("en").languages.get(code, code)
