"""The schema executed the ordinary way: graphql-core, and a plain resolver for every relation.

It knows nothing of SQL or of the planner, so that the two can be held against each other.
"""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.matching import (
    Enrolment,
    MatchingRun,
    Pairing,
    PairingStatus,
    Programme,
    Role,
)
from contracts.notifications import Notification, Preferences
from contracts.profiles import Organisation, Person, Site, Standing, Visibility
from contracts.sessions import Feedback, Goal, Session, SessionStatus
from gateway.planner import Viewer
from gateway.schema import build_schema
from gateway.schema.scalars import write_moment
from graphql import GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema, execute_sync, parse
from strawberry.utils.str_converters import to_snake_case

Row = Any
Resolver = Callable[..., Any]

SUBJECTS = {
    "matching.pairing": Pairing,
    "matching.run": MatchingRun,
    "sessions.session": Session,
    "sessions.feedback": Feedback,
}


class Plain:
    """Answers operations of a viewer from rows in memory."""

    def __init__(self, rows: Iterable[Row], viewer: Viewer, now: datetime) -> None:
        self.rows = [row for row in rows if row.organisation_id == viewer.organisation_id]
        self.viewer = viewer
        self.now = now

    def answer(self, text: str, variables: Mapping[str, Any] | None = None) -> bytes:
        result = execute_sync(
            SCHEMA, parse(text), context_value=self, variable_values=dict(variables or {})
        )
        assert not result.errors, result.errors
        body = json.dumps({"data": result.data}, ensure_ascii=False, separators=(",", ":"))
        return body.encode()

    # Who may see what

    def sees(self, row: Row) -> bool:
        me, administrator = self.viewer.person_id, "administrator" in self.viewer.roles
        match row:
            case Person():
                return (
                    self.works_with(row)
                    or administrator
                    or row.visibility is Visibility.NETWORK
                    or (row.visibility is Visibility.SITE and row.site_id == self.site_of(me))
                )
            case Enrolment():
                return row.person_id == me or administrator or self.coordinates(row.programme_id)
            case MatchingRun():
                return administrator or self.coordinates(row.programme_id)
            case Pairing():
                return (
                    me in (row.mentor_id, row.mentee_id)
                    or administrator
                    or self.coordinates(row.programme_id)
                )
            case Session():
                return me in (row.mentor_id, row.mentee_id)
            case Goal():
                return row.person_id == me or any(
                    pairing.mentor_id == me
                    and pairing.mentee_id == row.person_id
                    and pairing.status is PairingStatus.ACTIVE
                    for pairing in self.everything(Pairing)
                )
            case Feedback():
                return me in (row.author_id, row.about_id)
            case Notification():
                return row.person_id == me
            case Preferences():
                return row.id == me
            case _:
                return True

    def works_with(self, person: Person) -> bool:
        if self.is_self(person) or self.is_partner(person):
            return True
        return any(
            enrolment.person_id == person.id and self.coordinates(enrolment.programme_id)
            for enrolment in self.everything(Enrolment)
        )

    def is_self(self, person: Person) -> bool:
        return person.id == self.viewer.person_id

    def is_partner(self, person: Person) -> bool:
        both = {person.id, self.viewer.person_id}
        return any({each.mentor_id, each.mentee_id} == both for each in self.everything(Pairing))

    def coordinates(self, programme_id: UUID) -> bool:
        return any(
            each.id == programme_id and self.viewer.person_id in each.coordinator_ids
            for each in self.everything(Programme)
        )

    def site_of(self, person_id: UUID | None) -> UUID | None:
        return next((each.site_id for each in self.everything(Person) if each.id == person_id), None)

    # Rows

    def everything(self, type_: type) -> list[Row]:
        return [row for row in self.rows if type(row) is type_]

    def all(self, type_: type, holds: Callable[[Row], bool] = lambda _: True) -> list[Row]:
        return [row for row in self.everything(type_) if self.sees(row) and holds(row)]

    def find(self, type_: type, id_: UUID | None) -> Row | None:
        return next(iter(self.all(type_, lambda row: row.id == id_)), None)

    def by_global_id(self, text: str) -> Row | None:
        name, _, id_ = text.partition(":")
        found = (row for row in self.rows if type(row).__name__ == name and str(row.id) == id_)
        return next((row for row in found if self.sees(row)), None)

    def next_session(self, holds: Callable[[Session], bool]) -> Session | None:
        coming = self.all(
            Session,
            lambda row: (
                holds(row) and row.status is SessionStatus.SCHEDULED and row.starts_at > self.now
            ),
        )
        return min(coming, key=lambda row: (row.starts_at, row.id), default=None)

    def local_time(self, zone: str) -> datetime | None:
        try:
            return self.now.astimezone(ZoneInfo(zone)).replace(microsecond=0)
        except ZoneInfoNotFoundError:
            return None


# Connections


def page(
    rows: list[Row],
    keys: tuple[str, ...],
    *,
    descending: bool = False,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> dict[str, Any]:
    def key(row: Row) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in (*keys, "id"))

    ordered = sorted(rows, key=key, reverse=descending)
    cursors = [write_cursor(row, key(row)) for row in ordered]
    places = list(range(len(ordered)))

    def is_after(place: int, cursor: str) -> bool:
        ours, theirs = key(ordered[place]), read_cursor(cursor, key(ordered[place]))
        return ours < theirs if descending else ours > theirs

    between = places
    if after is not None:
        between = [place for place in between if is_after(place, after)]
    if before is not None:
        between = [
            place
            for place in between
            if not is_after(place, before) and cursors[place] != before
        ]
    if last is not None:
        chosen = between[-last:]
        has_previous = len(between) > last
        has_next = before is not None and any(
            is_after(place, before) or cursors[place] == before for place in places
        )
    else:
        size = 20 if first is None else first
        chosen = between[:size]
        has_next = len(between) > size
        has_previous = after is not None and any(not is_after(place, after) for place in places)
    return {
        "edges": [{"node": ordered[place], "cursor": cursors[place]} for place in chosen],
        "pageInfo": {
            "hasNextPage": has_next,
            "hasPreviousPage": has_previous,
            "startCursor": cursors[chosen[0]] if chosen else None,
            "endCursor": cursors[chosen[-1]] if chosen else None,
        },
        "totalCount": len(rows),
    }


def write_cursor(row: Row, key: tuple[Any, ...]) -> str:
    def text(value: Any) -> str:
        match value:
            case datetime():
                return write_moment(value)
            case date():
                return value.isoformat()
            case _:
                return str(value)

    parts = json.dumps([type(row).__name__, *map(text, key)], ensure_ascii=False)
    return base64.urlsafe_b64encode(parts.encode()).decode().rstrip("=")


def read_cursor(cursor: str, like: tuple[Any, ...]) -> tuple[Any, ...]:
    _, *parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))

    def value(part: str, example: Any) -> Any:
        match example:
            case datetime():
                return datetime.fromisoformat(part)
            case date():
                return date.fromisoformat(part)
            case UUID():
                return UUID(part)
            case _:
                return part

    return tuple(map(value, parts, like))


# Resolvers: of the plain executor, the row, and the arguments by their names in the schema


def link(type_: type, column: str) -> Resolver:
    return lambda plain, row: plain.find(type_, getattr(row, column))


def people(holds: Callable[[Row, Person], bool]) -> Resolver:
    def resolve(plain: Plain, row: Row, **arguments: Any) -> Any:
        found = plain.all(Person, lambda person: holds(row, person))
        return page(found, ("family_name", "given_name"), **arguments)

    return resolve


def listed(
    type_: type, column: str, key: str, *, descending: bool, role: str | None = None
) -> Resolver:
    def resolve(plain: Plain, row: Row, status: Any = None, **arguments: Any) -> Any:
        wanted = arguments.pop("role", None)
        found = plain.all(
            type_,
            lambda each: (
                getattr(each, column) == row.id
                and (status is None or each.status is status)
                and (wanted is None or each.role is wanted)
            ),
        )
        return page(found, (key,), descending=descending, **arguments)

    return resolve


def pairings_of(
    plain: Plain, person: Person, role: Role | None = None, status: Any = None, **arguments: Any
) -> Any:
    sides = {
        None: lambda row: person.id in (row.mentor_id, row.mentee_id),
        Role.MENTOR: lambda row: row.mentor_id == person.id,
        Role.MENTEE: lambda row: row.mentee_id == person.id,
        Role.UNKNOWN: lambda _: False,
    }
    found = plain.all(
        Pairing, lambda row: sides[role](row) and (status is None or row.status is status)
    )
    return page(found, ("proposed_at",), descending=True, **arguments)


def mentor_of(plain: Plain, person: Person) -> Person | None:
    candidates = [
        (pairing.proposed_at, pairing.id, mentor)
        for pairing in plain.all(Pairing)
        if pairing.mentee_id == person.id
        and pairing.status is PairingStatus.ACTIVE
        and (mentor := plain.find(Person, pairing.mentor_id)) is not None
    ]
    return max(candidates, key=lambda each: each[:2])[2] if candidates else None


def inbox(plain: Plain, person: Person, unread: bool | None = None, **arguments: Any) -> Any:
    found = plain.all(
        Notification,
        lambda row: (
            row.person_id == person.id and (unread is None or (row.read_at is None) is unread)
        ),
    )
    return page(found, ("posted_at",), descending=True, **arguments)


def unread_count(plain: Plain, person: Person) -> int:
    return len(
        plain.all(Notification, lambda row: row.person_id == person.id and row.read_at is None)
    )


def subject_of(plain: Plain, row: Notification) -> Row | None:
    type_ = SUBJECTS.get(row.about_type)
    return plain.find(type_, row.about_id) if type_ else None


def search(
    plain: Plain,
    _: None,
    site: str | None = None,
    offersMentoring: bool | None = None,  # noqa: N803
    seeksMentoring: bool | None = None,  # noqa: N803
    **arguments: Any,
) -> Any:
    found = plain.all(
        Person,
        lambda row: (
            row.standing is Standing.ACTIVE
            and (site is None or f"Site:{row.site_id}" == site)
            and (offersMentoring is None or row.offers_mentoring is offersMentoring)
            and (seeksMentoring is None or row.seeks_mentoring is seeksMentoring)
        ),
    )
    return page(found, ("family_name", "given_name"), **arguments)


def programmes(plain: Plain, _: None, status: Any = None, **arguments: Any) -> Any:
    found = plain.all(Programme, lambda row: status is None or row.status is status)
    return page(found, ("starts_on",), descending=True, **arguments)


def local_time(plain: Plain, row: Person | Site) -> Any:
    return plain.local_time(row.time_zone)


RESOLVERS: dict[tuple[str, str], Resolver] = {
    ("Query", "viewer"): lambda plain, _: plain.find(Person, plain.viewer.person_id),
    ("Query", "node"): lambda plain, _, id: plain.by_global_id(id),
    ("Query", "nodes"): lambda plain, _, ids: [plain.by_global_id(id_) for id_ in ids],
    ("Query", "organisation"): lambda plain, _: plain.find(
        Organisation, plain.viewer.organisation_id
    ),
    ("Query", "sites"): lambda plain, _, **paging: page(plain.all(Site), ("name",), **paging),
    ("Query", "people"): search,
    ("Query", "programmes"): programmes,
    ("Query", "programme"): lambda plain, _, id: plain.by_global_id(id),
    ("Site", "localTime"): local_time,
    ("Site", "people"): people(
        lambda site, person: person.site_id == site.id and person.standing is Standing.ACTIVE
    ),
    ("Person", "fullName"): lambda _, row: f"{row.given_name} {row.family_name}",
    ("Person", "employeeNumber"): lambda plain, row: (
        row.employee_number
        if plain.is_self(row) or "administrator" in plain.viewer.roles
        else None
    ),
    ("Person", "email"): lambda plain, row: (
        row.email
        if plain.is_self(row) or "administrator" in plain.viewer.roles or plain.is_partner(row)
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
    ("Person", "nextSession"): lambda plain, person: plain.next_session(
        lambda row: person.id in (row.mentor_id, row.mentee_id)
    ),
    ("Person", "notifications"): inbox,
    ("Person", "unreadNotificationCount"): unread_count,
    ("Person", "preferences"): link(Preferences, "id"),
    ("Programme", "coordinators"): people(lambda row, person: person.id in row.coordinator_ids),
    ("Programme", "enrolments"): listed(
        Enrolment, "programme_id", "enrolled_at", descending=False
    ),
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
    ("Pairing", "nextSession"): lambda plain, pairing: plain.next_session(
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


def plain_schema() -> GraphQLSchema:
    schema: GraphQLSchema = build_schema()._schema
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            type_.is_type_of = None
            for name, field in type_.fields.items():
                field.resolve = _resolver(type_.name, name)
    for abstract in ("Node", "NotificationSubject"):
        schema.type_map[abstract].resolve_type = lambda row, *_: type(row).__name__
    return schema


def _resolver(type_name: str, name: str) -> Resolver:
    resolver = RESOLVERS.get((type_name, name))
    attribute = to_snake_case(name)

    def resolve(row: Row, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        if resolver is not None:
            return resolver(info.context, row, **arguments)
        if isinstance(row, dict):
            return row[name]
        if name == "id":
            return f"{type_name}:{row.id}"
        return getattr(row, attribute)

    return resolve


SCHEMA = plain_schema()
