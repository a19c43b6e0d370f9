"""Where people want to go: what they found of themselves, career paths, roadmaps."""

from datetime import date, datetime

import strawberry

from contracts.direction import Part, Statement, Theme, WorkValue
from gateway.planner.model import Column, Computed
from gateway.schema import links, visibility
from gateway.schema.connections import Connection, Node
from gateway.schema.fields import field, many, one, read_from


@strawberry.type(description="How much somebody would like to do what a statement says.")
class StatementAnswer:
    statement: Statement = field("The statement.")
    liking: int = field("1, not at all, to 5, very much.")


@strawberry.type(description="How much a theme is somebody's.")
class Interest:
    theme: Theme = field("The theme.")
    score: float = field("0 to 1: the mean liking of its statements.")


@strawberry.type(description="A skill as its person sees it.")
class SkillLevel:
    label: str = field("What the person calls it.")
    skill: str = field("Its URI in ESCO; empty where that does not know it.")
    level: int = field("1, a beginner, to 5, an expert.")


@read_from(
    "assessments",
    sees=visibility.ASSESSMENTS,
    description="What a person found of themselves. For the person; for the partners of their "
    "active pairings the parts that they share.",
)
class Assessment(Node):
    person: links.Person | None = one("Whose it is.", "{row}.id = {parent}.person_id")
    answers: list[StatementAnswer] | None = field(
        "What they answered; for them alone.", Column("answers", sees=visibility.OWN)
    )
    interests: list[Interest] | None = field(
        "What follows from the answers, the strongest first: the themes of which two statements or "
        "more were answered. Null where it is not shared with the viewer.",
        Column("interests", sees=visibility.part_of_assessment(Part.INTERESTS)),
    )
    values: list[WorkValue] | None = field(
        "What work should give them, the most important first. Null where it is not shared with "
        "the viewer.",
        Column("values", sees=visibility.part_of_assessment(Part.VALUES)),
    )
    strengths: list[str] | None = field(
        "What they are good at, in their own words. Null where it is not shared with the viewer.",
        Column("strengths", sees=visibility.part_of_assessment(Part.STRENGTHS)),
    )
    skills: list[SkillLevel] | None = field(
        "Their skills, with levels. Null where it is not shared with the viewer.",
        Column("skills", sees=visibility.part_of_assessment(Part.SKILLS)),
    )
    shared: list[Part] = field("What the partners of their active pairings may see of it.")
    made_at: datetime = field("When it was begun.")
    changed_at: datetime = field("When it was changed last.")


@strawberry.type(description="One contribution to how well an occupation fits.")
class FitReason:
    criterion: str = field("What it is about: interests, values, skills.")
    sentence: str = field("The reason in words.")
    share: float = field("What it adds to the fit, which is the sum of the shares.")


@strawberry.type(description="A skill that a step needs, and how far the person has it.")
class SkillNeed:
    label: str = field("What it is called.")
    skill: str = field("Its URI in ESCO.")
    level: int = field("The person's level: 1 to 5; 0: none that is known. Below 3 is a gap.")
    suggested: bool = field(
        "Whether it was suggested by the likeness of texts; false: ESCO says that it is needed."
    )


@strawberry.type(description="From the occupation before to the next one.")
class CareerStep:
    occupation: str = field("Its URI in ESCO.")
    title: str = field("What it is called.")
    likeness: float = field("How alike it is to the one before, 0 to 1; 0: not known to be.")
    people: int | None = field(
        "At least so many made this move in the organisation, in fives; null: fewer than ten."
    )
    needs: list[SkillNeed] = field("The skills that it needs.")


@strawberry.type(description="A way from the present occupation to another.")
class CareerPath:
    fit: float = field("How well the last step's occupation fits the person, 0 to 1.")
    reasons: list[FitReason] = field("Why it fits; none where too little is known.")
    steps: list[CareerStep] = field("The steps in their order; the last is where it leads.")


@read_from(
    "career_paths",
    sees=visibility.OWN,
    description="Where a person might go from here, as explored last; for them alone.",
)
class CareerPaths(Node):
    occupation: str = field("The present occupation's URI in ESCO; empty where it is not known.")
    title: str = field("What the present occupation is called; empty where it is not known.")
    target: str = field("The URI of the occupation that was asked for; empty: none.")
    paths: list[CareerPath] = field("To the target first, then where fits best.")
    explored_at: datetime = field("When they were explored.")


@strawberry.type(description="An occupation on the way.")
class Stop:
    occupation: str = field("Its URI in ESCO.")
    title: str = field("What it is called.")


@strawberry.type(description="Something to reach on the way.")
class Milestone:
    id: strawberry.ID = field("Its id within the roadmap.")
    title: str = field("What is to be reached.")
    due_on: date | None = field("When it should be reached.")
    done_at: datetime | None = field("When it was reached.")


@strawberry.type(description="A skill that the way needs.")
class SkillToBuild:
    label: str = field("What it is called.")
    skill: str = field("Its URI in ESCO; empty where that does not know it.")
    built: bool = field("Whether the person has built it.")


@read_from(
    "roadmaps",
    sees=visibility.ROADMAPS,
    description="How a person means to get where they want to go. For the person; where they share "
    "it, for the partners of their active pairings.",
)
class Roadmap(Node):
    person: links.Person | None = one("Whose it is.", "{row}.id = {parent}.person_id")
    title: str = field("What it is called.")
    path: list[Stop] = field("From the present occupation, where it is known, to the target.")
    milestones: list[Milestone] = field("What is to be reached on the way.")
    milestone_count: int = field("How many milestones there are.")
    milestones_done: int = field("How many of them are reached.")
    skills: list[SkillToBuild] = field("The skills to build.")
    skill_count: int = field("How many skills there are to build.")
    skills_built: int = field("How many of them are built.")
    progress: float = field(
        "How much is done of all milestones and skills, 0 to 1.",
        Computed(
            "(({row}.milestones_done + {row}.skills_built)::double precision"
            " / greatest({row}.milestone_count + {row}.skill_count, 1))"
        ),
    )
    shared: bool = field("Whether the partners of their active pairings may see it.")
    drawn_at: datetime = field("When it was drawn.")
    walked_by: Connection[links.Person] = many(
        "Who offers to be a mentor, and made a move of this path: whom to ask. By family name.",
        """{row}.offers_mentoring and {row}.standing = 'active'
            and {row}.id <> {parent}.person_id
            and {row}.id in (select t.id from terms t
                where t.organisation_id = {row}.organisation_id and t.kind = 'move'
                    and t.term = any ({parent}.moves))""",
        order=("family_name", "given_name"),
    )
    arrived: Connection[links.Person] = many(
        "Who offers to be a mentor, and is in the target occupation or was. By family name.",
        """{row}.offers_mentoring and {row}.standing = 'active'
            and {row}.id <> {parent}.person_id
            and {row}.id in (select t.id from terms t
                where t.organisation_id = {row}.organisation_id and t.kind = 'occupation'
                    and t.term = {parent}.target)""",
        order=("family_name", "given_name"),
    )
