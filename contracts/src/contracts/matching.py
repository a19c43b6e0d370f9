"""What matching says of programmes, who takes part in them, and who was paired with whom."""

from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec

from contracts.vocabulary import Instant, Vocabulary

PROGRAMME = "matching.programme"
ENROLMENT = "matching.enrolment"
MATCHING_RUN = "matching.run"
DRAFT = "matching.draft"
PAIRING = "matching.pairing"
REQUEST = "matching.request"
EXCLUSION = "matching.exclusion"
SUGGESTIONS = "matching.suggestions"
ERASURE = "matching.erasure"


class ProgrammeChange(StrEnum):
    OPENED = "matching.programme.opened"
    CHANGED = "matching.programme.changed"
    CLOSED = "matching.programme.closed"
    RESTATED = "matching.programme.restated"


class EnrolmentChange(StrEnum):
    ENROLLED = "matching.enrolment.enrolled"
    CHANGED = "matching.enrolment.changed"
    PAUSED = "matching.enrolment.paused"
    RESUMED = "matching.enrolment.resumed"
    CONSENTED = "matching.enrolment.consented"
    CONSENT_WITHDRAWN = "matching.enrolment.consent_withdrawn"
    RANKED = "matching.enrolment.ranked"
    REDACTED = "matching.enrolment.redacted"  # whom the person had ranked was erased
    LEFT = "matching.enrolment.left"
    RESTATED = "matching.enrolment.restated"


class RunChange(StrEnum):
    REQUESTED = "matching.run.requested"
    STARTED = "matching.run.started"
    COMPLETED = "matching.run.completed"
    PROGRESSED = "matching.run.progressed"
    DRAFTED = "matching.run.drafted"
    EDITED = "matching.run.edited"  # its draft, by hand
    COMMITTED = "matching.run.committed"  # a draft's proposals are being made
    CANCELLED = "matching.run.cancelled"
    FAILED = "matching.run.failed"
    RESTATED = "matching.run.restated"


class DraftChange(StrEnum):
    MADE = "matching.draft.made"
    EDITED = "matching.draft.edited"  # by a coordinator
    REDACTED = "matching.draft.redacted"  # the mentor was erased
    RESTATED = "matching.draft.restated"


class PairingChange(StrEnum):
    PROPOSED = "matching.pairing.proposed"
    ACCEPTED = "matching.pairing.accepted"  # by one side; the other has yet to answer
    ACTIVATED = "matching.pairing.activated"  # by the second side
    DECLINED = "matching.pairing.declined"
    PAUSED = "matching.pairing.paused"
    RESUMED = "matching.pairing.resumed"
    COMPLETED = "matching.pairing.completed"
    ENDED = "matching.pairing.ended"
    LAPSED = "matching.pairing.lapsed"  # proposed, and not answered in time
    REDACTED = "matching.pairing.redacted"  # one of the two was erased
    RESTATED = "matching.pairing.restated"


class RequestChange(StrEnum):
    ASKED = "matching.request.asked"
    ACCEPTED = "matching.request.accepted"
    DECLINED = "matching.request.declined"
    WITHDRAWN = "matching.request.withdrawn"
    EXPIRED = "matching.request.expired"
    RESTATED = "matching.request.restated"


class ExclusionChange(StrEnum):
    MADE = "matching.exclusion.made"  # lifted, it is erased
    RESTATED = "matching.exclusion.restated"


class SuggestionsChange(StrEnum):
    MADE = "matching.suggestions.made"  # for the first time, or anew
    REDACTED = "matching.suggestions.redacted"  # a mentor among them was erased
    RESTATED = "matching.suggestions.restated"


class ErasureChange(StrEnum):
    DONE = "matching.erasure.done"
    RESTATED = "matching.erasure.restated"


class ProgrammeStatus(Vocabulary):
    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Kind(Vocabulary):
    """What a programme's pairings are like."""

    ONE_TO_ONE = "one-to-one"
    CIRCLE = "circle"  # a mentor and a group
    PEER = "peer"  # people of like standing, each with a mentor and a mentee
    REVERSE = "reverse"  # the mentor is the junior of the two
    FLASH = "flash"  # one session, or few
    UNKNOWN = "unknown"


class Mode(Vocabulary):
    """What an assignment is to be best at."""

    STABLE = "stable"  # no two would both rather have each other
    NETWORK = "network"  # the greatest total fit
    CHOICE = "choice"  # stable by what people ranked themselves; where they did not, by fit
    UNKNOWN = "unknown"


class Scope(Vocabulary):
    """Whether a pair may, must or must not share something."""

    ANY = "any"
    SAME = "same"
    OTHER = "other"
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
    DRAFTED = "drafted"  # computed, and nothing proposed yet: it waits to be committed
    CANCELLED = "cancelled"  # by a coordinator; or a draft that was given up
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


class RequestStatus(Vocabulary):
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # by the mentee, or because she has found somebody
    EXPIRED = "expired"  # nobody answered in time, or the mentor takes part no more
    UNKNOWN = "unknown"


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What a programme asks of its pairs: hard constraints, then the weights of the preferences."""

    common_language: bool = True  # a pair must share a language
    max_hours_apart: int | None = None  # the most that two time zones may differ
    min_hours_shared: float | None = None  # hours a week in which both are available
    reporting_steps: int = 1  # nobody this near in the line of managers, up or down
    site: Scope = Scope.ANY
    department: Scope = Scope.ANY
    min_levels_above: int | None = None  # of the mentor above the mentee; negative: below
    max_levels_above: int | None = None
    needs_consent: bool = False  # only people who said themselves that they want to be matched
    again: bool = False  # two who had a pairing that ended well may have another
    weight_skills: float = 3.0
    weight_interests: float = 1.0
    weight_values: float = 1.0
    weight_languages: float = 0.5
    weight_hours: float = 1.0  # the closer the working hours, the better
    weight_other_site: float = 0.5  # a wider network: mentors of other sites are worth more
    weight_aspiration: float = 1.0  # what the mentee hopes for and the mentor knows, by meaning
    weight_path: float = 1.0  # the mentor has been where the mentee wants to go
    weight_working_style: float = 0.0
    weight_seniority: float = 0.0  # a mentor some levels above, not too many
    weight_background: float = 0.0  # shared, where both chose that it be used
    mode: Mode = Mode.STABLE
    parity: list[str] = []  # "site", "department", "level": whose groups must fare alike


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
    kind: Kind = Kind.ONE_TO_ONE
    rules: Rules = Rules()


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A mentee's place on the waiting list; who has waited longest is first."""

    since: Instant
    reason: str  # "No mentor with a free place speaks Portuguese."
    remedy: str = ""  # what would help, if anything is known


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """A place on a person's list."""

    person_id: UUID


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
    consented_at: Instant | None = None  # when they said themselves that they want to be matched
    waiting: Waiting | None = None  # a mentee whom the latest run could offer nobody
    ranked: list[Ranked] = []  # whom they would like best, first; for matching by choice


class Parity(msgspec.Struct, frozen=True, kw_only=True):
    """How a group of mentees fares, to be held beside the network."""

    attribute: str  # "site", "department", "level"
    group: str
    mentees: int
    proposed: int
    first_choices: int
    mean_score: float
    worse: bool  # below four fifths of the network in coverage or in first choices


class Shortage(msgspec.Struct, frozen=True, kw_only=True):
    """What mentees who were offered nobody seek, and how few places there are for it."""

    kind: str  # "skill", "site", "language"
    name: str
    seekers: int  # unmatched mentees
    places: int  # free places with it, before the run


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
    mode: Mode = Mode.STABLE
    top_three: int = 0  # mentees offered one of the three mentors who fit them best
    tenth_percentile: float = 0.0  # a tenth of the proposals fit less well
    total_score: float = 0.0
    largest_regret: float = 0.0  # the most that both of a blocking pair would gain
    hard_rule_violations: int = 0
    load_gini: float = 0.0  # 0: every mentor's places are used alike; 1: one has all
    optimality_gap: float | None = None  # at most this share of the greatest total is missing
    parity: list[Parity] = []
    shortages: list[Shortage] = []


class MatchingRun(msgspec.Struct, frozen=True, kw_only=True):
    """One execution of matching over a programme."""

    id: UUID
    organisation_id: UUID
    programme_id: UUID
    status: RunStatus
    requested_by: UUID | None = None
    requested_at: Instant
    rules: Rules = Rules()
    dry: bool = False  # a dry run: it drafts, and proposes when it is committed
    seed: int = 0  # with the frozen people and the rules, all that the outcome depends on
    progress: float = 0.0  # in [0, 1], of the computation
    certificate: Certificate | None = None
    failure: str | None = None
    inputs: str = ""  # SHA-256 of the people and the rules, as they were frozen
    outcome: str = ""  # SHA-256 of who was matched with whom; the same inputs lead to the same
    edits: int = 0  # made by hand in the draft; the certificate is of what came of them


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One contribution to a score, in words for the two people."""

    criterion: str  # "skills", "languages", ...
    sentence: str
    share: float  # of the score, in [0, 1]; the shares of a pairing add up to its score


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a dry run would offer a mentee: until it is committed, given up, or lapses."""

    id: UUID
    organisation_id: UUID
    run_id: UUID
    programme_id: UUID
    mentee_id: UUID
    mentor_id: UUID | None = None  # none: it could offer nobody
    score: float = 0.0  # in [0, 1]
    reasons: list[Reason] = []
    unmatched: str = ""  # why nobody, as a sentence
    remedy: str = ""  # what would help, where anything is known
    edited_by: UUID | None = None  # a coordinator, by hand


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


class MentorRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A mentee's question to a mentor whom she chose: would you? It takes no place."""

    id: UUID
    organisation_id: UUID
    programme_id: UUID
    mentee_id: UUID
    mentor_id: UUID
    message: str = ""
    score: float = 0.0  # in [0, 1]
    reasons: list[Reason] = []
    status: RequestStatus = RequestStatus.ASKED
    asked_at: Instant
    expires_at: Instant
    answered_at: Instant | None = None  # when it was no longer open
    answer: str = ""  # the mentor's words to the mentee
    pairing_id: UUID | None = None  # that came of it


class Exclusion(msgspec.Struct, frozen=True, kw_only=True):
    """That two people are not to be matched, neither way round. The other never learns of it."""

    id: UUID
    organisation_id: UUID
    person_id: UUID
    other_id: UUID
    programme_id: UUID | None = None  # none: in every programme
    made_by: UUID | None = None  # the person, in confidence; or who looks after the programme
    made_at: Instant


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """A mentor whom a mentee may ask, and why."""

    mentor_id: UUID
    score: float  # in [0, 1]
    reasons: list[Reason] = []


class Suggestions(msgspec.Struct, frozen=True, kw_only=True):
    """The mentors who suited a mentee best at a moment; its `id` is her enrolment's."""

    id: UUID
    organisation_id: UUID
    programme_id: UUID
    mentee_id: UUID
    mentors: list[Suggestion] = []  # the best first
    as_of: Instant
