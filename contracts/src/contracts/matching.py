"""What matching says of programmes, who takes part in them, and who was paired with whom."""

from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec

from contracts.vocabulary import Instant, Vocabulary

PROGRAMME = "matching.programme"
ENROLMENT = "matching.enrolment"
MATCHING_RUN = "matching.run"
PAIRING = "matching.pairing"
ERASURE = "matching.erasure"


class ProgrammeChange(StrEnum):
    OPENED = "matching.programme.opened"
    CHANGED = "matching.programme.changed"
    CLOSED = "matching.programme.closed"
    RESTATED = "matching.programme.restated"


class EnrolmentChange(StrEnum):
    ENROLLED = "matching.enrolment.enrolled"
    CHANGED = "matching.enrolment.changed"
    LEFT = "matching.enrolment.left"
    RESTATED = "matching.enrolment.restated"


class RunChange(StrEnum):
    REQUESTED = "matching.run.requested"
    STARTED = "matching.run.started"
    COMPLETED = "matching.run.completed"
    FAILED = "matching.run.failed"
    RESTATED = "matching.run.restated"


class PairingChange(StrEnum):
    PROPOSED = "matching.pairing.proposed"
    ACCEPTED = "matching.pairing.accepted"  # by one side; the other has yet to answer
    ACTIVATED = "matching.pairing.activated"  # by the second side
    DECLINED = "matching.pairing.declined"
    PAUSED = "matching.pairing.paused"
    RESUMED = "matching.pairing.resumed"
    COMPLETED = "matching.pairing.completed"
    ENDED = "matching.pairing.ended"
    REDACTED = "matching.pairing.redacted"  # one of the two was erased
    RESTATED = "matching.pairing.restated"


class ErasureChange(StrEnum):
    DONE = "matching.erasure.done"
    RESTATED = "matching.erasure.restated"


class ProgrammeStatus(Vocabulary):
    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Role(Vocabulary):
    MENTOR = "mentor"
    MENTEE = "mentee"
    UNKNOWN = "unknown"


class EnrolmentStatus(Vocabulary):
    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"
    UNKNOWN = "unknown"


class RunStatus(Vocabulary):
    REQUESTED = "requested"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class PairingStatus(Vocabulary):
    PROPOSED = "proposed"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    ENDED = "ended"
    DECLINED = "declined"
    UNKNOWN = "unknown"


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What a programme asks of its pairs: hard constraints, then the weights of the preferences."""

    common_language: bool = True  # a pair must share a language
    max_hours_apart: int | None = None  # the most that two time zones may differ
    weight_skills: float = 3.0
    weight_interests: float = 1.0
    weight_values: float = 1.0
    weight_languages: float = 0.5
    weight_hours: float = 1.0  # the closer the working hours, the better
    weight_other_site: float = 0.5  # a wider network: mentors of other sites are worth more


class Programme(msgspec.Struct, frozen=True, kw_only=True):
    """A mentoring offer with its purpose, dates and rules."""

    id: UUID
    organisation_id: UUID
    name: str
    purpose: str = ""
    status: ProgrammeStatus = ProgrammeStatus.OPEN
    starts_on: date
    ends_on: date | None = None
    coordinator_ids: list[UUID] = []
    rules: Rules = Rules()


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """A person's role in a programme; one person may have both, as two enrolments."""

    id: UUID
    organisation_id: UUID
    programme_id: UUID
    person_id: UUID
    role: Role
    status: EnrolmentStatus = EnrolmentStatus.ACTIVE
    capacity: int | None = None  # a mentor's mentees in this programme; none: their own capacity
    enrolled_at: Instant


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """What a matching run can prove of itself."""

    mentees: int  # who took part, without a mentor in this programme yet
    mentors: int  # who took part, with a free place
    places: int
    proposed: int
    unmatched: int
    mean_score: float  # in [0, 1]
    lowest_score: float
    first_choices: int  # mentees offered the mentor who fits them best
    blocking_pairs: int  # two who would both rather have each other than what they were offered
    seconds: float


class MatchingRun(msgspec.Struct, frozen=True, kw_only=True):
    """One execution of matching over a programme."""

    id: UUID
    organisation_id: UUID
    programme_id: UUID
    status: RunStatus
    requested_by: UUID | None = None
    requested_at: Instant
    rules: Rules = Rules()
    certificate: Certificate | None = None
    failure: str | None = None


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One contribution to a score, in words for the two people."""

    criterion: str  # "skills", "languages", ...
    sentence: str
    share: float  # of the score, in [0, 1]; the shares of a pairing add up to its score


class Pairing(msgspec.Struct, frozen=True, kw_only=True):
    """A mentor and a mentee, from the proposal to the end of their relationship."""

    id: UUID
    organisation_id: UUID
    programme_id: UUID
    run_id: UUID | None = None
    mentor_id: UUID
    mentee_id: UUID
    status: PairingStatus = PairingStatus.PROPOSED
    score: float = 0.0  # in [0, 1]
    reasons: list[Reason] = []
    proposed_at: Instant
    mentor_accepted_at: Instant | None = None
    mentee_accepted_at: Instant | None = None
    active_since: Instant | None = None
    closed_at: Instant | None = None  # declined, completed or ended
    closed_by: UUID | None = None  # a person, or none: the platform
    closing_reason: str = ""
