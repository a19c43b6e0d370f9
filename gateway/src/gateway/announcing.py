"""How the projector says what changed: who follows it is told when the change is committed.

A message names a table of the read model, an organisation, and the ids of what the change concerns:
the thing itself and what it belongs to. It is part of the projector's transaction, so none is lost
when a process ends between the two, and of what was no news there is none.
"""

from collections.abc import Sequence
from typing import NamedTuple

CHANGED = "changed"  # the channel
EVERYTHING = ""  # the message that anything may have changed
MOST_IDS = 200  # in a message, of which PostgreSQL takes 8000 bytes

# By table: the columns with the ids that a change of a row concerns. Nobody can follow the others.
CONCERNED = {
    "people": ("id",),
    "enrolments": ("person_id",),
    "pairings": ("id", "mentor_id", "mentee_id"),
    "requests": ("mentor_id", "mentee_id"),
    "sessions": ("id", "pairing_id", "mentor_id", "mentee_id"),
    "goals": ("person_id", "pairing_id"),
    "assessments": ("person_id",),
    "career_paths": ("person_id",),
    "roadmaps": ("person_id",),
    "feedback": ("session_id", "pairing_id", "author_id", "about_id"),
    "notifications": ("person_id",),
    "preferences": ("id",),
}


class Change(NamedTuple):
    """Some rows of a table were written or deleted."""

    table: str
    organisation: str
    ids: Sequence[str]  # of what that concerns


def told(table: str) -> str | None:
    """An expression that says which rows, called `changed`, were written; None: nobody asks."""
    if table not in CONCERNED:
        return None
    columns = CONCERNED[table]
    ids = ", ".join(f"part.{column}" for column in columns)
    return f"""
        (select count(pg_notify('{CHANGED}', message)) from (
            select concat_ws(' ', '{table}', organisation_id,
                string_agg(concat_ws(' ', {ids}), ' ')) as message
            from (
                select *, (row_number() over () - 1) / {MOST_IDS // len(columns)} as number
                from changed) part
            group by organisation_id, number) each)
        """  # noqa: S608


def announcement(table: str) -> str | None:
    """The statement that says that rows go, by organisation, id and version; None: nobody asks."""
    if table not in CONCERNED:
        return None
    return f"""
        with changed as (
            select kept.* from {table} as kept
            join unnest($1::uuid[], $2::uuid[], $3::bigint[]) as gone (organisation, id, version)
                on kept.organisation_id = gone.organisation and kept.id = gone.id
            where kept.version <= gone.version)
        select {told(table)}
        """  # noqa: S608


def read(message: str) -> Change | None:
    """What a message says; None: anything may have changed."""
    if message == EVERYTHING:
        return None
    table, organisation, *ids = message.split(" ")
    return Change(table, organisation, ids)
