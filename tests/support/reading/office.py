"""A small office, made by hand: who is who to whom matters here, not what is written.

Ana is mentored by Ben in a programme that Cleo coordinates; Gus was her mentor before, and she has
asked Hal. Eve works for Gus at their site, and Fay at another; Dan administers. All who may keep to
themselves do, but Cleo and Fay.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from contracts import matching
from contracts.direction import (
    Assessment,
    CareerPath,
    CareerPaths,
    Milestone,
    Part,
    Roadmap,
    Step,
    Stop,
    WorkValue,
)
from contracts.matching import (
    Certificate,
    Draft,
    Enrolment,
    Exclusion,
    MatchingRun,
    MentorRequest,
    Pairing,
    PairingStatus,
    Programme,
    Reason,
    Role,
    RunStatus,
    Suggestion,
    Suggestions,
)
from contracts.notifications import Notification, NotificationKind, Preferences
from contracts.profiles import Erasure, Organisation, Person, Position, Site, Visibility, Window
from contracts.sessions import Feedback, Goal, Session, SessionStatus
from gateway.planner import Viewer

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)


ENGINEER = "http://data.europa.eu/esco/occupation/engineer"
LEADER = "http://data.europa.eu/esco/occupation/leader"


class Office:
    """The states are its attributes; `rows` has them all."""

    def __init__(self) -> None:
        self.id = uuid4()
        self.organisation = Organisation(id=self.id, organisation_id=self.id, name="Atlântica")
        self.lisbon = self.site("Lisboa", "Europe/Lisbon")
        self.kolkata = self.site("Kolkata", "Asia/Kolkata")
        self.ana = self.person("Ana", self.lisbon, seeks_mentoring=True)
        self.ben = self.person(
            "Ben",
            self.lisbon,
            offers_mentoring=True,
            occupation=LEADER,
            career=[Position(title="Engineer", occupation=ENGINEER)],
        )
        self.gus = self.person("Gus", self.lisbon)
        self.eve = self.person(
            "Eve", self.lisbon, visibility=Visibility.SITE, manager_id=self.gus.id
        )
        self.cleo = self.person("Cleo", self.kolkata, visibility=Visibility.NETWORK)
        self.fay = self.person("Fay", self.kolkata, visibility=Visibility.NETWORK)
        self.dan = self.person("Dan", self.kolkata)
        self.hal = self.person("Hal", self.kolkata)
        self.programme = Programme(
            id=uuid4(),
            organisation_id=self.id,
            name="First steps",
            starts_on=date(2026, 1, 1),
            coordinator_ids=[self.cleo.id],
        )
        self.enrolment = Enrolment(
            id=uuid4(),
            organisation_id=self.id,
            programme_id=self.programme.id,
            person_id=self.ana.id,
            role=Role.MENTEE,
            enrolled_at=NOW,
        )
        self.run = MatchingRun(
            id=uuid4(),
            organisation_id=self.id,
            programme_id=self.programme.id,
            status=RunStatus.COMPLETED,
            requested_by=self.cleo.id,
            requested_at=NOW,
            certificate=Certificate(
                mentees=1,
                mentors=1,
                places=3,
                proposed=1,
                unmatched=0,
                mean_score=1.0,
                lowest_score=0.75,
                first_choices=1,
                blocking_pairs=0,
                seconds=0.01,
            ),
        )
        self.tried = MatchingRun(
            id=uuid4(),
            organisation_id=self.id,
            programme_id=self.programme.id,
            status=RunStatus.DRAFTED,
            requested_by=self.cleo.id,
            requested_at=NOW,
            dry=True,
        )
        self.draft = Draft(
            id=uuid4(),
            organisation_id=self.id,
            run_id=self.tried.id,
            programme_id=self.programme.id,
            mentee_id=self.ana.id,
            mentor_id=self.ben.id,
            score=0.5,
        )
        self.pairing = self.pair(self.ben, PairingStatus.ACTIVE, run_id=self.run.id)
        self.former = self.pair(self.gus, PairingStatus.ENDED)
        self.request = self.ask(self.hal)
        self.suggestions = Suggestions(
            id=self.enrolment.id,
            organisation_id=self.id,
            programme_id=self.programme.id,
            mentee_id=self.ana.id,
            mentors=[Suggestion(mentor_id=self.fay.id, score=0.5)],
            as_of=NOW,
        )
        self.apart = self.keep_apart(self.ana, self.fay, by=self.ana)
        self.kept_apart = self.keep_apart(self.ben, self.gus, by=self.cleo)
        self.held = self.session(SessionStatus.HELD, NOW)
        self.coming = self.session(SessionStatus.SCHEDULED, SOON)
        self.goal = Goal(
            id=uuid4(),
            organisation_id=self.id,
            person_id=self.ana.id,
            pairing_id=self.pairing.id,
            title="Lead a team",
            progress=40,
            due_on=date(2026, 12, 31),
            set_at=NOW,
        )
        self.assessment = Assessment(
            id=uuid4(),
            organisation_id=self.id,
            person_id=self.ana.id,
            values=[WorkValue.INDEPENDENCE],
            strengths=["patience"],
            shared=[Part.STRENGTHS],
            was_shared=True,
            made_at=NOW,
            changed_at=NOW,
        )
        self.career_paths = CareerPaths(
            id=uuid4(),
            organisation_id=self.id,
            person_id=self.ana.id,
            paths=[CareerPath(fit=0.5, steps=[Step(occupation=LEADER, title="team leader")])],
            explored_at=NOW,
        )
        self.roadmap = Roadmap(
            id=uuid4(),
            organisation_id=self.id,
            person_id=self.ana.id,
            title="To team leader",
            path=[
                Stop(occupation=ENGINEER, title="engineer"),
                Stop(occupation=LEADER, title="team leader"),
            ],
            milestones=[
                Milestone(id=uuid4(), title="Lead the stand-up", done_at=NOW),
                Milestone(id=uuid4(), title="Lead a project"),
            ],
            shared=True,
            was_shared=True,
            drawn_at=NOW,
        )
        self.feedback = Feedback(
            id=uuid4(),
            organisation_id=self.id,
            session_id=self.held.id,
            pairing_id=self.pairing.id,
            author_id=self.ana.id,
            about_id=self.ben.id,
            rating=5,
            comment="Just what I needed",
            given_at=NOW,
        )
        self.told = self.notify("Ben said yes", NOW)
        self.read = self.notify("You have a match", NOW - timedelta(days=1), read_at=NOW)
        self.preferences = Preferences(
            id=self.ana.id,
            organisation_id=self.id,
            muted=[NotificationKind.SESSION_MOVED, NotificationKind.FEEDBACK_GIVEN],
        )
        self.erasure = Erasure(
            id=uuid4(),
            organisation_id=self.id,
            person_id=uuid4(),
            person_version=7,
            requested_by=self.dan.id,
            requested_at=NOW,
            promised_by=NOW + timedelta(days=2),
            due_by=NOW + timedelta(days=30),
        )

    @property
    def rows(self) -> list[Any]:
        return [each for each in vars(self).values() if hasattr(each, "organisation_id")]

    def viewer(self, person: Person | None, *roles: str) -> Viewer:
        return Viewer(self.id, person and person.id, frozenset(roles))

    def site(self, city: str, time_zone: str) -> Site:
        return Site(
            id=uuid4(),
            organisation_id=self.id,
            code=city[:3],
            name=f"{city} office",
            city=city,
            country="PT",
            time_zone=time_zone,
            languages=["en"],
        )

    def person(self, name: str, site: Site, **changes: Any) -> Person:
        usual: dict[str, Any] = {
            "id": uuid4(),
            "organisation_id": self.id,
            "employee_number": f"E-{name}",
            "subject": name,
            "email": f"{name.lower()}@example.com",
            "given_name": name,
            "family_name": "Silva",
            "job_title": "Engineer",
            "site_id": site.id,
            "time_zone": site.time_zone,
            "visibility": Visibility.PRIVATE,
            "joined_at": NOW,
            "availability": [
                Window(weekday=2, opens=NOW.time(), closes=NOW.time().replace(hour=11))
            ],
        }
        return Person(**usual | changes)

    def pair(self, mentor: Person, status: PairingStatus, *, run_id: UUID | None = None) -> Pairing:
        return Pairing(
            id=uuid4(),
            organisation_id=self.id,
            programme_id=self.programme.id,
            run_id=run_id,
            mentor_id=mentor.id,
            mentee_id=self.ana.id,
            status=status,
            score=1.0,
            reasons=[Reason(criterion="skills", sentence="Ben leads teams.", share=1.0)],
            proposed_at=NOW,
        )

    def ask(self, mentor: Person) -> MentorRequest:
        return MentorRequest(
            id=uuid4(),
            organisation_id=self.id,
            programme_id=self.programme.id,
            mentee_id=self.ana.id,
            mentor_id=mentor.id,
            message="Would you?",
            score=0.5,
            reasons=[Reason(criterion="skills", sentence="Hal builds teams.", share=0.5)],
            asked_at=NOW,
            expires_at=SOON,
        )

    def keep_apart(self, one: Person, other: Person, *, by: Person) -> Exclusion:
        return Exclusion(
            id=uuid4(),
            organisation_id=self.id,
            person_id=one.id,
            other_id=other.id,
            programme_id=self.programme.id,
            made_by=by.id,
            made_at=NOW,
        )

    def session(self, status: SessionStatus, starts_at: datetime) -> Session:
        return Session(
            id=uuid4(),
            organisation_id=self.id,
            pairing_id=self.pairing.id,
            mentor_id=self.ben.id,
            mentee_id=self.ana.id,
            topic="The first hundred days",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            status=status,
            booked_by=self.ana.id,
            uid="uid",
        )

    def notify(self, title: str, at: datetime, read_at: datetime | None = None) -> Notification:
        return Notification(
            id=uuid4(),
            organisation_id=self.id,
            person_id=self.ana.id,
            kind=NotificationKind.PAIRING_ACCEPTED,
            title=title,
            body="…",
            about_type=matching.PAIRING,
            about_id=self.pairing.id,
            posted_at=at,
            read_at=read_at,
        )
