"""Programmes, who takes part in them, and who was paired with whom."""

from datetime import date, datetime

import strawberry

from contracts.matching import (
    EnrolmentStatus,
    Kind,
    Mode,
    PairingStatus,
    ProgrammeStatus,
    Role,
    RunStatus,
    Scope,
)
from gateway.planner.model import Column, Split
from gateway.schema import links, orders, visibility
from gateway.schema.connections import Connection, Node
from gateway.schema.fields import field, many, one, read_from
from gateway.schema.filters import (
    DIFFERS_FROM,
    DUE_BEFORE,
    ENROLMENT_STATUS,
    GOAL_STATUS,
    MATCHED,
    OF_RUN,
    PAIRING_STATUS,
    PROPOSED_BEFORE,
    PROPOSED_FROM,
    REQUEST_STATUS,
    ROLE,
    RUN_STATUS,
    SESSION_STATUS,
    STARTS_BEFORE,
    STARTS_FROM,
    WAITING,
)


@strawberry.type(
    description="What a programme asks of its pairs: what must hold, and how much what is wished "
    "for weighs."
)
class Rules:
    common_language: bool = field("A pair must share a language.")
    max_hours_apart: int | None = field("The most that the two time zones may differ; null: any.")
    min_hours_shared: float | None = field(
        "Hours a week in which both must be available; null: not asked for."
    )
    reporting_steps: int = field(
        "How many steps apart in the line of managers two must be more than; 1: manager and report "
        "are never paired."
    )
    site: Scope = field("Whether the two must, or must not, be at the same site.")
    department: Scope = field("Whether the two must, or must not, be in the same department.")
    min_levels_above: int | None = field(
        "How many levels above the mentee a mentor must be at least; negative: below; null: any."
    )
    max_levels_above: int | None = field("The same at most; null: any.")
    needs_consent: bool = field(
        "Whether only people are matched who said themselves that they want to be."
    )
    again: bool = field("Whether two whose pairing ended well may have another.")
    weight_skills: float = field("The weight of skills offered that are sought.")
    weight_interests: float = field("The weight of interests in common.")
    weight_values: float = field("The weight of values in common.")
    weight_languages: float = field("The weight of languages in common.")
    weight_hours: float = field("The weight of working hours in common.")
    weight_other_site: float = field("The weight of being at different sites.")
    weight_aspiration: float = field(
        "The weight of what the mentee hopes for being close, by meaning, to what the mentor knows."
    )
    weight_path: float = field("The weight of the mentor having been where the mentee wants to go.")
    weight_working_style: float = field("The weight of working styles in common.")
    weight_seniority: float = field(
        "The weight of a mentor being some levels above, and not too many."
    )
    weight_background: float = field(
        "The weight of shared background, where both chose that it be used."
    )
    mode: Mode = field("What an assignment is to be best at.")
    parity: list[str] = field("Whose groups must fare alike: any of `site`, `department`, `level`.")


@strawberry.type(
    description="How a group of mentees fares in a matching run, to be held beside the network."
)
class Parity:
    attribute: str = field("What the group has in common: site, department or level.")
    group: str = field("The site's name, the department's, or the level.")
    mentees: int = field("How many of the group took part.")
    proposed: int = field("How many of them were offered a mentor.")
    first_choices: int = field("How many of them were offered the mentor who fits them best.")
    mean_score: float = field("The mean score of their proposals, 0 to 1.")
    worse: bool = field(
        "Whether a markedly smaller share of them than of all were offered a mentor, or their "
        "first choice: less than four fifths of it."
    )


@strawberry.type(
    description="What is sought by mentees who were offered nobody, and by more mentees than there "
    "were places for."
)
class Shortage:
    kind: str = field("A skill, or a language.")
    name: str = field("Which.")
    seekers: int = field("How many mentees seek it who were offered nobody.")
    places: int = field("How many places there were with it, before the run.")


@strawberry.type(description="What a matching run can prove of itself.")
class Certificate:
    mentees: int = field("How many took part without a mentor in this programme yet.")
    mentors: int = field("How many took part with a free place.")
    places: int = field("How many places they had free.")
    proposed: int = field("How many pairings the run proposed.")
    unmatched: int = field("How many mentees it could offer nobody.")
    mean_score: float = field("The mean score of the proposals, 0 to 1.")
    lowest_score: float = field("The lowest score of the proposals, 0 to 1.")
    first_choices: int = field("How many mentees were offered the mentor who fits them best.")
    blocking_pairs: int = field(
        "How many pairs would both rather have each other than what they were offered."
    )
    seconds: float = field("How long it took.")
    mode: Mode = field("What the assignment is best at.")
    top_three: int = field("How many were offered one of the three mentors who fit them best.")
    tenth_percentile: float = field("A tenth of the proposals have a lower score than this.")
    total_score: float = field("The sum of the scores.")
    largest_regret: float = field(
        "The most that both of a blocking pair would gain by each other; 0 where there is none."
    )
    hard_rule_violations: int = field("How many proposals break a hard rule: none does.")
    load_gini: float = field(
        "How unevenly mentors' places are used: 0 all alike, 1 all the mentees with one mentor."
    )
    optimality_gap: float | None = field(
        "At most this share of the greatest total there can be is missing; null: not known."
    )
    parity: list[Parity] = field("How groups of mentees fare.")
    shortages: list[Shortage] = field("What there were too few places for.")


@strawberry.type(description="One contribution to a pairing's score, in words for the two people.")
class Reason:
    criterion: str = field("What it is about: skills, languages and so on.")
    sentence: str = field("The reason in words.")
    share: float = field("What it adds to the score, which is the sum of the shares.")


@read_from(
    "programmes",
    sees=visibility.EVERYBODY,
    description="A mentoring offer with its purpose, dates and rules.",
)
class Programme(Node):
    name: str = field("What the programme is called.")
    purpose: str = field("What it is for.")
    kind: Kind = field("What its pairings are like.")
    status: ProgrammeStatus = field("Whether it takes people in.")
    starts_on: date = field("Its first day.")
    ends_on: date | None = field("Its last day; null: it has no end.")
    rules: Rules = field("What it asks of its pairs.")
    coordinators: Connection[links.Person] = many(
        "Who looks after it, by family name.",
        "{row}.id = any ({parent}.coordinator_ids)",
        order=("family_name", "given_name"),
    )
    enrolments: Connection[links.Enrolment] = many(
        "Who takes part, the earliest first; its coordinators see all, others their own.",
        "{row}.programme_id = {parent}.id",
        ROLE,
        ENROLMENT_STATUS,
        WAITING,
        order=("enrolled_at",),
        orders=orders.ENROLMENTS,
        split=Split(visibility.OF_PROGRAMME, "{row}.person_id = {viewer}.person_id"),
    )
    pairings: Connection[links.Pairing] = many(
        "Its pairings, the latest proposed first; its coordinators see all, others their own.",
        "{row}.programme_id = {parent}.id",
        PAIRING_STATUS,
        PROPOSED_FROM,
        PROPOSED_BEFORE,
        order=("proposed_at",),
        descending=True,
        orders=orders.PAIRINGS,
        split=Split(visibility.OF_PROGRAMME, visibility.THE_TWO),
    )
    requests: Connection[links.MentorRequest] = many(
        "What its mentees have asked of its mentors, the latest first; its coordinators see all, "
        "others their own.",
        "{row}.programme_id = {parent}.id",
        REQUEST_STATUS,
        order=("asked_at",),
        descending=True,
        orders=orders.REQUESTS,
        split=Split(visibility.OF_PROGRAMME, visibility.THE_TWO),
    )
    exclusions: Connection[links.Exclusion] = many(
        "Whom coordinators keep apart in it, the latest first; for them.",
        "{row}.programme_id = {parent}.id and not {row}.own",
        order=("made_at",),
        descending=True,
        orders=orders.EXCLUSIONS,
        split=Split(visibility.OF_PROGRAMME, visibility.MADE_BY_ONESELF),
    )
    matching_runs: Connection[links.MatchingRun] = many(
        "Its matching runs, the latest first; for its coordinators and administrators.",
        "{row}.programme_id = {parent}.id",
        RUN_STATUS,
        order=("requested_at",),
        descending=True,
        orders=orders.MATCHING_RUNS,
    )


@strawberry.type(
    description="A mentee's place on the waiting list; who has waited longest is first."
)
class Waiting:
    since: datetime = field("Since when no run could offer them anybody.")
    reason: str = field("Why there was nobody.")
    remedy: str = field("What would help; empty where nothing is known.")


@strawberry.type(description="A place on a person's list of whom they would like best.")
class Ranked:
    person: links.Person | None = field(
        "Who stands there; null where the viewer may not see them.", Column("person_id")
    )


@read_from(
    "enrolments",
    sees=visibility.ENROLMENTS,
    description="A person's role in a programme; one person may have both roles, as two "
    "enrolments. For the person, the programme's coordinators, and administrators.",
)
class Enrolment(Node):
    programme: links.Programme | None = one("The programme.", "{row}.id = {parent}.programme_id")
    person: links.Person | None = one("Who takes part.", "{row}.id = {parent}.person_id")
    role: Role = field("Mentor or mentee.")
    status: EnrolmentStatus = field("Whether they still take part.")
    capacity: int | None = field(
        "A mentor's mentees in this programme; null: as many as the mentor takes anywhere."
    )
    enrolled_at: datetime = field("When they came in.")
    consented_at: datetime | None = field(
        "When they said themselves that they want to be matched; null: they have not."
    )
    suggestions: links.Suggestions | None = one(
        "The mentors who suited a mentee best, when she last asked for them; null: never.",
        "{row}.id = {parent}.id",
    )
    ranked: list[Ranked] = field(
        "Whom they would like best, first, for matching by choice; empty: as they fit."
    )
    waiting: Waiting | None = field(
        "The place on the waiting list of a mentee whom the latest run could offer nobody."
    )


@read_from(
    "matching_runs",
    sees=visibility.MATCHING_RUNS,
    description="One execution of matching over a programme; for its coordinators and "
    "administrators.",
)
class MatchingRun(Node):
    programme: links.Programme | None = one("The programme.", "{row}.id = {parent}.programme_id")
    status: RunStatus = field("How far it has come.")
    requested_by: links.Person | None = one("Who asked for it.", "{row}.id = {parent}.requested_by")
    requested_at: datetime = field("When it was asked for.")
    rules: Rules = field("The rules it matched by: the programme's as they were then, or its own.")
    dry: bool = field("Whether it is a dry run: it drafts, and proposes when it is committed.")
    seed: int = field("With the people and the rules, all that the outcome depends on.")
    progress: float = field("How much of the computation is done, 0 to 1.")
    certificate: Certificate | None = field("What it can prove of itself, once it is computed.")
    inputs: str = field(
        "A digest (SHA-256) of the people and the rules that it was computed from; empty before."
    )
    outcome: str = field(
        "A digest of who was matched with whom: the same inputs lead to the same outcome."
    )
    edits: int = field("How many changes were made to the draft by hand.")
    failure: str | None = field("Why it failed, where it did.")
    drafts: Connection[links.Draft] = many(
        "Whom it would offer whom while it is drafted, the worst fit first.",
        "{row}.run_id = {parent}.id",
        MATCHED,
        DIFFERS_FROM,
        order=("score",),
        orders=orders.DRAFTS,
    )
    pairings: Connection[links.Pairing] = many(
        "The pairings it proposed, the latest first.",
        "{row}.run_id = {parent}.id",
        PAIRING_STATUS,
        order=("proposed_at",),
        descending=True,
        orders=orders.PAIRINGS,
    )


@read_from(
    "drafts",
    sees=visibility.DRAFTS,
    description="Whom a dry run would offer a mentee, until it is committed, given up, or lapses; "
    "for the programme's coordinators and administrators. The two know nothing of it.",
)
class Draft(Node):
    run: links.MatchingRun | None = one("The dry run.", "{row}.id = {parent}.run_id")
    programme: links.Programme | None = one("The programme.", "{row}.id = {parent}.programme_id")
    mentee: links.Person | None = one("The mentee.", "{row}.id = {parent}.mentee_id")
    mentor: links.Person | None = one(
        "The mentor; null where there is nobody.", "{row}.id = {parent}.mentor_id"
    )
    score: float = field("How well the two fit, 0 to 1; 0 where there is nobody.")
    reasons: list[Reason] = field("Why the two fit.")
    unmatched: str = field("Why there is nobody; empty where there is a mentor.")
    remedy: str = field("What would help the mentee to one; empty where nothing is known.")
    edited_by: links.Person | None = one(
        "Who changed it by hand; null: nobody did.", "{row}.id = {parent}.edited_by"
    )
    in_run: links.Draft | None = one(
        "What another dry run would offer the same mentee: to compare the two.",
        "{row}.programme_id = {parent}.programme_id and {row}.mentee_id = {parent}.mentee_id",
        OF_RUN,
    )


@read_from(
    "pairings",
    sees=visibility.PAIRINGS,
    description="A mentor and a mentee, from the proposal to the end of their relationship. For "
    "the two, the programme's coordinators, and administrators.",
)
class Pairing(Node):
    programme: links.Programme | None = one("The programme.", "{row}.id = {parent}.programme_id")
    run: links.MatchingRun | None = one(
        "The matching run that proposed it; null where a coordinator did, and to the two.",
        "{row}.id = {parent}.run_id",
    )
    mentor: links.Person | None = one("The mentor.", "{row}.id = {parent}.mentor_id")
    mentee: links.Person | None = one("The mentee.", "{row}.id = {parent}.mentee_id")
    status: PairingStatus = field("Where it stands.")
    score: float = field("How well the two fit, 0 to 1.")
    reasons: list[Reason] = field("Why the two fit.")
    proposed_at: datetime = field("When it was proposed.")
    mentor_accepted_at: datetime | None = field("When the mentor said yes.")
    mentee_accepted_at: datetime | None = field("When the mentee said yes.")
    active_since: datetime | None = field("When both had said yes.")
    closed_at: datetime | None = field("When it was declined, completed or ended.")
    closed_by: links.Person | None = one(
        "Who closed it; null: nobody, or the platform.", "{row}.id = {parent}.closed_by"
    )
    closing_reason: str = field("Why it was closed; empty where nobody said.")
    sessions: Connection[links.Session] = many(
        "Its sessions in the order of time; for the two.",
        "{row}.pairing_id = {parent}.id",
        SESSION_STATUS,
        STARTS_FROM,
        STARTS_BEFORE,
        order=("starts_at",),
        orders=orders.SESSIONS,
    )
    goals: Connection[links.Goal] = many(
        "The goals that are worked on in it, the newest first; for the two.",
        "{row}.pairing_id = {parent}.id",
        GOAL_STATUS,
        DUE_BEFORE,
        order=("set_at",),
        descending=True,
        orders=orders.GOALS,
    )
    feedback: Connection[links.Feedback] = many(
        "What the two said of its sessions, the earliest first; for the two.",
        "{row}.pairing_id = {parent}.id",
        order=("given_at",),
        orders=orders.FEEDBACK,
    )
    next_session: links.Session | None = one(
        "Its next session; for the two.",
        "{row}.pairing_id = {parent}.id and {row}.status = 'scheduled' and {row}.starts_at > now()",
        order="{row}.starts_at, {row}.id",
    )
