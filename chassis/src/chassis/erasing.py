"""Erasing a person: what the mechanism itself holds of one, in every service alike.

What a service has erased of somebody cannot come back: a grave keeps older events of them out,
their own commands are refused, and nothing that names them is parked any more. Whoever erases takes
the person's lock for itself, whoever commands shares it, so that no command slips through between.
"""

from uuid import UUID

from chassis import graves
from chassis.database import Connection
from chassis.unit import Unit


def lock_of(person_id: UUID) -> str:
    """The name of a person's lock."""
    return f"person {person_id}"


async def forget_person(unit: Unit, topic: str, person_id: UUID, version: int) -> None:
    """Forget what commands, reactions and deliveries have left behind of a person.

    `topic` is the people's, `version` their tombstone's. Doing it again does no harm.
    """
    connection, organisation_id = unit.connection, unit.organisation_id
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 0))", lock_of(person_id)
    )
    await graves.dig(connection, organisation_id, topic, {person_id: version})
    await connection.execute(
        "delete from cairn.answers where organisation_id = $1 and person_id = $2",
        organisation_id,
        person_id,
    )
    await connection.execute(
        "delete from cairn.deliveries where organisation_id = $1 and recipient = $2",
        organisation_id,
        person_id,
    )
    await _end_waiting(connection, organisation_id, person_id)
    await connection.execute("select cairn.forget_parked($1)", person_id)


async def _end_waiting(connection: Connection, organisation_id: UUID, person_id: UUID) -> None:
    """What waits for the person is settled now; what speaks of them and waits for others goes."""
    await connection.execute(
        """
        update cairn.waiting set due_at = now()
        where organisation_id = $1 and awaited_subject = $2
        """,
        organisation_id,
        person_id,
    )
    await connection.execute(
        """
        delete from cairn.waiting
        where organisation_id = $1 and awaited_subject is distinct from $2
            and position(convert_to($2::text, 'UTF8') in body) > 0
        """,
        organisation_id,
        person_id,
    )
