"""A roadmap: where somebody wants to go, over which occupations, with milestones and skills."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from chassis.ids import new_id
from chassis.refusals import Invalid, NotAllowed, NotFound
from contracts.direction import Milestone, Need, Roadmap, SkillToBuild, Stop
from profiles.refusals import RoadmapFull

MOST_ROADMAPS = 10  # of a person
MOST_MILESTONES = 50
MOST_SKILLS = 60


def draw(
    path: Sequence[Stop],
    *,
    organisation_id: UUID,
    person_id: UUID,
    title: str,
    skills: Sequence[Need],
    now: datetime,
) -> Roadmap:
    """A roadmap to the last stop. Without a title it is called after that."""
    return Roadmap(
        id=new_id(),
        organisation_id=organisation_id,
        person_id=person_id,
        title=title or f"To {path[-1].title}",
        path=list(path),
        skills=[SkillToBuild(label=each.label, skill=each.skill) for each in skills][:MOST_SKILLS],
        drawn_at=now,
    )


def change(
    roadmap: Roadmap,
    *,
    title: str | UnsetType,
    skills: Sequence[SkillToBuild] | UnsetType,
    shared: bool | UnsetType,
) -> Roadmap:
    """The roadmap in other words, with other skills, or shared; what is unset stays.

    Raises Invalid.
    """
    if skills is not UNSET:
        named = [each.skill or each.label.casefold() for each in skills]
        if len(set(named)) < len(named):
            raise Invalid("A skill is there twice.")
        roadmap = replace(roadmap, skills=list(skills))
    return replace(
        roadmap,
        title=roadmap.title if title is UNSET else title,
        shared=roadmap.shared if shared is UNSET else shared,
        was_shared=roadmap.was_shared or shared is True,
    )


def add_milestone(roadmap: Roadmap, *, title: str, due_on: date | None) -> Roadmap:
    """Raises RoadmapFull."""
    if len(roadmap.milestones) >= MOST_MILESTONES:
        raise RoadmapFull(f"A roadmap has {MOST_MILESTONES} milestones at most.")
    milestone = Milestone(id=new_id(), title=title, due_on=due_on)
    return replace(roadmap, milestones=[*roadmap.milestones, milestone])


def change_milestone(
    roadmap: Roadmap,
    milestone: str,
    *,
    title: str | UnsetType,
    due_on: date | UnsetType | None,
    done: bool | UnsetType,
    now: datetime,
) -> Roadmap:
    """The roadmap with a milestone changed, reached or not reached after all.

    Raises NotFound.
    """
    before = _milestone(roadmap, milestone)
    after = replace(
        before,
        title=before.title if title is UNSET else title,
        due_on=before.due_on if due_on is UNSET else due_on,
    )
    if done is not UNSET:
        after = replace(after, done_at=(before.done_at or now) if done else None)
    changed = [after if each.id == before.id else each for each in roadmap.milestones]
    return replace(roadmap, milestones=changed)


def remove_milestone(roadmap: Roadmap, milestone: str) -> Roadmap:
    """Raises NotFound."""
    gone = _milestone(roadmap, milestone)
    return replace(roadmap, milestones=[each for each in roadmap.milestones if each != gone])


def progressed(before: Roadmap, after: Roadmap) -> bool:
    """Whether more was reached than before."""
    return _reached(after) > _reached(before)


def refuse_others(roadmap: Roadmap, person_id: UUID) -> None:
    """Raises NotAllowed."""
    if roadmap.person_id != person_id:
        raise NotAllowed("Only the person whose roadmap it is may do this.")


def _reached(roadmap: Roadmap) -> int:
    milestones = sum(each.done_at is not None for each in roadmap.milestones)
    return milestones + sum(each.built for each in roadmap.skills)


def _milestone(roadmap: Roadmap, milestone: str) -> Milestone:
    for each in roadmap.milestones:
        if str(each.id) == milestone:
            return each
    raise NotFound(f"Roadmap {roadmap.id} has no such milestone.")
