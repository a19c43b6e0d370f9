"""What the delta feed goes by: a number for each change, and what has left whose sight.

A number is taken as a lock of the organisation's and held until the commit, so whoever has read up
to one has read all that is less. It is the time in microseconds, or one more than the last, so that
it never comes again: not where a crash lost the last commits, nor in a database that was restored.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.database import Connection

KEPT = 90 * 24 * 60 * 60 * 1_000_000  # microseconds for which a cursor can be used

NOW = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"

_OF_PERSON_AND_PARTNERS = """
        select organisation_id, '{type}' as type, id, person_id from gone
        union select gone.organisation_id, '{type}', gone.id,
            case p.mentor_id when gone.person_id then p.mentee_id else p.mentor_id end
        from gone join pairings p on p.organisation_id = gone.organisation_id
            and gone.person_id in (p.mentor_id, p.mentee_id)
        where gone.was_shared
        """

# Who may have seen a row that is gone, and what else has left their sight with it.
DEPARTURES = {
    "people": """
        select organisation_id, 'Person' as type, id, id as person_id from gone
        union select gone.organisation_id, 'Person', gone.id,
            case p.mentor_id when gone.id then p.mentee_id else p.mentor_id end
        from gone join pairings p on p.organisation_id = gone.organisation_id
            and gone.id in (p.mentor_id, p.mentee_id)
        union select gone.organisation_id, 'Person', gone.id,
            case r.mentor_id when gone.id then r.mentee_id else r.mentor_id end
        from gone join requests r on r.organisation_id = gone.organisation_id
            and gone.id in (r.mentor_id, r.mentee_id)
        """,
    "pairings": """
        select organisation_id, 'Pairing' as type, id, unnest(array[mentor_id, mentee_id])
            as person_id from gone
        union select organisation_id, 'Person', mentee_id, mentor_id from gone
        union select organisation_id, 'Person', mentor_id, mentee_id from gone
        union select gone.organisation_id, 'Goal', g.id, gone.mentor_id
        from gone join goals g on g.organisation_id = gone.organisation_id
            and g.person_id = gone.mentee_id
        union select gone.organisation_id, 'Assessment', a.id,
            case a.person_id when gone.mentor_id then gone.mentee_id else gone.mentor_id end
        from gone join assessments a on a.organisation_id = gone.organisation_id
            and a.person_id in (gone.mentor_id, gone.mentee_id) and a.was_shared
        union select gone.organisation_id, 'Roadmap', r.id,
            case r.person_id when gone.mentor_id then gone.mentee_id else gone.mentor_id end
        from gone join roadmaps r on r.organisation_id = gone.organisation_id
            and r.person_id in (gone.mentor_id, gone.mentee_id) and r.was_shared
        """,
    "requests": """
        select organisation_id, 'MentorRequest' as type, id, unnest(array[mentor_id, mentee_id])
            as person_id from gone
        union select organisation_id, 'Person', mentee_id, mentor_id from gone
        union select organisation_id, 'Person', mentor_id, mentee_id from gone
        """,
    "exclusions": """
        select organisation_id, 'Exclusion' as type, id, made_by as person_id from gone
        where made_by is not null
        """,
    "suggestions": """
        select organisation_id, 'Suggestions' as type, id, mentee_id as person_id from gone
        """,
    "goals": """
        select organisation_id, 'Goal' as type, id, person_id from gone
        union select gone.organisation_id, 'Goal', gone.id, p.mentor_id
        from gone join pairings p on p.organisation_id = gone.organisation_id
            and p.mentee_id = gone.person_id
        """,
    "assessments": _OF_PERSON_AND_PARTNERS.format(type="Assessment"),
    "roadmaps": _OF_PERSON_AND_PARTNERS.format(type="Roadmap"),
    "career_paths": "select organisation_id, 'CareerPaths' as type, id, person_id from gone",
    "sessions": """
        select organisation_id, 'Session' as type, id, unnest(array[mentor_id, mentee_id])
            as person_id from gone
        """,
    "feedback": """
        select organisation_id, 'Feedback' as type, id, unnest(array[author_id, about_id])
            as person_id from gone
        """,
    "enrolments": "select organisation_id, 'Enrolment' as type, id, person_id from gone",
    "notifications": "select organisation_id, 'Notification' as type, id, person_id from gone",
    "preferences": "select organisation_id, 'Preferences' as type, id, id as person_id from gone",
}


async def take_numbers(connection: Connection, organisations: Collection[UUID]) -> dict[UUID, int]:
    """The number of this transaction in each organisation; others who want one wait until it ends.

    In one order, so that no two wait for each other.
    """
    rows = await connection.fetch(
        f"""
        insert into change_numbers as kept (organisation_id, last)
        select organisation_id, {NOW} from unnest($1::uuid[]) as each (organisation_id) order by 1
        on conflict (organisation_id) do update set last = greatest(kept.last + 1, {NOW})
        returning organisation_id, last
        """,  # noqa: S608
        list(organisations),
    )
    return {row["organisation_id"]: row["last"] for row in rows}


async def delete(
    connection: Connection,
    table: str,
    organisations: Sequence[UUID],
    ids: Sequence[UUID],
    versions: Sequence[int],
    numbers: dict[UUID, int],
) -> None:
    """Delete rows that are not newer than these versions, and note whose sight they left."""
    gone = f"""
        delete from {table} as kept
        using unnest($1::uuid[], $2::uuid[], $3::bigint[]) as each (organisation, id, version)
        where kept.organisation_id = each.organisation and kept.id = each.id
            and kept.version <= each.version
        """  # noqa: S608
    keys = (organisations, ids, versions)
    if table not in DEPARTURES:
        await connection.execute(gone, *keys)
        return
    await connection.execute(
        f"""
        with gone as ({gone} returning kept.*), left_by as ({DEPARTURES[table]})
        insert into departures as kept (organisation_id, person_id, type, id, changed)
        select distinct organisation_id, person_id, type, id, number
        from left_by join unnest($4::uuid[], $5::bigint[]) as each (organisation_id, number)
            using (organisation_id)
        on conflict (organisation_id, person_id, type, id) do update
        set changed = excluded.changed
        """,  # noqa: S608
        *keys,
        list(numbers),
        list(numbers.values()),
    )


async def forget_departures(connection: Connection) -> None:
    """Forget those that no cursor can ask for any more."""
    await connection.execute(
        f"delete from departures where changed < {NOW} - $1::bigint",  # noqa: S608
        KEPT,
    )
