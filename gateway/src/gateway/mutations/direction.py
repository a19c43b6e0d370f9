"""Where one wants to go: what can be asked of the service profiles on that, for oneself."""

from datetime import date

import strawberry

from contracts.direction import ROADMAP, Part, Statement, WorkValue
from gateway.mutations.declaring import (
    Mutation,
    Shown,
    clearable,
    given_as,
    id_of,
    needed,
    optional,
    returned,
    the,
)
from gateway.schema import links


@strawberry.input(description="How much one would like to do what a statement says.")
class StatementAnswerInput:
    statement: Statement = needed("The statement.")
    liking: int = needed("1, not at all, to 5, very much.")


@strawberry.input(description="A skill as one sees it oneself.")
class SkillLevelInput:
    label: str = needed("What one calls it.")
    level: int = needed("1, a beginner, to 5, an expert.")


@strawberry.input(description="What is left out stays as it is.")
class AssessInput:
    answers: list[StatementAnswerInput] | None = optional("All answers: any of the statements.")
    values: list[WorkValue] | None = optional(
        "What work should give one, the most important first."
    )
    strengths: list[str] | None = optional("What one is good at, in one's own words.")
    skills: list[SkillLevelInput] | None = optional("One's skills, 100 at most.")
    shared: list[Part] | None = optional("What the partners of one's active pairings may see.")


@strawberry.input
class ForgetAssessmentInput:
    assessment_id: strawberry.ID = id_of("Assessment", "One's own assessment.")


@strawberry.input
class ExploreCareerPathsInput:
    target: str | None = optional("The URI of an occupation that one would like to come to.")


@strawberry.input
class DrawRoadmapInput:
    target: str = needed("The URI of the occupation that one wants to come to.")
    via: list[str] | None = optional(
        "The URIs of the occupations on the way, 6 at most; left out: the nearest way."
    )
    title: str | None = optional("What it is called; left out: after the target.")
    tell_matching: bool | None = optional(
        "Whether one's profile is to say the target, so that matching looks for mentors who have "
        "been there."
    )


@strawberry.input(description="A skill that one wants to build.")
class SkillToBuildInput:
    label: str = needed("What it is called.")
    built: bool | None = optional("Whether one has built it.")


@strawberry.input(description="What is left out stays as it is.")
class ChangeRoadmapInput:
    roadmap_id: strawberry.ID = id_of("Roadmap", "One's own roadmap.")
    title: str | None = optional("What it is called.")
    skills: list[SkillToBuildInput] | None = optional("All skills to build, 60 at most.")
    shared: bool | None = optional("Whether the partners of one's active pairings may see it.")


@strawberry.input
class AddMilestoneInput:
    roadmap_id: strawberry.ID = id_of("Roadmap", "One's own roadmap.")
    title: str = needed("What is to be reached.")
    due_on: date | None = optional("When it should be reached.")


@strawberry.input(description="What is left out stays as it is.")
class ChangeMilestoneInput:
    roadmap_id: strawberry.ID = id_of("Roadmap", "One's own roadmap.")
    milestone: str = needed("The milestone's id within the roadmap.")
    title: str | None = optional("What is to be reached.")
    due_on: date | None = clearable("When it should be reached.")
    done: bool | None = optional("Whether it is reached.")


@strawberry.input
class RemoveMilestoneInput:
    roadmap_id: strawberry.ID = id_of("Roadmap", "One's own roadmap.")
    milestone: str = needed("The milestone's id within the roadmap.")


@strawberry.input
class ForgetRoadmapInput:
    roadmap_id: strawberry.ID = id_of("Roadmap", "One's own roadmap.")


THE_ROADMAP = {"roadmap": the(ROADMAP, links.Roadmap, "The roadmap.", given_as("roadmap_id"))}


def _of(
    command: str, input_: type, description: str, payload: dict[str, Shown] | None = None
) -> Mutation:
    return Mutation(
        command=command,
        service="profiles",
        input=input_,
        description=description,
        payload=payload or {},
    )


MUTATIONS = (
    _of(
        "assess",
        AssessInput,
        "Say what one found of oneself. Nobody else can see it but what is shared.",
        {"assessment": returned("assessment_id", links.Assessment, "The assessment.")},
    ),
    _of(
        "forget-assessment",
        ForgetAssessmentInput,
        "Erase one's assessment and the career paths that were made of it, for good.",
    ),
    _of(
        "explore-career-paths",
        ExploreCareerPathsInput,
        "Find where one might go from here, and the way to a target.",
        {"career_paths": returned("career_paths_id", links.CareerPaths, "The paths.")},
    ),
    _of(
        "draw-roadmap",
        DrawRoadmapInput,
        "Draw a roadmap to an occupation, with the skills that one has yet to build.",
        {"roadmap": returned("roadmap_id", links.Roadmap, "The roadmap.")},
    ),
    _of("change-roadmap", ChangeRoadmapInput, "Change one's roadmap, or share it.", THE_ROADMAP),
    _of("add-milestone", AddMilestoneInput, "Put a milestone at the end.", THE_ROADMAP),
    _of(
        "change-milestone",
        ChangeMilestoneInput,
        "Change a milestone, or say that it is reached.",
        THE_ROADMAP,
    ),
    _of("remove-milestone", RemoveMilestoneInput, "Take a milestone away.", THE_ROADMAP),
    _of("forget-roadmap", ForgetRoadmapInput, "Erase one's roadmap, for good."),
)
