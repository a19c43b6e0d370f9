"""A small organisation made up at random, with all that is awkward to write as JSON."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from msgspec import Struct

from contracts import matching, profiles, sessions
from contracts.direction import (
    Answer,
    Assessment,
    CareerPath,
    CareerPaths,
    Interest,
    Milestone,
    Need,
    Part,
    Roadmap,
    SkillLevel,
    SkillToBuild,
    Statement,
    Step,
    Stop,
    Theme,
    WorkValue,
)
from contracts.direction import Reason as FitReason
from contracts.matching import (
    Certificate,
    Draft,
    Enrolment,
    EnrolmentStatus,
    Exclusion,
    Kind,
    MatchingRun,
    MentorRequest,
    Mode,
    Pairing,
    PairingStatus,
    Parity,
    Programme,
    ProgrammeStatus,
    Ranked,
    Reason,
    RequestStatus,
    Role,
    Rules,
    RunStatus,
    Scope,
    Shortage,
    Suggestion,
    Suggestions,
    Waiting,
)
from contracts.notifications import Notification, NotificationKind, Preferences
from contracts.profiles import (
    Erasure,
    ErasureStep,
    Organisation,
    Person,
    Position,
    Site,
    Standing,
    Visibility,
    Window,
)
from contracts.sessions import Feedback, Goal, GoalStatus, Session, SessionStatus

T = TypeVar("T")

TEXTS = (
    "plain",
    "",
    'say "hi" \\ and / then',
    "tab\tnew\nline\rfeed\fbell\x07 unit\x1f delete\x7f",
    "São Tomé, Ōsaka, Łódź",
    "emoji 👩‍🔬 and separators \u2028\u2029",
    "</script><!-- $1 {row} %s -->",
    "it's",
)
NUMBERS = (0.0, 1.0, 0.1, 1e-05, 0.30000000000000004, 123456.789, 0.5, 3.0, 1e14, 0.0001)
ZONES = (
    "Europe/Lisbon",
    "Asia/Kolkata",
    "America/St_Johns",
    "Asia/Tokyo",
    "America/Los_Angeles",
    "Mars/Olympus",
)
OCCUPATIONS = [f"http://data.europa.eu/esco/occupation/{letter}" for letter in "abcd"]
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


class _Maker:
    def __init__(self, seed: int, organisation_id: UUID) -> None:
        self.random = Random(seed)
        self.organisation_id = organisation_id

    def id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def pick(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def text(self) -> str:
        return self.pick(TEXTS)

    def texts(self) -> list[str]:
        return [self.text() for _ in range(self.random.randrange(4))]

    def maybe(self, value: T) -> T | None:
        return self.pick((value, None))

    def moment(self) -> datetime:
        fraction = self.pick((0, 0, 500_000, 123_456, 120))
        return NOW + timedelta(days=self.random.randrange(-9, 9), microseconds=fraction)

    def coming(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.pick((-3, -1, 1, 2, 400)))

    def day(self) -> date:
        return date(2026, self.random.randrange(1, 13), self.random.randrange(1, 28))

    def rules(self) -> Rules:
        return Rules(
            common_language=self.pick((True, False)),
            max_hours_apart=self.maybe(3),
            weight_skills=self.pick(NUMBERS),
            weight_hours=self.pick(NUMBERS),
            min_hours_shared=self.maybe(2.5),
            min_levels_above=self.maybe(-1),
            site=self.pick(list(Scope)),
            mode=self.pick(list(Mode)),
            parity=self.pick(([], ["site"], ["level", "department"])),
        )


def random_network(seed: int, organisation_id: UUID, *, people: int = 12) -> list[Struct]:
    """The newest state of each of its aggregates."""
    make = _Maker(seed, organisation_id)
    sites = [_site(make) for _ in range(3)]
    persons = _people(make, sites, people)
    programmes = [_programme(make, persons) for _ in range(3)]
    runs = [_run(make, programme, persons) for programme in programmes for _ in range(2)]
    pairings = [_pairing(make, programmes, runs, persons) for _ in range(2 * people)]
    enrolments = [
        _enrolment(make, programmes, person, persons) for person in persons for _ in range(2)
    ]
    asked = [_request(make, programmes, pairings, persons) for _ in range(2 * people)]
    meetings = [_session(make, pairing) for pairing in pairings for _ in range(2)]
    feedback = [_feedback(make, session) for session in meetings if make.pick((True, False))]
    return [
        Organisation(id=organisation_id, organisation_id=organisation_id, name=make.text()),
        *sites,
        *persons,
        *programmes,
        *enrolments,
        *runs,
        *(_draft(make, run, person, persons) for run in runs for person in persons),
        *pairings,
        *asked,
        *(_suggestions(make, enrolment, persons) for enrolment in enrolments),
        *(_exclusion(make, programmes, persons) for _ in range(people)),
        *meetings,
        *(_goal(make, person, pairings) for person in persons for _ in range(3)),
        *(_assessment(make, person) for person in persons),
        *(_career_paths(make, person) for person in persons[::2]),
        *(_roadmap(make, person) for person in persons for _ in range(2)),
        *feedback,
        *(_erasure(make, person) for person in persons[:3]),
        *(
            _notification(make, person, [*pairings, *asked, *meetings, *feedback, *runs, *sites])
            for person in persons
            for _ in range(4)
        ),
        *(
            Preferences(
                id=person.id,
                organisation_id=organisation_id,
                email=make.pick((True, False)),
                muted=make.random.sample(list(NotificationKind), 2),
            )
            for person in persons[::2]
        ),
    ]


def _site(make: _Maker) -> Site:
    return Site(
        id=make.id(),
        organisation_id=make.organisation_id,
        code=make.text(),
        name=make.text(),
        city=make.text(),
        country="PT",
        time_zone=make.pick(ZONES),
        languages=make.texts(),
    )


def _people(make: _Maker, sites: list[Site], count: int) -> list[Person]:
    ids = [make.id() for _ in range(count)]
    return [
        Person(
            id=id_,
            organisation_id=make.organisation_id,
            employee_number=f"E{place}",
            subject=f"subject-{place}",
            email=f"p{place}@example.com",
            given_name=make.pick(TEXTS[:5]),
            family_name=make.pick(TEXTS[3:6]),
            job_title=make.text(),
            site_id=make.pick([*(site.id for site in sites), make.id()]),
            time_zone=make.pick(ZONES),
            department=make.text(),
            occupation=make.pick((*OCCUPATIONS, "")),
            career=[
                Position(title=make.text(), occupation=make.pick((*OCCUPATIONS, "")))
                for _ in range(make.random.randrange(3))
            ],
            manager_id=make.maybe(make.pick(ids)),
            languages=make.texts(),
            skills=make.texts(),
            interests=make.texts(),
            values=make.texts(),
            offers_mentoring=make.pick((True, False)),
            skills_offered=make.texts(),
            capacity=make.random.randrange(5),
            seeks_mentoring=make.pick((True, False)),
            skills_sought=make.texts(),
            aspiration=make.text(),
            level=make.maybe(make.random.randrange(10)),
            target_occupation=make.pick((*OCCUPATIONS, "")),
            working_styles=make.texts(),
            background=make.texts(),
            availability=[
                Window(weekday=make.random.randrange(1, 8), opens=time(9), closes=time(17, 30))
                for _ in range(make.random.randrange(3))
            ],
            visibility=make.pick(list(Visibility)),
            standing=make.pick((Standing.ACTIVE, Standing.ACTIVE, Standing.ACTIVE, Standing.LEFT)),
            joined_at=make.moment(),
        )
        for place, id_ in enumerate(ids)
    ]


def _programme(make: _Maker, people: list[Person]) -> Programme:
    return Programme(
        id=make.id(),
        organisation_id=make.organisation_id,
        name=make.text(),
        purpose=make.text(),
        status=make.pick(list(ProgrammeStatus)),
        starts_on=make.pick((date(2026, 1, 1), make.day())),
        ends_on=make.maybe(make.day()),
        coordinator_ids=[person.id for person in make.random.sample(people, 2)],
        kind=make.pick(list(Kind)),
        rules=make.rules(),
    )


def _enrolment(
    make: _Maker, programmes: list[Programme], person: Person, people: list[Person]
) -> Enrolment:
    return Enrolment(
        id=make.id(),
        organisation_id=make.organisation_id,
        programme_id=make.pick(programmes).id,
        person_id=person.id,
        role=make.pick(list(Role)),
        status=make.pick(list(EnrolmentStatus)),
        capacity=make.maybe(2),
        enrolled_at=make.moment(),
        waiting=make.maybe(
            Waiting(since=make.moment(), reason=make.text(), remedy=make.text()),
        ),
        consented_at=make.maybe(make.moment()),
        ranked=[
            Ranked(person_id=each.id)
            for each in make.random.sample(people, make.random.randrange(4))
        ],
    )


def _run(make: _Maker, programme: Programme, people: list[Person]) -> MatchingRun:
    return MatchingRun(
        id=make.id(),
        organisation_id=make.organisation_id,
        programme_id=programme.id,
        status=make.pick(list(RunStatus)),
        requested_by=make.maybe(make.pick(people).id),
        requested_at=make.moment(),
        rules=make.rules(),
        certificate=make.maybe(
            Certificate(
                mentees=3,
                mentors=2,
                places=4,
                proposed=2,
                unmatched=1,
                mean_score=make.pick(NUMBERS),
                lowest_score=make.pick(NUMBERS),
                first_choices=1,
                blocking_pairs=0,
                seconds=make.pick(NUMBERS),
                mode=make.pick(list(Mode)),
                optimality_gap=make.maybe(make.pick(NUMBERS)),
                parity=[_parity(make) for _ in range(make.random.randrange(3))],
                shortages=[
                    Shortage(kind="skill", name=make.text(), seekers=2, places=make.pick((0, 1)))
                    for _ in range(make.random.randrange(3))
                ],
            )
        ),
        failure=make.maybe(make.text()),
        dry=make.pick((True, False)),
        seed=make.pick((0, 2**31 - 1)),
        progress=make.pick((0.0, 0.25, 1.0)),
        inputs=make.text(),
        outcome=make.text(),
        edits=make.random.randrange(3),
    )


def _parity(make: _Maker) -> Parity:
    return Parity(
        attribute="site",
        group=make.text(),
        mentees=3,
        proposed=2,
        first_choices=1,
        mean_score=make.pick(NUMBERS),
        worse=make.pick((True, False)),
    )


def _draft(make: _Maker, run: MatchingRun, mentee: Person, people: list[Person]) -> Draft:
    return Draft(
        id=make.id(),
        organisation_id=make.organisation_id,
        run_id=run.id,
        programme_id=run.programme_id,
        mentee_id=mentee.id,
        mentor_id=make.maybe(make.pick(people[:3]).id),
        score=make.pick(NUMBERS),
        reasons=[Reason(criterion=make.text(), sentence=make.text(), share=make.pick(NUMBERS))],
        unmatched=make.text(),
        remedy=make.text(),
        edited_by=make.maybe(make.pick(people).id),
    )


def _pairing(
    make: _Maker, programmes: list[Programme], runs: list[MatchingRun], people: list[Person]
) -> Pairing:
    mentor, mentee = make.random.sample(people, 2)
    return Pairing(
        id=make.id(),
        organisation_id=make.organisation_id,
        programme_id=make.pick(programmes).id,
        run_id=make.maybe(make.pick(runs).id),
        mentor_id=mentor.id,
        mentee_id=mentee.id,
        status=make.pick([*PairingStatus, PairingStatus.ACTIVE, PairingStatus.ACTIVE]),
        score=make.pick(NUMBERS),
        reasons=[
            Reason(criterion=make.text(), sentence=make.text(), share=make.pick(NUMBERS))
            for _ in range(make.random.randrange(3))
        ],
        proposed_at=make.pick((NOW, make.moment())),
        mentor_accepted_at=make.maybe(make.moment()),
        mentee_accepted_at=make.maybe(make.moment()),
        active_since=make.maybe(make.moment()),
        closed_at=make.maybe(make.moment()),
        closed_by=make.maybe(mentor.id),
        closing_reason=make.text(),
    )


def _suggestions(make: _Maker, enrolment: Enrolment, people: list[Person]) -> Suggestions:
    return Suggestions(
        id=enrolment.id,
        organisation_id=make.organisation_id,
        programme_id=enrolment.programme_id,
        mentee_id=enrolment.person_id,
        mentors=[
            Suggestion(
                mentor_id=mentor.id,
                score=make.pick(NUMBERS),
                reasons=[
                    Reason(criterion=make.text(), sentence=make.text(), share=make.pick(NUMBERS))
                ],
            )
            for mentor in make.random.sample(people, 5)
        ],
        as_of=make.moment(),
    )


def _exclusion(make: _Maker, programmes: list[Programme], people: list[Person]) -> Exclusion:
    person, other, coordinator = make.random.sample(people, 3)
    return Exclusion(
        id=make.id(),
        organisation_id=make.organisation_id,
        person_id=person.id,
        other_id=other.id,
        programme_id=make.maybe(make.pick(programmes).id),
        made_by=make.pick((person.id, coordinator.id, None)),
        made_at=make.moment(),
    )


def _request(
    make: _Maker, programmes: list[Programme], pairings: list[Pairing], people: list[Person]
) -> MentorRequest:
    mentor, mentee = make.random.sample(people, 2)
    return MentorRequest(
        id=make.id(),
        organisation_id=make.organisation_id,
        programme_id=make.pick(programmes).id,
        mentee_id=mentee.id,
        mentor_id=mentor.id,
        message=make.text(),
        score=make.pick(NUMBERS),
        reasons=[
            Reason(criterion=make.text(), sentence=make.text(), share=make.pick(NUMBERS))
            for _ in range(make.random.randrange(3))
        ],
        status=make.pick(list(RequestStatus)),
        asked_at=make.pick((NOW, make.moment())),
        expires_at=make.moment(),
        answered_at=make.maybe(make.moment()),
        answer=make.text(),
        pairing_id=make.maybe(make.pick(pairings).id),
    )


def _session(make: _Maker, pairing: Pairing) -> Session:
    starts_at = make.coming()
    return Session(
        id=make.id(),
        organisation_id=make.organisation_id,
        pairing_id=pairing.id,
        mentor_id=pairing.mentor_id,
        mentee_id=pairing.mentee_id,
        topic=make.text(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        place=make.text(),
        status=make.pick([*SessionStatus, SessionStatus.SCHEDULED]),
        booked_by=pairing.mentee_id,
        uid=make.text(),
        sequence=make.random.randrange(3),
        closing_reason=make.text(),
    )


def _goal(make: _Maker, person: Person, pairings: list[Pairing]) -> Goal:
    return Goal(
        id=make.id(),
        organisation_id=make.organisation_id,
        person_id=person.id,
        pairing_id=make.maybe(make.pick(pairings).id),
        title=make.text(),
        description=make.text(),
        skill=make.text(),
        status=make.pick(list(GoalStatus)),
        progress=make.random.randrange(101),
        due_on=make.maybe(make.day()),
        set_at=make.pick((NOW, make.moment())),
    )


def _assessment(make: _Maker, person: Person) -> Assessment:
    shared = make.random.sample(list(Part), make.random.randrange(4))
    return Assessment(
        id=make.id(),
        organisation_id=make.organisation_id,
        person_id=person.id,
        answers=[Answer(statement=make.pick(list(Statement)), liking=4)],
        interests=[Interest(theme=make.pick(list(Theme)), score=make.pick(NUMBERS))],
        values=make.random.sample(list(WorkValue), 2),
        strengths=make.texts(),
        skills=[SkillLevel(label=make.text(), skill=make.text(), level=3)],
        shared=shared,
        was_shared=bool(shared),
        made_at=make.moment(),
        changed_at=make.moment(),
    )


def _career_paths(make: _Maker, person: Person) -> CareerPaths:
    step = Step(
        occupation=make.pick(OCCUPATIONS),
        title=make.text(),
        likeness=make.pick(NUMBERS),
        people=make.maybe(10),
        needs=[Need(label=make.text(), skill=make.text(), level=2, suggested=False)],
    )
    return CareerPaths(
        id=make.id(),
        organisation_id=make.organisation_id,
        person_id=person.id,
        occupation=make.pick(OCCUPATIONS),
        title=make.text(),
        target=make.text(),
        paths=[
            CareerPath(
                fit=make.pick(NUMBERS),
                reasons=[
                    FitReason(criterion=make.text(), sentence=make.text(), share=make.pick(NUMBERS))
                ],
                steps=[step] * make.random.randrange(3),
            )
        ],
        explored_at=make.moment(),
    )


def _roadmap(make: _Maker, person: Person) -> Roadmap:
    shared = make.pick((True, False))
    return Roadmap(
        id=make.id(),
        organisation_id=make.organisation_id,
        person_id=person.id,
        title=make.text(),
        path=[
            Stop(occupation=occupation, title=make.text())
            for occupation in make.random.sample(OCCUPATIONS, make.random.randrange(1, 4))
        ],
        milestones=[
            Milestone(
                id=make.id(),
                title=make.text(),
                due_on=make.maybe(make.day()),
                done_at=make.maybe(make.moment()),
            )
            for _ in range(make.random.randrange(4))
        ],
        skills=[
            SkillToBuild(label=make.text(), skill=make.text(), built=make.pick((True, False)))
            for _ in range(make.random.randrange(3))
        ],
        shared=shared,
        was_shared=shared,
        drawn_at=make.pick((NOW, make.moment())),
    )


def _feedback(make: _Maker, session: Session) -> Feedback:
    author, about = make.random.sample([session.mentor_id, session.mentee_id], 2)
    return Feedback(
        id=make.id(),
        organisation_id=make.organisation_id,
        session_id=session.id,
        pairing_id=session.pairing_id,
        author_id=author,
        about_id=about,
        rating=make.random.randrange(1, 6),
        comment=make.text(),
        given_at=make.moment(),
    )


def _erasure(make: _Maker, requester: Person) -> Erasure:
    requested_at = make.moment()
    done_at = make.maybe(requested_at)
    return Erasure(
        id=make.id(),
        organisation_id=make.organisation_id,
        person_id=make.id(),
        person_version=2,
        requested_by=make.maybe(requester.id),
        requested_at=requested_at,
        promised_by=requested_at + timedelta(minutes=15),
        due_by=requested_at + timedelta(days=30),
        steps=[ErasureStep(service="profiles", done_at=done_at, erased=1)],
        completed_at=done_at,
        log_clear_by=done_at,
    )


TOPIC_OF: dict[type[Struct], str] = {
    Pairing: matching.PAIRING,
    MentorRequest: matching.REQUEST,
    MatchingRun: matching.MATCHING_RUN,
    Session: sessions.SESSION,
    Feedback: sessions.FEEDBACK,
    Site: profiles.SITE,  # which no notification is about
}


def _notification(make: _Maker, person: Person, subjects: Sequence[Any]) -> Notification:
    about = make.pick(subjects)
    return Notification(
        id=make.id(),
        organisation_id=make.organisation_id,
        person_id=person.id,
        kind=make.pick(list(NotificationKind)),
        title=make.text(),
        body=make.text(),
        about_type=TOPIC_OF[type(about)],
        about_id=make.pick((about.id, about.id, make.id())),
        posted_at=make.pick((NOW, make.moment())),
        read_at=make.maybe(make.moment()),
    )
