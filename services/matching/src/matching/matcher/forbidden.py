"""Why a pair may not be, and why there is nobody for a mentee, in sentences."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from uuid import UUID

from contracts.matching import Rules, Scope
from contracts.profiles import Person
from matching.matcher import criteria
from matching.matcher.hard import HardRule, forbidding, hours_shared
from matching.matcher.pool import make_pool
from matching.matcher.reasons import language_name


def why_not(
    mentee: Person,
    mentor: Person,
    rules: Rules,
    *,
    on: date,
    managers: Mapping[UUID, UUID] | None = None,
    met: bool = False,
    excluded: bool = False,
) -> dict[HardRule, str]:
    """The hard rules that forbid a pair, each with a sentence for a coordinator; empty: none does.

    `managers` has the managers of whoever may stand between the two. `met` is whether they have
    had a pairing that bars another, `excluded` whether they are to be kept apart.
    """
    pool = make_pool(
        [mentee],
        [mentor],
        places=[1],
        offset=partial(criteria.hours_ahead, on=on),
        barred={(0, 0)} if met else set(),
        excluded={(0, 0)} if excluded else set(),
        managers=managers,
        steps=rules.reporting_steps,
    )
    found = forbidding(pool, rules, 0)
    apart = criteria.hours_apart(float(pool.mentee_offset[0]), float(pool.mentor_offset[0]))
    sentences = _sentences(
        rules,
        apart=apart,
        shared=float(hours_shared(pool, 0)[0]),
        gap=criteria.levels_above(mentee, mentor),
    )
    if HardRule.ONESELF in found:
        return {HardRule.ONESELF: sentences[HardRule.ONESELF]}
    return {rule: sentences[rule] for rule in found}


def _sentences(rules: Rules, *, apart: float, shared: float, gap: float) -> dict[HardRule, str]:
    return {
        HardRule.ONESELF: "Nobody can be their own mentor.",
        HardRule.EXCLUDED: "The two are to be kept apart.",
        HardRule.EARLIER: "The two have a pairing in this programme, or had one.",
        HardRule.REPORTING_LINE: _line_sentence(rules.reporting_steps),
        HardRule.COMMON_LANGUAGE: "The two have no language in common.",
        HardRule.HOURS_APART: _hours_sentence(rules, apart),
        HardRule.HOURS_SHARED: f"They are both free {shared:g} hours a week; the programme asks for"
        f" {rules.min_hours_shared or 0:g}.",
        HardRule.SITE: f"The two {_work(rules.site)} at the same site; the programme asks for"
        f" {_other(rules.site)}.",
        HardRule.DEPARTMENT: f"The two {_work(rules.department)} in the same department; the"
        f" programme asks for {_other(rules.department)}.",
        HardRule.LEVELS_BELOW: f"The mentor is {_levels(gap)} the mentee; the programme asks for"
        f" {rules.min_levels_above} or more.",
        HardRule.LEVELS_ABOVE: f"The mentor is {_levels(gap)} the mentee; the programme asks for"
        f" {rules.max_levels_above} or less.",
    }


def nobody(mentee: Person, rules: Rules, rule: HardRule) -> str:
    """That a hard rule forbids every mentor with a free place, in a sentence for the mentee."""
    languages = sorted(map(language_name, criteria.languages(mentee)))
    return f"No mentor with a free place {_lacks(rules, rule, languages)}."


def _lacks(rules: Rules, rule: HardRule, languages: Sequence[str]) -> str:
    levels = {
        HardRule.LEVELS_BELOW: rules.min_levels_above,
        HardRule.LEVELS_ABOVE: rules.max_levels_above,
    }
    match rule:
        case HardRule.COMMON_LANGUAGE:
            return f"speaks {' or '.join(languages) or 'a language that is known'}"
        case HardRule.HOURS_APART:
            return f"works within {rules.max_hours_apart} hours of your time"
        case HardRule.HOURS_SHARED:
            return f"is free when you are for {rules.min_hours_shared or 0:g} hours a week"
        case HardRule.SITE:
            return f"works at {_scope_of(rules.site)} site"
        case HardRule.DEPARTMENT:
            return f"works in {_scope_of(rules.department)} department"
        case HardRule.LEVELS_BELOW | HardRule.LEVELS_ABOVE:
            return f"is {_levels(levels[rule] or 0)} you, as the programme asks"
        case HardRule.REPORTING_LINE | HardRule.ONESELF:
            return "is outside your line of managers"
        case HardRule.EARLIER | HardRule.EXCLUDED:
            return "is new to you"


def _hours_sentence(rules: Rules, apart: float) -> str:
    if math.isnan(apart):
        return "The time zone of one of the two is not known; the programme limits hours apart."
    return (
        f"Their working days are {apart:g} hours apart; the programme allows"
        f" {rules.max_hours_apart}."
    )


def _line_sentence(steps: int) -> str:
    if steps == 1:
        return "The two are manager and report; choose a mentor outside the reporting line."
    return f"One of the two is at most {steps} steps above the other in the line of managers."


def _work(scope: Scope) -> str:
    return "work" if scope is Scope.OTHER else "do not work"


def _other(scope: Scope) -> str:
    return "different ones" if scope is Scope.OTHER else "that"


def _scope_of(scope: Scope) -> str:
    return "your" if scope is Scope.SAME else "another"


def _levels(gap: float) -> str:
    count = abs(gap)
    if not count:
        return "on the level of"
    return f"{count:g} {'level' if count == 1 else 'levels'} {'above' if gap > 0 else 'below'}"
