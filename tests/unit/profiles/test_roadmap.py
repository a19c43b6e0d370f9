"""A roadmap's milestones and skills."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from chassis.refusals import Invalid, NotAllowed, NotFound
from contracts.direction import Need, Roadmap, SkillToBuild, Stop
from profiles.domain import roadmap
from profiles.refusals import RoadmapFull

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def drawn(**fields: Any) -> Roadmap:
    return roadmap.draw(
        [Stop(occupation="uri:a", title="analyst"), Stop(occupation="uri:b", title="architect")],
        organisation_id=uuid4(),
        person_id=uuid4(),
        title=fields.get("title", ""),
        skills=[Need(label="SQL", skill="uri:sql")],
        now=NOW,
    )


def test_it_is_called_after_its_target_unless_it_has_a_name() -> None:
    assert drawn().title == "To architect"
    assert drawn(title="Up").title == "Up"
    assert drawn().skills == [SkillToBuild(label="SQL", skill="uri:sql")]


def test_a_milestone_is_added_changed_ticked_and_removed() -> None:
    made = roadmap.add_milestone(drawn(), title="Read", due_on=date(2027, 1, 1))
    [milestone] = made.milestones
    unset: dict[str, Any] = {"title": UNSET, "due_on": UNSET, "done": UNSET}

    def change(before: Roadmap, now: datetime = NOW, **said: Any) -> Roadmap:
        return roadmap.change_milestone(before, str(milestone.id), **(unset | said), now=now)

    done = change(made, done=True)
    still = change(done, now=NOW + timedelta(days=1), done=True, title="Read it")
    undone = change(still, done=False, due_on=None)

    assert done.milestones[0].done_at == still.milestones[0].done_at == NOW
    assert (still.milestones[0].title, still.milestones[0].due_on) == ("Read it", date(2027, 1, 1))
    assert (undone.milestones[0].done_at, undone.milestones[0].due_on) == (None, None)
    assert roadmap.progressed(made, done)
    assert not roadmap.progressed(done, undone)
    assert roadmap.remove_milestone(undone, str(milestone.id)).milestones == []


@given(st.lists(st.booleans(), max_size=8), st.integers(0, 7))
def test_ticking_one_leaves_the_others_alone(done: list[bool], place: int) -> None:
    made = drawn()
    for title, ticked in enumerate(done):
        made = roadmap.add_milestone(made, title=str(title), due_on=None)
        if ticked:
            made = tick(made, title)
    if place < len(done):
        after = tick(made, place)
        others = [each for at, each in enumerate(after.milestones) if at != place]
        assert others == [each for at, each in enumerate(made.milestones) if at != place]
        assert after.milestones[place].done_at == NOW


def tick(made: Roadmap, place: int) -> Roadmap:
    return roadmap.change_milestone(
        made, str(made.milestones[place].id), title=UNSET, due_on=UNSET, done=True, now=NOW
    )


def test_there_is_an_end_to_milestones() -> None:
    made = drawn()
    for number in range(roadmap.MOST_MILESTONES):
        made = roadmap.add_milestone(made, title=str(number), due_on=None)
    with pytest.raises(RoadmapFull):
        roadmap.add_milestone(made, title="One more", due_on=None)


def test_what_is_not_there_and_who_may_not() -> None:
    made = drawn()
    with pytest.raises(NotFound):
        roadmap.remove_milestone(made, "nonsense")
    with pytest.raises(NotAllowed):
        roadmap.refuse_others(made, uuid4())
    roadmap.refuse_others(made, made.person_id)


def test_skills_are_each_there_once_and_sharing_is_remembered() -> None:
    made = drawn()
    sql = SkillToBuild(label="SQL", skill="uri:sql", built=True)
    with pytest.raises(Invalid):
        roadmap.change(made, title=UNSET, skills=[sql, sql], shared=UNSET)

    shared = roadmap.change(made, title=UNSET, skills=[sql], shared=True)
    private = roadmap.change(shared, title="Mine", skills=UNSET, shared=False)

    assert roadmap.progressed(made, shared)
    assert (private.shared, private.was_shared, private.title) == (False, True, "Mine")
    assert private.skills == [sql]
