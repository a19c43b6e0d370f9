"""A plain resolver for every relation: of what the viewer sees, the row, and the arguments."""

from collections.abc import Callable
from typing import Any

from contracts.matching import Enrolment, MatchingRun, Pairing, PairingStatus, Programme, Role
from contracts.notifications import Notification, Preferences
from contracts.profiles import Erasure, Organisation, Person, Site, Standing
from contracts.sessions import Feedback, Goal, Session
from support.reading.pages import page
from support.reading.sight import Row, Sight

Resolver = Callable[..., Any]

SUBJECTS = {
    "matching.pairing": Pairing,
    "matching.run": MatchingRun,
    "sessions.session": Session,
    "sessions.feedback": Feedback,
}


def link(type_: type, column: str) -> Resolver:
    return lambda sight, row: sight.find(type_, getattr(row, column))


def people(holds: Callable[[Row, Person], bool]) -> Resolver:
    def resolve(sight: Sight, row: Row, **arguments: Any) -> Any:
        found = sight.all(Person, lambda person: holds(row, person))
        return page(found, ("family_name", "given_name"), **arguments)

    return resolve


def listed(
    type_: type, column: str, key: str, *, descending: bool, role: str | None = None
) -> Resolver:
    def resolve(sight: Sight, row: Row, status: Any = None, **arguments: Any) -> Any:
        wanted = arguments.pop("role", None)
        found = sight.all(
            type_,
            lambda each: (
                getattr(each, column) == row.id
                and (status is None or each.status is status)
                and (wanted is None or each.role is wanted)
            ),
        )
        return page(found, (key,), descending=descending, **arguments)

    return resolve


def erasures(
    sight: Sight,
    _: None,
    open: bool | None = None,  # noqa: A002
    **arguments: Any,
) -> Any:
    found = sight.all(Erasure, lambda row: open is None or (row.completed_at is None) is open)
    return page(found, ("requested_at",), descending=True, **arguments)


def pairings_of(
    sight: Sight, person: Person, role: Role | None = None, status: Any = None, **arguments: Any
) -> Any:
    sides = {
        None: lambda row: person.id in (row.mentor_id, row.mentee_id),
        Role.MENTOR: lambda row: row.mentor_id == person.id,
        Role.MENTEE: lambda row: row.mentee_id == person.id,
        Role.UNKNOWN: lambda _: False,
    }
    found = sight.all(
        Pairing, lambda row: sides[role](row) and (status is None or row.status is status)
    )
    return page(found, ("proposed_at",), descending=True, **arguments)


def mentor_of(sight: Sight, person: Person) -> Person | None:
    candidates = [
        (pairing.proposed_at, pairing.id, mentor)
        for pairing in sight.all(Pairing)
        if pairing.mentee_id == person.id
        and pairing.status is PairingStatus.ACTIVE
        and (mentor := sight.find(Person, pairing.mentor_id)) is not None
    ]
    return max(candidates, key=lambda each: each[:2])[2] if candidates else None


def inbox(sight: Sight, person: Person, unread: bool | None = None, **arguments: Any) -> Any:
    found = sight.all(
        Notification,
        lambda row: (
            row.person_id == person.id and (unread is None or (row.read_at is None) is unread)
        ),
    )
    return page(found, ("posted_at",), descending=True, **arguments)


def unread_count(sight: Sight, person: Person) -> int:
    return len(
        sight.all(Notification, lambda row: row.person_id == person.id and row.read_at is None)
    )


def subject_of(sight: Sight, row: Notification) -> Row | None:
    type_ = SUBJECTS.get(row.about_type)
    return sight.find(type_, row.about_id) if type_ else None


def search(
    sight: Sight,
    _: None,
    site: str | None = None,
    offersMentoring: bool | None = None,  # noqa: N803
    seeksMentoring: bool | None = None,  # noqa: N803
    **arguments: Any,
) -> Any:
    found = sight.all(
        Person,
        lambda row: (
            row.standing is Standing.ACTIVE
            and (site is None or f"Site:{row.site_id}" == site)
            and (offersMentoring is None or row.offers_mentoring is offersMentoring)
            and (seeksMentoring is None or row.seeks_mentoring is seeksMentoring)
        ),
    )
    return page(found, ("family_name", "given_name"), **arguments)


def programmes(sight: Sight, _: None, status: Any = None, **arguments: Any) -> Any:
    found = sight.all(Programme, lambda row: status is None or row.status is status)
    return page(found, ("starts_on",), descending=True, **arguments)


def local_time(sight: Sight, row: Person | Site) -> Any:
    return sight.local_time(row.time_zone)


RESOLVERS: dict[tuple[str, str], Resolver] = {
    ("Query", "viewer"): lambda sight, _: sight.find(Person, sight.viewer.person_id),
    ("Query", "node"): lambda sight, _, **named: sight.by_global_id(named["id"]),
    ("Query", "nodes"): lambda sight, _, ids: [sight.by_global_id(id_) for id_ in ids],
    ("Query", "organisation"): lambda sight, _: sight.find(
        Organisation, sight.viewer.organisation_id
    ),
    ("Query", "sites"): lambda sight, _, **paging: page(sight.all(Site), ("name",), **paging),
    ("Query", "people"): search,
    ("Query", "programmes"): programmes,
    ("Query", "programme"): lambda sight, _, **named: sight.by_global_id(named["id"]),
    ("Query", "erasures"): erasures,
    ("Erasure", "requestedBy"): link(Person, "requested_by"),
    ("Erasure", "overdue"): lambda sight, row: (
        row.completed_at is None and row.promised_by < sight.now
    ),
    ("Site", "localTime"): local_time,
    ("Site", "people"): people(
        lambda site, person: person.site_id == site.id and person.standing is Standing.ACTIVE
    ),
    ("Person", "fullName"): lambda _, row: f"{row.given_name} {row.family_name}",
    ("Person", "employeeNumber"): lambda sight, row: (
        row.employee_number if sight.is_self(row) or "administrator" in sight.viewer.roles else None
    ),
    ("Person", "email"): lambda sight, row: (
        row.email
        if sight.is_self(row) or "administrator" in sight.viewer.roles or sight.is_partner(row)
        else None
    ),
    ("Person", "site"): link(Site, "site_id"),
    ("Person", "manager"): link(Person, "manager_id"),
    ("Person", "reports"): people(
        lambda row, person: person.manager_id == row.id and person.standing is Standing.ACTIVE
    ),
    ("Person", "localTime"): local_time,
    ("Person", "goals"): listed(Goal, "person_id", "set_at", descending=True),
    ("Person", "enrolments"): listed(Enrolment, "person_id", "enrolled_at", descending=True),
    ("Person", "pairings"): pairings_of,
    ("Person", "mentor"): mentor_of,
    ("Person", "nextSession"): lambda sight, person: sight.next_session(
        lambda row: person.id in (row.mentor_id, row.mentee_id)
    ),
    ("Person", "notifications"): inbox,
    ("Person", "unreadNotificationCount"): unread_count,
    ("Person", "preferences"): link(Preferences, "id"),
    ("Programme", "coordinators"): people(lambda row, person: person.id in row.coordinator_ids),
    ("Programme", "enrolments"): listed(Enrolment, "programme_id", "enrolled_at", descending=False),
    ("Programme", "pairings"): listed(Pairing, "programme_id", "proposed_at", descending=True),
    ("Programme", "matchingRuns"): listed(
        MatchingRun, "programme_id", "requested_at", descending=True
    ),
    ("Enrolment", "programme"): link(Programme, "programme_id"),
    ("Enrolment", "person"): link(Person, "person_id"),
    ("MatchingRun", "programme"): link(Programme, "programme_id"),
    ("MatchingRun", "requestedBy"): link(Person, "requested_by"),
    ("MatchingRun", "pairings"): listed(Pairing, "run_id", "proposed_at", descending=True),
    ("Pairing", "programme"): link(Programme, "programme_id"),
    ("Pairing", "run"): link(MatchingRun, "run_id"),
    ("Pairing", "mentor"): link(Person, "mentor_id"),
    ("Pairing", "mentee"): link(Person, "mentee_id"),
    ("Pairing", "closedBy"): link(Person, "closed_by"),
    ("Pairing", "sessions"): listed(Session, "pairing_id", "starts_at", descending=False),
    ("Pairing", "goals"): listed(Goal, "pairing_id", "set_at", descending=True),
    ("Pairing", "nextSession"): lambda sight, pairing: sight.next_session(
        lambda row: row.pairing_id == pairing.id
    ),
    ("Session", "pairing"): link(Pairing, "pairing_id"),
    ("Session", "mentor"): link(Person, "mentor_id"),
    ("Session", "mentee"): link(Person, "mentee_id"),
    ("Session", "bookedBy"): link(Person, "booked_by"),
    ("Session", "feedback"): listed(Feedback, "session_id", "given_at", descending=False),
    ("Goal", "person"): link(Person, "person_id"),
    ("Goal", "pairing"): link(Pairing, "pairing_id"),
    ("Feedback", "session"): link(Session, "session_id"),
    ("Feedback", "pairing"): link(Pairing, "pairing_id"),
    ("Feedback", "author"): link(Person, "author_id"),
    ("Feedback", "about"): link(Person, "about_id"),
    ("Notification", "person"): link(Person, "person_id"),
    ("Notification", "about"): subject_of,
}
