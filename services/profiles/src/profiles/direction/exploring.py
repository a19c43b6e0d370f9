"""Career paths: explored when a person asks, refreshed when what they are made of changes."""

import asyncio
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from chassis.ids import new_id
from chassis.unit import Unit
from contracts.direction import Assessment, CareerPaths, CareerPathsChange
from contracts.profiles import Person
from profiles.direction import store
from profiles.domain.fit import PROFICIENT, Seeker
from profiles.domain.moves import Move
from profiles.domain.paths import explore
from taxonomy import taxonomy

READ = ("occupation", "career", "skills")  # of a person, what paths are made of


def uri_of(label: str) -> str:
    """The URI of the skill that has this label; empty where the taxonomy knows none."""
    skill = taxonomy().skill(label)
    return skill.uri if skill else ""


def seeker_of(person: Person, assessment: Assessment | None) -> Seeker:
    """A skill of the profile counts as proficient, unless the assessment says how far it goes."""
    levels = {uri: PROFICIENT for label in person.skills if (uri := uri_of(label))}
    if assessment is not None:
        levels |= {each.skill: each.level for each in assessment.skills if each.skill}
    return Seeker(
        occupation=person.occupation if person.occupation in taxonomy().occupations else "",
        before=frozenset(each.occupation for each in person.career),
        interests=assessment.interests if assessment else (),
        values=assessment.values if assessment else (),
        levels=levels,
    )


async def explore_for(unit: Unit, person: Person, *, target: str) -> CareerPaths:
    """Explore anew, and keep what was found."""
    before = (await store.career_paths_of(unit, [person.id])).get(person.id)
    assessment = await store.assessment_of(unit, person.id)
    found = _explored(
        before
        or CareerPaths(
            id=new_id(),
            organisation_id=unit.organisation_id,
            person_id=person.id,
            explored_at=unit.now,
        ),
        person,
        assessment,
        await store.moves_told(unit),
        target=target,
    )
    found = replace(found, explored_at=unit.now)
    if before is None:
        await store.career_paths.create(unit, found, CareerPathsChange.EXPLORED)
    else:
        await store.career_paths.save(unit, found, CareerPathsChange.EXPLORED)
    return found


async def refresh(unit: Unit, people: Sequence[Person]) -> None:
    """Explore anew for those who have explored before, with the same target."""
    before = await store.career_paths_of(unit, [person.id for person in people])
    if not before:
        return
    assessments = await store.assessments_of(unit, before.keys())
    moves = await store.moves_told(unit)
    changed: list[CareerPaths] = []
    for person in people:
        if (kept := before.get(person.id)) is not None:
            assessment = assessments.get(person.id)
            found = _explored(kept, person, assessment, moves, target=kept.target)
            if found != kept:
                changed.append(replace(found, explored_at=unit.now))
            await asyncio.sleep(0)  # some milliseconds each: others have their turn between
    await store.career_paths.save_all(unit, changed, CareerPathsChange.REFRESHED)


def _explored(
    kept: CareerPaths,
    person: Person,
    assessment: Assessment | None,
    moves: Mapping[Move, int],
    *,
    target: str,
) -> CareerPaths:
    known = taxonomy()
    seeker = seeker_of(person, assessment)
    present = known.occupations.get(seeker.occupation)
    return replace(
        kept,
        occupation=seeker.occupation,
        title=present.title if present else "",
        target=target,
        paths=explore(seeker, known, moves, target=target),
    )
