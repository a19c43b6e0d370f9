"""Who may see what, said once more, in Python: for plain execution to go by."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.direction import Assessment, CareerPaths, Part, Roadmap
from contracts.matching import (
    Draft,
    Enrolment,
    Exclusion,
    MatchingRun,
    MentorRequest,
    Pairing,
    PairingStatus,
    Programme,
    RequestStatus,
    Suggestions,
)
from contracts.notifications import Notification, Preferences
from contracts.profiles import Erasure, Person, Visibility
from contracts.sessions import Feedback, Goal, Session, SessionStatus
from gateway.planner import Viewer

Row = Any


class Sight:
    """The rows in memory, as a viewer may see them."""

    def __init__(self, rows: Iterable[Row], viewer: Viewer, now: datetime) -> None:
        self.rows = [row for row in rows if row.organisation_id == viewer.organisation_id]
        self.viewer = viewer
        self.now = now

    # Who may see what

    def sees(self, row: Row) -> bool:  # noqa: C901 - a case for each type
        me, administrator = self.viewer.person_id, "administrator" in self.viewer.roles
        match row:
            case Person():
                return (
                    self.works_with(row)
                    or administrator
                    or row.visibility is Visibility.NETWORK
                    or (row.visibility is Visibility.SITE and row.site_id == self.site_of(me))
                )
            case Suggestions():
                return row.mentee_id == me or administrator or self.coordinates(row.programme_id)
            case Enrolment():
                return row.person_id == me or administrator or self.coordinates(row.programme_id)
            case MatchingRun() | Draft():
                return administrator or self.coordinates(row.programme_id)
            case Pairing() | MentorRequest():
                return (
                    me in (row.mentor_id, row.mentee_id)
                    or administrator
                    or self.coordinates(row.programme_id)
                )
            case Exclusion():
                if me is not None and row.made_by == me:
                    return True
                theirs = row.made_by == row.person_id
                return not theirs and (administrator or self.coordinates(row.programme_id))
            case Session():
                return me in (row.mentor_id, row.mentee_id)
            case Goal():
                return row.person_id == me or any(
                    pairing.mentor_id == me
                    and pairing.mentee_id == row.person_id
                    and pairing.status is PairingStatus.ACTIVE
                    for pairing in self.everything(Pairing)
                )
            case Assessment() | Roadmap():
                return row.person_id == me or (
                    bool(row.shared) and self.is_active_partner(row.person_id)
                )
            case CareerPaths():
                return row.person_id == me
            case Feedback():
                return me in (row.author_id, row.about_id)
            case Notification():
                return row.person_id == me
            case Erasure():
                return administrator
            case Preferences():
                return row.id == me
            case _:
                return True

    def works_with(self, person: Person) -> bool:
        if self.is_self(person) or self.is_partner(person) or self.is_asking(person):
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

    def is_active_partner(self, person_id: UUID) -> bool:
        both = {person_id, self.viewer.person_id}
        return any(
            {each.mentor_id, each.mentee_id} == both and each.status is PairingStatus.ACTIVE
            for each in self.everything(Pairing)
        )

    def sees_part(self, assessment: Assessment, part: Part) -> bool:
        return assessment.person_id == self.viewer.person_id or part in assessment.shared

    def is_asking(self, person: Person) -> bool:
        """Whether the one of the two waits for the other's answer."""
        return any(each.status is RequestStatus.ASKED for each in self.requests_with(person))

    def requests_with(self, person: Person) -> list[MentorRequest]:
        both = {person.id, self.viewer.person_id}
        asked = self.everything(MentorRequest)
        return [each for each in asked if {each.mentor_id, each.mentee_id} == both]

    def coordinates(self, programme_id: UUID | None) -> bool:
        return any(
            each.id == programme_id and self.viewer.person_id in each.coordinator_ids
            for each in self.everything(Programme)
        )

    def site_of(self, person_id: UUID | None) -> UUID | None:
        return next(
            (each.site_id for each in self.everything(Person) if each.id == person_id), None
        )

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
