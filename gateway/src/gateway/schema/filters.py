"""The arguments that narrow a connection."""

from datetime import date, datetime

import strawberry

from contracts.matching import (
    EnrolmentStatus,
    PairingStatus,
    ProgrammeStatus,
    RequestStatus,
    Role,
    RunStatus,
)
from contracts.notifications import NotificationKind
from contracts.sessions import GoalStatus, SessionStatus
from gateway import terms
from gateway.planner.model import Index
from gateway.schema.fields import Argument
from gateway.schema.search import BY_WORDS, wanted

STATUS = "{row}.status = {value}"

PROGRAMME_STATUS = Argument("status", ProgrammeStatus | None, "Only those that stand so.", STATUS)
ENROLMENT_STATUS = Argument("status", EnrolmentStatus | None, "Only those that stand so.", STATUS)
RUN_STATUS = Argument("status", RunStatus | None, "Only those that stand so.", STATUS)
PAIRING_STATUS = Argument("status", PairingStatus | None, "Only those that stand so.", STATUS)
REQUEST_STATUS = Argument("status", RequestStatus | None, "Only those that stand so.", STATUS)
SESSION_STATUS = Argument("status", SessionStatus | None, "Only those that stand so.", STATUS)
GOAL_STATUS = Argument("status", GoalStatus | None, "Only those that stand so.", STATUS)

ROLE = Argument("role", Role | None, "Only mentors, or only mentees.", "{row}.role = {value}")

WAITING = Argument(
    "waiting",
    bool | None,
    "Only mentees whom the latest run could offer nobody: the waiting list. Or only the others.",
    {True: "{row}.waiting is not null", False: "{row}.waiting is null"},
)
MATCHED = Argument(
    "matched",
    bool | None,
    "Only mentees for whom there is a mentor, or only those for whom there is nobody.",
    {True: "{row}.mentor_id is not null", False: "{row}.mentor_id is null"},
)
DIFFERS_FROM = Argument(
    "differs_from",
    strawberry.ID | None,
    "Only mentees to whom that run's draft would not offer the same mentor: who changes.",
    """not exists (select from drafts d where d.organisation_id = {row}.organisation_id
        and d.programme_id = {row}.programme_id and d.run_id = {value}
        and d.mentee_id = {row}.mentee_id and d.mentor_id is not distinct from {row}.mentor_id)""",
    id_of="MatchingRun",
)
OF_RUN = Argument(
    "run",
    strawberry.ID,
    "The other run's global id.",
    "{row}.run_id = {value}",
    id_of="MatchingRun",
)

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

PROPOSED_FROM = Argument(
    "proposed_from",
    datetime | None,
    "Only those proposed at this moment or later.",
    "{row}.proposed_at >= {value}",
)
PROPOSED_BEFORE = Argument(
    "proposed_before",
    datetime | None,
    "Only those proposed before this moment.",
    "{row}.proposed_at < {value}",
)
STARTS_FROM = Argument(
    "starts_from",
    datetime | None,
    "Only those that begin at this moment or later.",
    "{row}.starts_at >= {value}",
)
STARTS_BEFORE = Argument(
    "starts_before",
    datetime | None,
    "Only those that begin before this moment.",
    "{row}.starts_at < {value}",
)
DUE_BEFORE = Argument(
    "due_before",
    date | None,
    "Only those that should be reached before this day.",
    "{row}.due_on < {value}",
)

KIND = Argument(
    "kind", NotificationKind | None, "Only those that tell of this.", "{row}.kind = {value}"
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

COUNTRY = Argument(
    "country",
    str | None,
    "Only those in this country: ISO 3166-1 alpha-2.",
    "{row}.country = {value}",
    reads=str.upper,
)
COORDINATED = Argument(
    "coordinated",
    bool | None,
    "Only those that the viewer looks after, or only the others.",
    {
        True: "{viewer}.person_id = any ({row}.coordinator_ids)",
        False: "({viewer}.person_id = any ({row}.coordinator_ids)) is not true",
    },
)

SEARCH = Argument(
    "search",
    str | None,
    "Only those who have every word of this in their name, job title, department, skills or "
    "languages, or in the name, city or country of their site. The beginning of a word will do, "
    "case and accents do not matter, and in words of four letters or more one may be wrong. Who "
    "fits best comes first, unless `orderBy` says otherwise. Of more than 200 that fit, 200 are "
    "found; eight words count.",
    "false",  # never asked: it has an index, and comes first
    index=BY_WORDS,
    reads=wanted,
    type_="jsonb",
)


def _term(kind: str, description: str) -> Argument:
    """A filter of people by a term of that kind."""
    of_kind = f"t.kind = '{kind}' and t.term = {{value}}"
    return Argument(
        kind,
        str | None,
        f"{description} Case and accents do not matter.",
        f"""exists (select from terms t where t.organisation_id = {{row}}.organisation_id
            and t.id = {{row}}.id and {of_kind})""",
        index=Index(
            rows=f"""select t.id, t.family_name, t.given_name from terms t
                where t.organisation_id = {{viewer}}.organisation_id and {of_kind}""",  # noqa: S608
            equals=("family_name", "given_name", "id"),
        ),
        reads=terms.term,
    )


SKILL = _term("skill", "Only those who have this skill.")
SKILL_OFFERED = _term("skill_offered", "Only those who would mentor in this skill.")
SKILL_SOUGHT = _term("skill_sought", "Only those who want to learn this skill.")
LANGUAGE = _term("language", "Only those who speak this language, BCP 47; `pt` is `pt-BR` too.")
DEPARTMENT = _term("department", "Only those of this department.")

SITE = Argument(
    "site",
    strawberry.ID | None,
    "Only those who work there.",
    "{row}.site_id = {value}",
    id_of="Site",
    few=True,
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
