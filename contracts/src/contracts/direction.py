"""What profiles says of where people want to go: what they found of themselves, paths, roadmaps.

An occupation or a skill is named by its URI in ESCO, and has its title or label beside that.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec

from contracts.vocabulary import Instant, Vocabulary

ASSESSMENT = "profiles.assessment"
CAREER_PATHS = "profiles.career_paths"
ROADMAP = "profiles.roadmap"


class AssessmentChange(StrEnum):
    MADE = "profiles.assessment.made"
    CHANGED = "profiles.assessment.changed"
    RESTATED = "profiles.assessment.restated"


class CareerPathsChange(StrEnum):
    EXPLORED = "profiles.career_paths.explored"
    REFRESHED = "profiles.career_paths.refreshed"  # the assessment or the profile has changed
    RESTATED = "profiles.career_paths.restated"


class RoadmapChange(StrEnum):
    DRAWN = "profiles.roadmap.drawn"
    CHANGED = "profiles.roadmap.changed"
    PROGRESSED = "profiles.roadmap.progressed"  # a milestone was reached, or a skill built
    RESTATED = "profiles.roadmap.restated"


class Part(Vocabulary):
    """A part of an assessment, which its person may share with their partners."""

    INTERESTS = "interests"
    VALUES = "values"
    STRENGTHS = "strengths"
    SKILLS = "skills"
    UNKNOWN = "unknown"


class Theme(Vocabulary):
    """What kind of work somebody likes: the six of Holland's model (RIASEC)."""

    REALISTIC = "realistic"  # with hands, tools, machines, outdoors
    INVESTIGATIVE = "investigative"  # finding out
    ARTISTIC = "artistic"  # expressing, designing
    SOCIAL = "social"  # helping, teaching
    ENTERPRISING = "enterprising"  # leading, persuading
    CONVENTIONAL = "conventional"  # ordering, keeping records
    UNKNOWN = "unknown"


class Statement(Vocabulary):
    """A statement of the assessment; its first letter is its theme's."""

    R1 = "R1"
    R2 = "R2"
    R3 = "R3"
    R4 = "R4"
    I1 = "I1"
    I2 = "I2"
    I3 = "I3"
    I4 = "I4"
    A1 = "A1"
    A2 = "A2"
    A3 = "A3"
    A4 = "A4"
    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"
    E1 = "E1"
    E2 = "E2"
    E3 = "E3"
    E4 = "E4"
    C1 = "C1"
    C2 = "C2"
    C3 = "C3"
    C4 = "C4"
    UNKNOWN = "unknown"


class WorkValue(Vocabulary):
    """What work gives somebody: the six of the theory of work adjustment."""

    ACHIEVEMENT = "achievement"  # using one's abilities, seeing what comes of it
    INDEPENDENCE = "independence"  # deciding for oneself
    RECOGNITION = "recognition"  # advancing, leading, being looked up to
    RELATIONSHIPS = "relationships"  # serving others, among friendly people
    SUPPORT = "support"  # a leadership that stands by its people
    CONDITIONS = "conditions"  # security, pay, variety
    UNKNOWN = "unknown"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How much somebody would like to do what a statement says."""

    statement: Statement
    liking: int  # 1, not at all, to 5, very much


class Interest(msgspec.Struct, frozen=True, kw_only=True):
    """How much a theme is somebody's: the mean liking of its statements, as 0 to 1."""

    theme: Theme
    score: float


class SkillLevel(msgspec.Struct, frozen=True, kw_only=True):
    """A skill as its person sees it."""

    label: str
    skill: str = ""  # the URI; empty: the label is not in the taxonomy
    level: int  # 1, a beginner, to 5, an expert


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """What a person found of themselves: theirs alone, but for the parts that they share."""

    id: UUID
    organisation_id: UUID
    person_id: UUID
    answers: list[Answer] = []
    interests: list[Interest] = []  # what follows from the answers, the strongest first
    values: list[WorkValue] = []  # the most important first
    strengths: list[str] = []
    skills: list[SkillLevel] = []
    shared: list[Part] = []  # with the partners of active pairings
    was_shared: bool = False  # at any time: their apps are told when it no longer is
    made_at: Instant
    changed_at: Instant


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One contribution to how well an occupation fits, in words for the person."""

    criterion: str  # "interests", "values", "skills"
    sentence: str
    share: float  # of the fit, which is the sum of the shares


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """A skill that a step needs, and how far the person has it."""

    label: str
    skill: str
    level: int = 0  # the person's: 0, not at all, to 5
    suggested: bool = True  # by the likeness of texts; else the taxonomy says that it is needed


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """From the occupation before to the next one."""

    occupation: str
    title: str
    likeness: float = 0.0  # to the one before, 0 to 1
    people: int | None = None  # at least so many made this move here; told from ten on, in fives
    needs: list[Need] = []


class CareerPath(msgspec.Struct, frozen=True, kw_only=True):
    """A way from the present occupation to another, which is the last step's."""

    fit: float  # of that occupation and the person, 0 to 1
    reasons: list[Reason] = []
    steps: list[Step]


class CareerPaths(msgspec.Struct, frozen=True, kw_only=True):
    """Where a person might go from here; for them alone."""

    id: UUID
    organisation_id: UUID
    person_id: UUID
    occupation: str = ""  # the present one; empty: not known
    title: str = ""
    target: str = ""  # the occupation that was asked for; empty: none
    paths: list[CareerPath] = []  # to the target first, then the best fit first
    explored_at: Instant


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """An occupation on the way."""

    occupation: str
    title: str


class Milestone(msgspec.Struct, frozen=True, kw_only=True):
    """Something to reach on the way."""

    id: UUID
    title: str
    due_on: date | None = None
    done_at: Instant | None = None


class SkillToBuild(msgspec.Struct, frozen=True, kw_only=True):
    """A skill that the way needs and the person wants to build."""

    label: str
    skill: str = ""  # the URI; empty: the label is not in the taxonomy
    built: bool = False


class Roadmap(msgspec.Struct, frozen=True, kw_only=True):
    """How a person means to get where they want to go."""

    id: UUID
    organisation_id: UUID
    person_id: UUID
    title: str
    path: list[Stop]  # from the present occupation, where it is known, to the target
    milestones: list[Milestone] = []
    skills: list[SkillToBuild] = []
    shared: bool = False  # with the partners of active pairings
    was_shared: bool = False  # at any time: their apps are told when it no longer is
    drawn_at: Instant
