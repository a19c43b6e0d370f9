"""What a person finds of themselves. All of it may be left out, changed, and taken back."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from statistics import fmean
from typing import TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from chassis.ids import new_id
from chassis.refusals import Invalid
from contracts.direction import (
    Answer,
    Assessment,
    Interest,
    Part,
    SkillLevel,
    Theme,
    WorkValue,
)
from contracts.vocabulary import Vocabulary

THEMES = [theme for theme in Theme if theme is not Theme.UNKNOWN]
FEWEST_ANSWERS = 2  # of a theme's four statements; of fewer nothing is concluded

W = TypeVar("W", bound=Vocabulary)
SkillUri = Callable[[str], str]  # of a label; empty: nobody knows it


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What may be said in an assessment; what is unset stays as it is."""

    answers: Sequence[Answer] | UnsetType = UNSET
    values: Sequence[WorkValue] | UnsetType = UNSET
    strengths: list[str] | UnsetType = UNSET
    skills: Sequence[SkillLevel] | UnsetType = UNSET
    shared: Sequence[Part] | UnsetType = UNSET


def assess(
    before: Assessment | None,
    given: Given,
    *,
    organisation_id: UUID,
    person_id: UUID,
    now: datetime,
    uri_of: SkillUri,
) -> Assessment:
    """The assessment once this was said; it is `before` where nothing is different.

    Raises Invalid for a word that is none, or said twice.
    """
    after = before or Assessment(
        id=new_id(),
        organisation_id=organisation_id,
        person_id=person_id,
        made_at=now,
        changed_at=now,
    )
    if given.answers is not UNSET:
        answers = [Answer(statement=each.statement, liking=each.liking) for each in given.answers]
        _refuse_unusable([each.statement for each in answers], "answers")
        after = msgspec.structs.replace(after, answers=answers, interests=interests(answers))
    if given.values is not UNSET:
        values = _refuse_unusable(given.values, "values")
        after = msgspec.structs.replace(after, values=values)
    if given.strengths is not UNSET:
        after = msgspec.structs.replace(after, strengths=given.strengths)
    if given.skills is not UNSET:
        after = msgspec.structs.replace(after, skills=_levels(given.skills, uri_of))
    if given.shared is not UNSET:
        shared = _refuse_unusable(given.shared, "shared")
        was_shared = after.was_shared or bool(shared)
        after = msgspec.structs.replace(after, shared=shared, was_shared=was_shared)
    return after if after == before else msgspec.structs.replace(after, changed_at=now)


def interests(answers: Sequence[Answer]) -> list[Interest]:
    """The themes of which enough was answered, each as 0 to 1: its mean liking, 1 to 5."""
    likings: defaultdict[str, list[int]] = defaultdict(list)
    for each in answers:
        likings[each.statement[0].lower()].append(each.liking)
    found = [
        Interest(theme=theme, score=round((fmean(of_theme) - 1) / 4, 4))
        for theme in THEMES
        if len(of_theme := likings[theme[0]]) >= FEWEST_ANSWERS
    ]
    return sorted(found, key=lambda each: -each.score)


def _levels(skills: Sequence[SkillLevel], uri_of: SkillUri) -> list[SkillLevel]:
    """Each skill once, whatever it is called; the last word counts."""
    kept: dict[str, SkillLevel] = {}
    for each in skills:
        uri = uri_of(each.label)
        kept[uri or each.label.casefold()] = SkillLevel(
            label=each.label, skill=uri, level=each.level
        )
    return list(kept.values())


def _refuse_unusable(words: Sequence[W], field: str) -> list[W]:
    if any(word == "unknown" for word in words):
        raise Invalid(f"There is a word in {field} that means nothing here.")
    if len(set(words)) < len(words):
        raise Invalid(f"Something in {field} is there twice.")
    return list(words)
