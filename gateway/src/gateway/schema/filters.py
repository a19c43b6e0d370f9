"""The arguments that narrow a connection."""

import strawberry

from contracts.matching import EnrolmentStatus, PairingStatus, ProgrammeStatus, Role
from contracts.sessions import GoalStatus, SessionStatus
from gateway.schema.fields import Argument

STATUS = "{row}.status = {value}"

PROGRAMME_STATUS = Argument("status", ProgrammeStatus | None, "Only those that stand so.", STATUS)
ENROLMENT_STATUS = Argument("status", EnrolmentStatus | None, "Only those that stand so.", STATUS)
PAIRING_STATUS = Argument("status", PairingStatus | None, "Only those that stand so.", STATUS)
SESSION_STATUS = Argument("status", SessionStatus | None, "Only those that stand so.", STATUS)
GOAL_STATUS = Argument("status", GoalStatus | None, "Only those that stand so.", STATUS)

ROLE = Argument("role", Role | None, "Only mentors, or only mentees.", "{row}.role = {value}")

ROLE_OF_PERSON = Argument(
    "role",
    Role | None,
    "Only those in which they are the mentor, or the mentee.",
    {
        None: "({row}.mentor_id = {parent}.id or {row}.mentee_id = {parent}.id)",
        Role.MENTOR: "{row}.mentor_id = {parent}.id",
        Role.MENTEE: "{row}.mentee_id = {parent}.id",
        Role.UNKNOWN: "false",
    },
)

UNREAD = Argument(
    "unread",
    bool | None,
    "Only those not read yet; or only those read.",
    {True: "{row}.read_at is null", False: "{row}.read_at is not null"},
)

OPEN = Argument(
    "open",
    bool | None,
    "Only those that are not complete, or only those that are.",
    {True: "{row}.completed_at is null", False: "{row}.completed_at is not null"},
)

SITE = Argument(
    "site",
    strawberry.ID | None,
    "Only those who work there.",
    "{row}.site_id = {value}",
    id_of="Site",
)
OFFERS_MENTORING = Argument(
    "offers_mentoring",
    bool | None,
    "Only those who offer to be a mentor, or only those who do not.",
    {True: "{row}.offers_mentoring", False: "not {row}.offers_mentoring"},
)
SEEKS_MENTORING = Argument(
    "seeks_mentoring",
    bool | None,
    "Only those who seek a mentor, or only those who do not.",
    {True: "{row}.seeks_mentoring", False: "not {row}.seeks_mentoring"},
)

PAIRING = Argument(
    "id",
    strawberry.ID,
    "The pairing's global id.",
    "{row}.id = {value}",
    id_of="Pairing",
)
SESSION = Argument(
    "id",
    strawberry.ID,
    "The session's global id.",
    "{row}.id = {value}",
    id_of="Session",
)
PROGRAMME = Argument(
    "id",
    strawberry.ID,
    "The programme's global id.",
    "{row}.id = {value}",
    id_of="Programme",
)
