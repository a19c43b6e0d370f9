"""What people can ask for on where they want to go: each command next to what carries it out.

All of it is the person's own affair: nobody else may command it, whatever their role.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from chassis.refusals import Invalid, NotAllowed
from chassis.unit import Unit
from contracts.direction import (
    Answer,
    AssessmentChange,
    Part,
    Roadmap,
    RoadmapChange,
    SkillLevel,
    SkillToBuild,
    Stop,
    WorkValue,
)
from contracts.profiles import Person, PersonChange, Standing
from profiles import store as network
from profiles.commands import commands as commands
from profiles.direction import store
from profiles.direction.exploring import explore_for, refresh, seeker_of, uri_of
from profiles.domain import paths, roadmap
from profiles.domain.assessment import Given, assess
from profiles.domain.fit import PROFICIENT
from profiles.domain.values import Unusable, labels, line, tidied
from profiles.refusals import PersonLeft, RoadmapFull, UnknownOccupation, UnusableValues
from taxonomy import taxonomy

MOST_STOPS = 6

Uri = Annotated[str, Meta(max_length=200)]
Label = Annotated[str, Meta(max_length=100)]


class GivenAnswer(Answer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    liking: Annotated[int, Meta(ge=1, le=5)]


class GivenSkill(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    label: Label
    level: Annotated[int, Meta(ge=1, le=5)]


class Assess(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say what one found of oneself. What is absent stays as it is."""

    answers: list[GivenAnswer] | UnsetType = UNSET
    values: list[WorkValue] | UnsetType = UNSET
    strengths: list[str] | UnsetType = UNSET
    skills: Annotated[list[GivenSkill], Meta(max_length=100)] | UnsetType = UNSET
    shared: list[Part] | UnsetType = UNSET


class AssessmentOf(msgspec.Struct, frozen=True, kw_only=True):
    assessment_id: UUID


@commands.handles("assess")
async def assess_oneself(command: Assess, unit: Unit) -> AssessmentOf:
    person = await _oneself(unit)
    before = await store.assessment_of(unit, person.id)
    given = Given(
        answers=command.answers,
        values=command.values,
        strengths=command.strengths if command.strengths is UNSET else _labels(command.strengths),
        skills=command.skills
        if command.skills is UNSET
        else [
            SkillLevel(label=_line(each.label, "skills"), level=each.level)
            for each in command.skills
        ],
        shared=command.shared,
    )
    after = assess(
        before,
        given,
        organisation_id=unit.organisation_id,
        person_id=person.id,
        now=unit.now,
        uri_of=uri_of,
    )
    if before is None:
        await store.assessments.create(unit, after, AssessmentChange.MADE)
    elif after != before:
        await store.assessments.save(unit, after, AssessmentChange.CHANGED)
    await refresh(unit, [person])
    return AssessmentOf(assessment_id=after.id)


class ForgetAssessment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Erase one's assessment, and the career paths that were made of it."""

    assessment_id: UUID


@commands.handles("forget-assessment")
async def forget_assessment(command: ForgetAssessment, unit: Unit) -> None:
    person = await _oneself(unit)
    kept = await store.assessments.locked(unit, command.assessment_id)
    if kept.person_id != person.id:
        raise NotAllowed("Only the person whose assessment it is may do this.")
    explored = await store.career_paths_of(unit, [person.id])
    await store.career_paths.erase_all(unit, [each.id for each in explored.values()])
    await store.assessments.erase_all(unit, [kept.id])


class ExploreCareerPaths(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Find where one might go from here; with a target, the way there too."""

    target: Uri = ""


class CareerPathsOf(msgspec.Struct, frozen=True, kw_only=True):
    career_paths_id: UUID


@commands.handles("explore-career-paths")
async def explore_career_paths(command: ExploreCareerPaths, unit: Unit) -> CareerPathsOf:
    _refuse_unknown([command.target] if command.target else [])
    found = await explore_for(unit, await _oneself(unit), target=command.target)
    return CareerPathsOf(career_paths_id=found.id)


class DrawRoadmap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Draw a roadmap to a target: by the path that is given, or else by the nearest."""

    target: Uri
    via: Annotated[list[Uri], Meta(max_length=MOST_STOPS)] | UnsetType = UNSET
    title: str | UnsetType = UNSET
    tell_matching: bool = False  # the profile is to say the target, where matching reads it


class RoadmapOf(msgspec.Struct, frozen=True, kw_only=True):
    roadmap_id: UUID


@commands.handles("draw-roadmap")
async def draw_roadmap(command: DrawRoadmap, unit: Unit) -> RoadmapOf:
    """The skills to build are those that the path needs and the person is not proficient in."""
    command, problems = tidied(command)
    if problems:
        raise UnusableValues(problems)
    via = [] if command.via is UNSET else command.via
    _refuse_unknown([*via, command.target])
    person = await _oneself(unit)
    if await store.roadmap_count(unit, person.id) >= roadmap.MOST_ROADMAPS:
        raise RoadmapFull(f"A person has {roadmap.MOST_ROADMAPS} roadmaps at most.")
    seeker = seeker_of(person, await store.assessment_of(unit, person.id))
    known, moves = taxonomy(), await store.moves_told(unit)
    if command.via is UNSET:
        stops: Sequence[str] = paths.way_to(command.target, seeker.occupation, known, moves).stops
    else:
        stops = [*via, command.target]
    steps = paths.steps_along(stops, seeker, known, moves)
    from_here = [seeker.occupation] if seeker.occupation else []
    drawn = roadmap.draw(
        [Stop(occupation=uri, title=known.occupations[uri].title) for uri in [*from_here, *stops]],
        organisation_id=unit.organisation_id,
        person_id=person.id,
        title="" if command.title is UNSET else command.title,
        skills=paths.gaps(steps, enough=PROFICIENT),
        now=unit.now,
    )
    await store.roadmaps.create(unit, drawn, RoadmapChange.DRAWN)
    if command.tell_matching and person.target_occupation != command.target:
        edited = sorted({*person.edited, "target_occupation"})
        told = replace(person, target_occupation=command.target, edited=edited)
        await network.people.save(unit, told, PersonChange.CHANGED)
    return RoadmapOf(roadmap_id=drawn.id)


class GivenSkillToBuild(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    label: Label
    built: bool = False


class ChangeRoadmap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Change a roadmap's title or skills, or share it. What is absent stays as it is."""

    roadmap_id: UUID
    title: str | UnsetType = UNSET
    skills: Annotated[list[GivenSkillToBuild], Meta(max_length=roadmap.MOST_SKILLS)] | UnsetType = (
        UNSET
    )
    shared: bool | UnsetType = UNSET


@commands.handles("change-roadmap")
async def change_roadmap(command: ChangeRoadmap, unit: Unit) -> None:
    before = await _own_roadmap(unit, command.roadmap_id)
    title, skills = command.title, command.skills
    after = roadmap.change(
        before,
        title=title if title is UNSET else _line(title, "title", most=200),
        skills=skills if skills is UNSET else [_to_build(each) for each in skills],
        shared=command.shared,
    )
    await _save(unit, before, after)


class AddMilestone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put a milestone at the end of one's roadmap."""

    roadmap_id: UUID
    title: str
    due_on: date | None = None


@commands.handles("add-milestone")
async def add_milestone(command: AddMilestone, unit: Unit) -> None:
    command, problems = tidied(command)
    if problems:
        raise UnusableValues(problems)
    before = await _own_roadmap(unit, command.roadmap_id)
    after = roadmap.add_milestone(before, title=command.title, due_on=command.due_on)
    await _save(unit, before, after)


class ChangeMilestone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Change a milestone, or say that it is reached, or not after all."""

    roadmap_id: UUID
    milestone: Label  # its id within the roadmap
    title: str | UnsetType = UNSET
    due_on: date | UnsetType | None = UNSET
    done: bool | UnsetType = UNSET


@commands.handles("change-milestone")
async def change_milestone(command: ChangeMilestone, unit: Unit) -> None:
    command, problems = tidied(command)
    if problems:
        raise UnusableValues(problems)
    before = await _own_roadmap(unit, command.roadmap_id)
    after = roadmap.change_milestone(
        before,
        command.milestone,
        title=command.title,
        due_on=command.due_on,
        done=command.done,
        now=unit.now,
    )
    await _save(unit, before, after)


class RemoveMilestone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    roadmap_id: UUID
    milestone: Label  # its id within the roadmap


@commands.handles("remove-milestone")
async def remove_milestone(command: RemoveMilestone, unit: Unit) -> None:
    before = await _own_roadmap(unit, command.roadmap_id)
    await _save(unit, before, roadmap.remove_milestone(before, command.milestone))


class ForgetRoadmap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Erase a roadmap."""

    roadmap_id: UUID


@commands.handles("forget-roadmap")
async def forget_roadmap(command: ForgetRoadmap, unit: Unit) -> None:
    kept = await _own_roadmap(unit, command.roadmap_id)
    await store.roadmaps.erase_all(unit, [kept.id])


async def _oneself(unit: Unit) -> Person:
    """The caller's own person, locked.

    Raises NotAllowed, NotFound and PersonLeft.
    """
    if unit.caller is None or unit.caller.person_id is None:
        raise NotAllowed("Only a person of the organisation may do this, for themselves.")
    person = await network.people.locked(unit, unit.caller.person_id)
    if person.standing is Standing.LEFT:
        raise PersonLeft(person.id)
    return person


async def _own_roadmap(unit: Unit, roadmap_id: UUID) -> Roadmap:
    person = await _oneself(unit)
    kept = await store.roadmaps.locked(unit, roadmap_id)
    roadmap.refuse_others(kept, person.id)
    return kept


async def _save(unit: Unit, before: Roadmap, after: Roadmap) -> None:
    if after != before:
        forward = roadmap.progressed(before, after)
        change = RoadmapChange.PROGRESSED if forward else RoadmapChange.CHANGED
        await store.roadmaps.save(unit, after, change)


def _refuse_unknown(uris: Sequence[str]) -> None:
    if not taxonomy().occupations.keys() >= set(uris):
        raise UnknownOccupation


def _to_build(given: GivenSkillToBuild) -> SkillToBuild:
    label = _line(given.label, "skills")
    return SkillToBuild(label=label, skill=uri_of(label), built=given.built)


def _labels(texts: list[str]) -> list[str]:
    try:
        return labels(texts)
    except Unusable as problem:
        raise Invalid(f"strengths: {problem}") from None


def _line(text: str, field: str, *, most: int = 100) -> str:
    try:
        return line(1, most)(text)
    except Unusable as problem:
        raise Invalid(f"{field}: {problem}") from None
