"""A plain resolver for every relation: of what the viewer sees, the row, and the arguments."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from contracts.direction import Assessment, CareerPaths, Part, Roadmap
from contracts.matching import (
    Draft,
    Enrolment,
    EnrolmentStatus,
    Exclusion,
    MatchingRun,
    MentorRequest,
    Pairing,
    PairingStatus,
    Programme,
    Role,
    Suggestion,
    Suggestions,
)
from contracts.notifications import Notification, Preferences
from contracts.profiles import Erasure, Organisation, Person, Site, Standing
from contracts.sessions import Feedback, Goal, Session
from gateway import terms
from support.reading import finding
from support.reading.orders import keys_for
from support.reading.pages import page
from support.reading.sight import Row, Sight

Resolver = Callable[..., Any]

SUBJECTS = {
    "matching.pairing": Pairing,
    "matching.request": MentorRequest,
    "matching.run": MatchingRun,
    "sessions.session": Session,
    "sessions.feedback": Feedback,
}


def link(type_: type, column: str) -> Resolver:
    return lambda sight, row: sight.find(type_, getattr(row, column))


def connection(
    type_: type,
    holds: Callable[[Sight, Row, Row], bool] = lambda *_: True,
    *,
    descending: bool = False,
) -> Resolver:
    """The rows that are related to the one in question, as the arguments have them."""
    node = type_.__name__

    def resolve(sight: Sight, row: Row, **arguments: Any) -> Any:
        asked = {name: value for name, value in arguments.items() if value is not None}
        paging = {name: asked.pop(name) for name in PAGING if name in asked}
        keys, down, ranks = keys_for(node, asked), descending, None
        if order := asked.pop("orderBy", None):
            down = order.name.endswith("_DESC")
        if (text := asked.pop("search", None)) is not None:
            ranks = finding.ranks(text, sight.everything(Person), sight.everything(Site))
        found = sight.all(
            type_,
            lambda each: (
                holds(sight, row, each)
                and (ranks is None or each.id in ranks)
                and all(FILTERS[name](sight, row, each, value) for name, value in asked.items())
            ),
        )
        return page(found, keys, descending=down, ranks=ranks, **paging)

    return resolve


def of(column: str) -> Callable[[Sight, Row, Row], bool]:
    return lambda _, row, each: getattr(each, column) == row.id


def has_role(_: Sight, row: Row, each: Row, role: Role) -> bool:
    if isinstance(each, Enrolment):
        return each.role is role
    sides = {Role.MENTOR: each.mentor_id, Role.MENTEE: each.mentee_id}
    return sides.get(role) == row.id


def among_the_two(_: Sight, person: Row, each: Row) -> bool:
    return person.id in (each.mentor_id, each.mentee_id)


def with_term(kind: str) -> Callable[[Sight, Row, Row, str], bool]:
    return lambda _sight, _row, each, text: finding.has_term(kind, text, each)


def differs_from(sight: Sight, _: Row, draft: Draft, run: str) -> bool:
    """Whether the other run's draft offers the mentee somebody else; or says nothing of her."""
    return all(
        f"MatchingRun:{each.run_id}" != run
        or (each.programme_id, each.mentee_id) != (draft.programme_id, draft.mentee_id)
        or each.mentor_id != draft.mentor_id
        for each in sight.everything(Draft)
    )


def in_run(sight: Sight, draft: Draft, run: str) -> Draft | None:
    found = sight.all(
        Draft,
        lambda each: (
            f"MatchingRun:{each.run_id}" == run
            and (each.programme_id, each.mentee_id) == (draft.programme_id, draft.mentee_id)
        ),
    )
    return next(iter(found), None)


PAGING = ("first", "after", "last", "before")

# Whether a row is one that an argument asks for: of what the viewer sees, the parent, the value.
FILTERS: dict[str, Callable[[Sight, Row, Row, Any], bool]] = {
    "status": lambda _sight, _row, each, status: each.status is status,
    "role": has_role,
    "open": lambda _sight, _row, each, yes: (each.completed_at is None) is yes,
    "waiting": lambda _sight, _row, each, yes: (each.waiting is not None) is yes,
    "matched": lambda _sight, _row, each, yes: (each.mentor_id is not None) is yes,
    "differsFrom": differs_from,
    "unread": lambda _sight, _row, each, yes: (each.read_at is None) is yes,
    "kind": lambda _sight, _row, each, kind: each.kind is kind,
    "site": lambda _sight, _row, each, site: f"Site:{each.site_id}" == site,
    "country": lambda _sight, _row, each, country: each.country == country.upper(),
    "offersMentoring": lambda _sight, _row, each, yes: each.offers_mentoring is yes,
    "seeksMentoring": lambda _sight, _row, each, yes: each.seeks_mentoring is yes,
    "coordinated": lambda sight, _row, each, yes: sight.coordinates(each.id) is yes,
    "proposedFrom": lambda _sight, _row, each, moment: each.proposed_at >= moment,
    "proposedBefore": lambda _sight, _row, each, moment: each.proposed_at < moment,
    "startsFrom": lambda _sight, _row, each, moment: each.starts_at >= moment,
    "startsBefore": lambda _sight, _row, each, moment: each.starts_at < moment,
    "dueBefore": lambda _sight, _row, each, day: each.due_on is not None and each.due_on < day,
    "skill": with_term("skill"),
    "skillOffered": with_term("skill_offered"),
    "skillSought": with_term("skill_sought"),
    "language": with_term("language"),
    "department": with_term("department"),
}


def mentor_of(sight: Sight, person: Person) -> Person | None:
    candidates = [
        (pairing.proposed_at, pairing.id, mentor)
        for pairing in sight.all(Pairing)
        if pairing.mentee_id == person.id
        and pairing.status is PairingStatus.ACTIVE
        and (mentor := sight.find(Person, pairing.mentor_id)) is not None
    ]
    return max(candidates, key=lambda each: each[:2])[2] if candidates else None


def unread_count(sight: Sight, person: Person) -> int:
    return len(
        sight.all(Notification, lambda row: row.person_id == person.id and row.read_at is None)
    )


def subject_of(sight: Sight, row: Notification) -> Row | None:
    type_ = SUBJECTS.get(row.about_type)
    return sight.find(type_, row.about_id) if type_ else None


def of_person(type_: type) -> Resolver:
    return lambda sight, person: next(
        iter(sight.all(type_, lambda row: row.person_id == person.id)), None
    )


def part_of(part: Part) -> Resolver:
    return lambda sight, row: getattr(row, part.value) if sight.sees_part(row, part) else None


def to_ask(kind: str, terms_of: Callable[[Roadmap], set[str]]) -> Resolver:
    """The mentors who have one of the terms that follow from a roadmap."""
    return connection(
        Person,
        lambda _, row, each: (
            each.offers_mentoring
            and each.standing is Standing.ACTIVE
            and each.id != row.person_id
            and any((kind, term) in terms.terms_of(each) for term in terms_of(row))
        ),
    )


def moves_of(roadmap: Roadmap) -> set[str]:
    uris = [stop.occupation.rpartition("/")[2] for stop in roadmap.path]
    return {f"{before} {after}" for before, after in pairwise(uris)}


def progress_of(_: Sight, roadmap: Roadmap) -> float:
    done = sum(each.done_at is not None for each in roadmap.milestones)
    done += sum(each.built for each in roadmap.skills)
    return done / max(1, len(roadmap.milestones) + len(roadmap.skills))


def local_time(sight: Sight, row: Person | Site) -> Any:
    return sight.local_time(row.time_zone)


OPEN = (PairingStatus.PROPOSED, PairingStatus.ACTIVE, PairingStatus.PAUSED)


def suggested(sight: Sight, row: Suggestions) -> list[Suggestion]:
    """Those who may be found, take part, and have a place."""
    return [each for each in row.mentors if _is_free(sight, row, each)]


def _is_free(sight: Sight, row: Suggestions, each: Suggestion) -> bool:
    mentor = sight.find(Person, each.mentor_id)
    if mentor is None or mentor.standing is not Standing.ACTIVE or not mentor.offers_mentoring:
        return False
    taken = [
        pairing.programme_id
        for pairing in sight.everything(Pairing)
        if pairing.mentor_id == mentor.id and pairing.status in OPEN
    ]
    return len(taken) < mentor.capacity and any(
        enrolment.person_id == mentor.id
        and enrolment.programme_id == row.programme_id
        and enrolment.role is Role.MENTOR
        and enrolment.status is EnrolmentStatus.ACTIVE
        and (enrolment.capacity is None or taken.count(row.programme_id) < enrolment.capacity)
        for enrolment in sight.everything(Enrolment)
    )


RESOLVERS: dict[tuple[str, str], Resolver] = {
    ("Query", "viewer"): lambda sight, _: sight.find(Person, sight.viewer.person_id),
    ("Query", "node"): lambda sight, _, **named: sight.by_global_id(named["id"]),
    ("Query", "nodes"): lambda sight, _, ids: [sight.by_global_id(id_) for id_ in ids],
    ("Query", "organisation"): lambda sight, _: sight.find(
        Organisation, sight.viewer.organisation_id
    ),
    ("Query", "sites"): connection(Site),
    ("Query", "people"): connection(Person, lambda _, __, each: each.standing is Standing.ACTIVE),
    ("Query", "programmes"): connection(Programme, descending=True),
    ("Query", "programme"): lambda sight, _, **named: sight.by_global_id(named["id"]),
    ("Query", "erasures"): connection(Erasure, descending=True),
    ("Erasure", "requestedBy"): link(Person, "requested_by"),
    ("Erasure", "overdue"): lambda sight, row: (
        row.completed_at is None and row.promised_by < sight.now
    ),
    ("Site", "localTime"): local_time,
    ("Site", "people"): connection(
        Person, lambda _, site, each: each.site_id == site.id and each.standing is Standing.ACTIVE
    ),
    ("Person", "fullName"): lambda _, row: f"{row.given_name} {row.family_name}",
    ("Person", "employeeNumber"): lambda sight, row: (
        row.employee_number if sight.is_self(row) or "administrator" in sight.viewer.roles else None
    ),
    ("Person", "level"): lambda sight, row: (
        row.level if sight.is_self(row) or "administrator" in sight.viewer.roles else None
    ),
    ("Person", "background"): lambda sight, row: row.background if sight.is_self(row) else None,
    ("Person", "email"): lambda sight, row: (
        row.email
        if sight.is_self(row) or "administrator" in sight.viewer.roles or sight.is_partner(row)
        else None
    ),
    ("Person", "site"): link(Site, "site_id"),
    ("Person", "manager"): link(Person, "manager_id"),
    ("Person", "reports"): connection(
        Person, lambda _, row, each: each.manager_id == row.id and each.standing is Standing.ACTIVE
    ),
    ("Person", "localTime"): local_time,
    ("Person", "goals"): connection(Goal, of("person_id"), descending=True),
    ("Person", "assessment"): of_person(Assessment),
    ("Person", "careerPaths"): of_person(CareerPaths),
    ("Person", "roadmaps"): connection(Roadmap, of("person_id"), descending=True),
    ("Assessment", "person"): link(Person, "person_id"),
    ("Assessment", "answers"): lambda sight, row: (
        row.answers if row.person_id == sight.viewer.person_id else None
    ),
    ("Assessment", "interests"): part_of(Part.INTERESTS),
    ("Assessment", "values"): part_of(Part.VALUES),
    ("Assessment", "strengths"): part_of(Part.STRENGTHS),
    ("Assessment", "skills"): part_of(Part.SKILLS),
    ("Roadmap", "person"): link(Person, "person_id"),
    ("Roadmap", "milestoneCount"): lambda _, row: len(row.milestones),
    ("Roadmap", "milestonesDone"): lambda _, row: sum(
        each.done_at is not None for each in row.milestones
    ),
    ("Roadmap", "skillCount"): lambda _, row: len(row.skills),
    ("Roadmap", "skillsBuilt"): lambda _, row: sum(each.built for each in row.skills),
    ("Roadmap", "progress"): progress_of,
    ("Roadmap", "walkedBy"): to_ask("move", moves_of),
    ("Roadmap", "arrived"): to_ask(
        "occupation", lambda roadmap: {roadmap.path[-1].occupation.rpartition("/")[2]}
    ),
    ("Milestone", "id"): lambda _, row: str(row.id),
    ("Person", "enrolments"): connection(Enrolment, of("person_id"), descending=True),
    ("Person", "pairings"): connection(Pairing, among_the_two, descending=True),
    ("Person", "requests"): connection(MentorRequest, among_the_two, descending=True),
    ("Person", "exclusions"): connection(Exclusion, of("person_id"), descending=True),
    ("Person", "sessions"): connection(Session, among_the_two),
    ("Person", "mentor"): mentor_of,
    ("Person", "nextSession"): lambda sight, person: sight.next_session(
        lambda row: person.id in (row.mentor_id, row.mentee_id)
    ),
    ("Person", "notifications"): connection(Notification, of("person_id"), descending=True),
    ("Person", "unreadNotificationCount"): unread_count,
    ("Person", "preferences"): link(Preferences, "id"),
    ("Programme", "coordinators"): connection(
        Person, lambda _, row, each: each.id in row.coordinator_ids
    ),
    ("Programme", "enrolments"): connection(Enrolment, of("programme_id")),
    ("Programme", "pairings"): connection(Pairing, of("programme_id"), descending=True),
    ("Programme", "requests"): connection(MentorRequest, of("programme_id"), descending=True),
    ("Programme", "exclusions"): connection(
        Exclusion,
        lambda _, row, each: each.programme_id == row.id and each.made_by != each.person_id,
        descending=True,
    ),
    ("Programme", "matchingRuns"): connection(MatchingRun, of("programme_id"), descending=True),
    ("Enrolment", "programme"): link(Programme, "programme_id"),
    ("Enrolment", "person"): link(Person, "person_id"),
    ("MatchingRun", "programme"): link(Programme, "programme_id"),
    ("MatchingRun", "requestedBy"): link(Person, "requested_by"),
    ("MatchingRun", "drafts"): connection(Draft, of("run_id")),
    ("Draft", "run"): link(MatchingRun, "run_id"),
    ("Draft", "programme"): link(Programme, "programme_id"),
    ("Draft", "mentee"): link(Person, "mentee_id"),
    ("Draft", "mentor"): link(Person, "mentor_id"),
    ("Draft", "editedBy"): link(Person, "edited_by"),
    ("Draft", "inRun"): in_run,
    ("MatchingRun", "pairings"): connection(Pairing, of("run_id"), descending=True),
    ("Pairing", "programme"): link(Programme, "programme_id"),
    ("Pairing", "run"): link(MatchingRun, "run_id"),
    ("Pairing", "mentor"): link(Person, "mentor_id"),
    ("Pairing", "mentee"): link(Person, "mentee_id"),
    ("Pairing", "closedBy"): link(Person, "closed_by"),
    ("Pairing", "sessions"): connection(Session, of("pairing_id")),
    ("Pairing", "goals"): connection(Goal, of("pairing_id"), descending=True),
    ("Pairing", "feedback"): connection(Feedback, of("pairing_id")),
    ("Pairing", "nextSession"): lambda sight, pairing: sight.next_session(
        lambda row: row.pairing_id == pairing.id
    ),
    ("Enrolment", "suggestions"): link(Suggestions, "id"),
    ("Suggestions", "mentee"): link(Person, "mentee_id"),
    ("Suggestions", "programme"): link(Programme, "programme_id"),
    ("Suggestions", "mentors"): suggested,
    ("Suggestion", "mentor"): link(Person, "mentor_id"),
    ("Ranked", "person"): link(Person, "person_id"),
    ("Exclusion", "person"): link(Person, "person_id"),
    ("Exclusion", "other"): link(Person, "other_id"),
    ("Exclusion", "programme"): link(Programme, "programme_id"),
    ("Exclusion", "madeBy"): link(Person, "made_by"),
    ("MentorRequest", "programme"): link(Programme, "programme_id"),
    ("MentorRequest", "mentor"): link(Person, "mentor_id"),
    ("MentorRequest", "mentee"): link(Person, "mentee_id"),
    ("MentorRequest", "pairing"): link(Pairing, "pairing_id"),
    ("Session", "pairing"): link(Pairing, "pairing_id"),
    ("Session", "mentor"): link(Person, "mentor_id"),
    ("Session", "mentee"): link(Person, "mentee_id"),
    ("Session", "bookedBy"): link(Person, "booked_by"),
    ("Session", "feedback"): connection(Feedback, of("session_id")),
    ("Goal", "person"): link(Person, "person_id"),
    ("Goal", "pairing"): link(Pairing, "pairing_id"),
    ("Feedback", "session"): link(Session, "session_id"),
    ("Feedback", "pairing"): link(Pairing, "pairing_id"),
    ("Feedback", "author"): link(Person, "author_id"),
    ("Feedback", "about"): link(Person, "about_id"),
    ("Notification", "person"): link(Person, "person_id"),
    ("Notification", "about"): subject_of,
}
