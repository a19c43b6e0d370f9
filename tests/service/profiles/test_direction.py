"""Where people want to go, as profiles keeps it: commands, events, and what nobody else may."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.identity import Caller
from contracts.direction import Assessment, CareerPaths, Roadmap
from profiles.direction import store
from profiles.domain.moves import FEWEST
from support.erasing import holding
from support.harness import Answered, Harness, Told
from support.hr import person_fields
from taxonomy import taxonomy

pytestmark = pytest.mark.platform

SITE = {
    "code": "LIS",
    "name": "Oriente",
    "city": "Lisboa",
    "country": "PT",
    "time_zone": "Europe/Lisbon",
    "languages": ["pt"],
}
BY_TITLE = {each.title: uri for uri, each in taxonomy().occupations.items()}
DEVELOPER = BY_TITLE["software developer"]
DESIGNER = BY_TITLE["embedded system designer"]
ACCOUNTANT = BY_TITLE["accountant"]
LIKINGS = {"R": 2, "I": 5, "A": 3, "S": 3, "E": 1, "C": 4}
ANSWERS = [
    {"statement": f"{theme}{number}", "liking": liking}
    for theme, liking in LIKINGS.items()
    for number in (1, 2, 3)
]


class Firm:
    """An organisation of its own, with people by employee number."""

    def __init__(self, profiles: Harness) -> None:
        self.profiles = profiles
        self.id = uuid4()
        self.administrator = self.caller(uuid4(), "administrator")

    def caller(self, person_id: UUID, *roles: str) -> Caller:
        return Caller(
            subject=str(person_id),
            organisation_id=self.id,
            person_id=person_id,
            roles=frozenset(roles),
        )

    async def hire(self, *rows: dict[str, Any]) -> list[Caller]:
        await self.profiles.do("set-up-organisation", self.administrator, name="Lindqvist")
        await self.profiles.do("import-sites", self.administrator, sites=[SITE])
        done = await self.profiles.do("import-people", self.administrator, people=list(rows))
        assert done.body["result"]["created"] == len(rows), done.body
        joined = await self.told("person.joined")
        return [self.caller(UUID(each.state["id"])) for each in joined[-len(rows) :]]

    async def do(self, name: str, by: Caller, /, **body: Any) -> Answered:
        answer = await self.profiles.do(name, by, **body)
        assert answer.code is None, answer.body
        return answer

    async def told(self, what: str) -> list[Told]:
        told = await self.profiles.outbox(self.id)
        return [event for event in told if event.type.startswith(f"profiles.{what}")]

    async def kept(self, aggregates: Any) -> list[Any]:
        async with self.profiles.app.tenant(self.id) as connection:
            rows = await connection.fetch(f"select state from {aggregates.table}")
        return [aggregates.read(row["state"]) for row in rows]

    async def assessment(self) -> Assessment:
        [kept] = await self.kept(store.assessments)
        return kept

    async def paths(self) -> CareerPaths:
        [kept] = await self.kept(store.career_paths)
        return kept

    async def roadmap(self) -> Roadmap:
        [kept] = await self.kept(store.roadmaps)
        return kept


@pytest.fixture
def firm(profiles: Harness) -> Firm:
    return Firm(profiles)


async def test_an_assessment_is_made_bit_by_bit_and_forgotten(firm: Firm) -> None:
    [ana] = await firm.hire(person_fields("1"))

    await firm.do("assess", ana, answers=ANSWERS)
    await firm.do("assess", ana, values=["achievement"], strengths=["patience", " Patience "])
    made = await firm.assessment()
    await firm.do("assess", ana, shared=["strengths"])

    shared = await firm.assessment()
    assert [each.theme[0] for each in shared.interests] == ["i", "c", "a", "s", "r", "e"]
    assert shared.strengths == ["patience"]
    assert not made.was_shared
    assert shared.was_shared
    assert [each.type for each in await firm.told("assessment")] == [
        "profiles.assessment.made",
        "profiles.assessment.changed",
        "profiles.assessment.changed",
    ]

    await firm.do("explore-career-paths", ana)
    await firm.do("forget-assessment", ana, assessment_id=str(shared.id))

    assert await firm.kept(store.assessments) == await firm.kept(store.career_paths) == []
    assert (await firm.told("assessment"))[-1].state == {}
    await firm.do("assess", ana, strengths=["starting again"])
    assert (await firm.assessment()).id != shared.id


async def test_the_same_again_says_nothing(firm: Firm) -> None:
    [ana] = await firm.hire(person_fields("1"))
    await firm.do("assess", ana, answers=ANSWERS)

    await firm.do("assess", ana, answers=ANSWERS)

    assert len(await firm.told("assessment")) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"answers": [ANSWERS[0], ANSWERS[0]]},
        {"answers": [{"statement": "Z9", "liking": 3}]},
        {"answers": [{"statement": "R1", "liking": 6}]},
        {"values": ["wealth"]},
        {"shared": ["skills", "skills"]},
        {"strengths": ["\x00"]},
        {"skills": [{"label": "", "level": 1}]},
    ],
)
async def test_what_means_nothing_is_refused(firm: Firm, body: dict[str, Any]) -> None:
    [ana] = await firm.hire(person_fields("1"))

    answer = await firm.profiles.do("assess", ana, **body)

    assert answer.code in ("invalid", "invalid-command")
    assert await firm.kept(store.assessments) == []


async def test_a_skill_is_known_by_any_of_its_names(firm: Firm) -> None:
    [ana] = await firm.hire(person_fields("1"))

    skills = [{"label": "Python", "level": 2}, {"label": "cat whispering", "level": 5}]
    await firm.do("assess", ana, skills=skills)

    known, unknown = (await firm.assessment()).skills
    assert known.skill
    assert (unknown.skill, unknown.label) == ("", "cat whispering")


async def test_nobody_else_may_not_even_an_administrator(firm: Firm) -> None:
    ana, ben = await firm.hire(person_fields("1"), person_fields("2"))
    await firm.do("assess", ana, strengths=["patience"])
    await firm.do("draw-roadmap", ana, target=ACCOUNTANT)
    assessment_id = str((await firm.assessment()).id)
    roadmap_id = str((await firm.roadmap()).id)
    administrator = firm.caller(ben.person_id or uuid4(), "administrator")

    forbidden: list[tuple[str, dict[str, Any]]] = [
        ("forget-assessment", {"assessment_id": assessment_id}),
        ("change-roadmap", {"roadmap_id": roadmap_id, "shared": True}),
        ("add-milestone", {"roadmap_id": roadmap_id, "title": "Mine"}),
        ("forget-roadmap", {"roadmap_id": roadmap_id}),
    ]
    for name, body in forbidden:
        answer = await firm.profiles.do(name, administrator, **body)
        assert answer.code == "not-allowed", name
    stranger = await firm.profiles.do("assess", firm.caller(uuid4()), strengths=["none"])
    assert stranger.code == "not-found"


async def test_paths_are_explored_and_follow_what_changes(firm: Firm) -> None:
    [ana] = await firm.hire(person_fields("1", occupation=DEVELOPER))
    await firm.do("explore-career-paths", ana, target=DESIGNER)
    before = await firm.paths()

    await firm.do("assess", ana, answers=ANSWERS)

    after = await firm.paths()
    assert after.paths[0].steps[-1].occupation == before.paths[0].steps[-1].occupation == DESIGNER
    assert (before.paths[0].reasons, before.occupation) == ([], DEVELOPER)
    assert [each.criterion for each in after.paths[0].reasons] == ["interests"]
    need = after.paths[0].steps[-1].needs[0]
    await firm.do("update-profile", ana, person_id=str(ana.person_id), skills=[need.label])
    assert (await firm.paths()).paths[0].steps[-1].needs[0].level == 3
    assert [each.type.rpartition(".")[2] for each in await firm.told("career_paths")] == [
        "explored",
        "refreshed",
        "refreshed",
    ]


async def test_an_occupation_that_nobody_knows(firm: Firm) -> None:
    [ana] = await firm.hire(person_fields("1"))

    for name in ("explore-career-paths", "draw-roadmap"):
        answer = await firm.profiles.do(name, ana, target="http://example.org/wizard")
        assert answer.code == "unknown-occupation"


def mover(number: int) -> dict[str, Any]:
    career = [{"title": "Developer", "occupation": DEVELOPER}]
    return person_fields(str(number), occupation=ACCOUNTANT, career=career)


@pytest.mark.parametrize(("people", "told"), [(FEWEST - 1, None), (FEWEST, 10), (14, 10), (15, 15)])
async def test_moves_are_told_of_ten_people_or_more_and_never_of_nine(
    firm: Firm, people: int, told: int | None
) -> None:
    ana, *_ = await firm.hire(
        person_fields("1", occupation=DEVELOPER), *(mover(number + 2) for number in range(people))
    )

    await firm.do("explore-career-paths", ana, target=ACCOUNTANT)

    [last] = (await firm.paths()).paths[0].steps
    assert last.people == told
    shown = {step.people for path in (await firm.paths()).paths for step in path.steps}
    assert shown <= {None, told}


async def test_who_moved_twice_or_was_erased_counts_once_or_not(firm: Firm) -> None:
    back_and_forth = [
        {"title": "Developer", "occupation": DEVELOPER},
        {"title": "Accountant", "occupation": ACCOUNTANT},
        {"title": "Developer", "occupation": DEVELOPER},
    ]
    twice = person_fields("2", occupation=ACCOUNTANT, career=back_and_forth)
    ana, *others = await firm.hire(
        person_fields("1", occupation=DEVELOPER), twice, *(mover(n + 3) for n in range(8))
    )

    await firm.do("explore-career-paths", ana, target=ACCOUNTANT)
    assert (await firm.paths()).paths[0].steps[-1].people is None

    administrator = firm.administrator
    await firm.do("import-people", administrator, people=[mover(20)])
    await firm.do("explore-career-paths", ana, target=ACCOUNTANT)
    assert (await firm.paths()).paths[0].steps[-1].people == 10

    await firm.do("erase-person", administrator, person_id=str(others[-1].person_id))
    await firm.do("explore-career-paths", ana, target=ACCOUNTANT)
    assert (await firm.paths()).paths[0].steps[-1].people is None


async def test_a_roadmap_from_the_first_stroke_to_the_last_tick(firm: Firm) -> None:
    [ana] = await firm.hire(person_fields("1", occupation=DEVELOPER))
    await firm.do("draw-roadmap", ana, target=DESIGNER, tell_matching=True)
    drawn = await firm.roadmap()
    roadmap_id = str(drawn.id)
    assert [stop.occupation for stop in drawn.path][:: len(drawn.path) - 1] == [DEVELOPER, DESIGNER]
    assert (drawn.title, drawn.shared) == ("To embedded system designer", False)
    assert drawn.skills

    told = (await firm.told("person.changed"))[-1].state
    assert told["target_occupation"] == DESIGNER

    await firm.do("add-milestone", ana, roadmap_id=roadmap_id, title="Read the data sheet")
    [milestone] = (await firm.roadmap()).milestones
    change: dict[str, Any] = {"roadmap_id": roadmap_id, "milestone": str(milestone.id)}
    await firm.do("change-milestone", ana, **change, due_on="2027-01-31", done=True)
    [done] = (await firm.roadmap()).milestones
    assert done.done_at is not None
    await firm.do("change-milestone", ana, **change, done=True)
    assert [(await firm.roadmap()).milestones] == [[done]]
    await firm.do("change-milestone", ana, **change, due_on=None, done=False)
    await firm.do("remove-milestone", ana, **change)
    label = drawn.skills[0].label
    built = [{"label": label, "built": True}]
    await firm.do("change-roadmap", ana, roadmap_id=roadmap_id, title="On", skills=built)
    assert (await firm.roadmap()).skills[0].skill == drawn.skills[0].skill
    await firm.do("forget-roadmap", ana, roadmap_id=roadmap_id)

    assert [event.type.rpartition(".")[2] for event in await firm.told("roadmap")] == [
        "drawn",
        "changed",
        "progressed",
        "changed",
        "changed",
        "progressed",
        "erased",
    ]


async def test_a_milestone_that_is_not_there_and_one_roadmap_too_many(firm: Firm) -> None:
    [ana] = await firm.hire(person_fields("1"))
    await firm.do("draw-roadmap", ana, target=DESIGNER, via=[DEVELOPER], title="Mine")
    roadmap = await firm.roadmap()
    assert [stop.occupation for stop in roadmap.path] == [DEVELOPER, DESIGNER]

    ids = {"roadmap_id": str(roadmap.id), "milestone": str(uuid4())}
    assert (await firm.profiles.do("remove-milestone", ana, **ids)).code == "not-found"
    for _ in range(9):
        await firm.do("draw-roadmap", ana, target=DESIGNER)
    answer = await firm.profiles.do("draw-roadmap", ana, target=DESIGNER)
    assert answer.code == "roadmap-full"


async def test_who_is_erased_leaves_none_of_it(firm: Firm, postgres: str) -> None:
    word = f"canary-{uuid4().hex}"
    [ana] = await firm.hire(person_fields("1", occupation=DEVELOPER, aspiration=word))
    await firm.do("assess", ana, answers=ANSWERS, strengths=[word])
    await firm.do("explore-career-paths", ana, target=DESIGNER)
    await firm.do("draw-roadmap", ana, target=DESIGNER, title=word)

    await firm.do("erase-person", firm.administrator, person_id=str(ana.person_id))

    assert await firm.kept(store.assessments) == []
    assert await firm.kept(store.career_paths) == []
    assert await firm.kept(store.roadmaps) == []
    for what in ("assessment", "career_paths", "roadmap"):
        assert (await firm.told(what))[-1].type == f"profiles.{what}.erased"
    [requested] = await firm.told("erasure.requested")
    assert requested.state["steps"][0]["erased"] == 4
    assert await holding(postgres, "profiles", word) == ["cairn.outbox"]
