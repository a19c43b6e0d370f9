"""What profiles says of organisations, their sites and their people."""

from datetime import date, time
from enum import StrEnum
from uuid import UUID

import msgspec

from contracts.vocabulary import Instant, Vocabulary

ORGANISATION = "profiles.organisation"
SITE = "profiles.site"
PERSON = "profiles.person"
ERASURE = "profiles.erasure"


class OrganisationChange(StrEnum):
    SET_UP = "profiles.organisation.set_up"
    CHANGED = "profiles.organisation.changed"
    RESTATED = "profiles.organisation.restated"


class SiteChange(StrEnum):
    OPENED = "profiles.site.opened"
    CHANGED = "profiles.site.changed"
    RESTATED = "profiles.site.restated"


class PersonChange(StrEnum):
    JOINED = "profiles.person.joined"
    CHANGED = "profiles.person.changed"
    LEFT = "profiles.person.left"
    RESTATED = "profiles.person.restated"


class ErasureChange(StrEnum):
    REQUESTED = "profiles.erasure.requested"
    PROGRESSED = "profiles.erasure.progressed"  # one more service is done
    COMPLETED = "profiles.erasure.completed"  # all are
    RESTATED = "profiles.erasure.restated"


class Standing(Vocabulary):
    """Whether a person works for the organisation."""

    ACTIVE = "active"
    LEFT = "left"
    UNKNOWN = "unknown"


class Visibility(Vocabulary):
    """Who may find a person's profile; partners in a pairing always see each other."""

    NETWORK = "network"
    SITE = "site"
    PRIVATE = "private"
    UNKNOWN = "unknown"


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """A customer of the platform: the tenant. Its `id` is its `organisation_id`."""

    id: UUID
    organisation_id: UUID
    name: str


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A place where the organisation's people work."""

    id: UUID
    organisation_id: UUID
    code: str  # the organisation's own short name, as HR files have it
    name: str
    city: str
    country: str  # ISO 3166-1 alpha-2
    time_zone: str  # IANA, "Europe/Lisbon"
    languages: list[str] = []  # BCP 47, the most spoken first


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A span of a weekday that a person keeps free, in the person's own time zone."""

    weekday: int  # ISO: 1 is Monday, 7 is Sunday
    opens: time
    closes: time


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A role that a person had before the present one."""

    title: str
    occupation: str = ""  # its id in the taxonomy of occupations; empty: not known
    since: date | None = None
    until: date | None = None


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who works for the organisation, with what they offer and seek."""

    id: UUID
    organisation_id: UUID
    employee_number: str  # unique in the organisation
    subject: str  # who the identity provider says they are (the token's `sub`)
    email: str
    given_name: str
    family_name: str
    job_title: str
    site_id: UUID
    time_zone: str  # IANA; the site's unless the person chose another
    department: str = ""
    level: int | None = None  # on the organisation's own ladder: the higher, the more senior
    occupation: str = ""  # the job title's id in the taxonomy of occupations; empty: not known
    career: list[Position] = []  # what they did before, the latest first
    manager_id: UUID | None = None
    languages: list[str] = []  # BCP 47, the preferred first
    skills: list[str] = []
    interests: list[str] = []
    values: list[str] = []
    offers_mentoring: bool = False
    skills_offered: list[str] = []
    capacity: int = 0  # mentees at once, over all programmes
    seeks_mentoring: bool = False
    skills_sought: list[str] = []
    aspiration: str = ""  # where they would like to go, in their own words
    target_occupation: str = ""  # the same as an id in the taxonomy of occupations
    working_styles: list[str] = []  # how they like to work with a mentor or a mentee
    background: list[str] = []  # what they chose to have used in matching; for nobody's eyes
    availability: list[Window] = []
    visibility: Visibility = Visibility.NETWORK
    standing: Standing = Standing.ACTIVE
    joined_at: Instant  # for someone who came back: the last time
    edited: list[str] = []  # the fields that were set by hand; an import leaves those alone


class ErasureStep(msgspec.Struct, frozen=True, kw_only=True):
    """What one service has done, or has yet to do, of an erasure."""

    service: str
    done_at: Instant | None = None
    erased: int = 0  # aggregates that are gone, as if they had never been
    redacted: int = 0  # aggregates that others need, without what was said by or of the person


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """That a person, of whom only the id is told, is to be forgotten; in the end the receipt."""

    id: UUID
    organisation_id: UUID
    person_id: UUID
    person_version: int  # of the tombstone: no copy of the person at or below it may be kept
    requested_by: UUID | None = None  # a person, or none: somebody who is not in the network
    requested_at: Instant
    promised_by: Instant  # until then every database has forgotten, as the platform promises
    due_by: Instant  # until then the law wants all of it done
    steps: list[ErasureStep] = []
    completed_at: Instant | None = None  # every service is done
    log_clear_by: Instant | None = None  # until then the log has let go of it too
