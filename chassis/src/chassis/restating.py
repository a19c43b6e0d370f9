"""Restating: every aggregate of a type is said again, as it is, at its next version.

After a field was added, after topics were lost, after a last event was parked: readers take it as
state, and nobody reacts. One that is stopped is simply begun again: what it had come to is then
said once more, which does no harm.
"""

from collections import defaultdict
from typing import Any
from uuid import UUID

import msgspec

from chassis import standstill
from chassis.aggregates import Aggregates
from chassis.database import Database, repeatedly
from chassis.ids import new_id
from chassis.outbox import Lane
from chassis.unit import Cause, Unit

AT_ONCE = 500  # aggregates in a transaction
_NOBODY = UUID(int=0)

Place = tuple[UUID, UUID]  # organisation, aggregate


class Restated(msgspec.Struct, frozen=True, kw_only=True):
    """What was said again."""

    topic: str
    organisations: int
    aggregates: int


async def restate(
    aggregates: Aggregates[Any],
    *,
    service: str,
    app: Database,
    pipe: Database,
    organisation_id: UUID | None = None,
) -> Restated:
    """Restate all, or one organisation's, in the bulk lane; the service's relay publishes it.

    Raises standstill.StandsStill.
    """
    await standstill.refuse(pipe)
    cause = new_id()
    place = (_NOBODY, _NOBODY)
    organisations: set[UUID] = set()
    count = 0
    while page := await _page(pipe, aggregates, place, organisation_id):
        place = page[-1]
        by_organisation: defaultdict[UUID, list[UUID]] = defaultdict(list)
        for tenant, id_ in page:
            by_organisation[tenant].append(id_)
        for tenant, ids in by_organisation.items():
            count += await _restate_some(aggregates, service, app, cause, tenant, ids)
        organisations |= set(by_organisation)
    return Restated(topic=aggregates.topic, organisations=len(organisations), aggregates=count)


async def _page(
    pipe: Database, aggregates: Aggregates[Any], after: Place, organisation_id: UUID | None
) -> list[Place]:
    async with pipe.connection() as connection:
        rows = await connection.fetch(
            f"""
            select organisation_id, id from {aggregates.table}
            where (organisation_id, id) > ($1, $2)
                and ($3::uuid is null or organisation_id = $3)
            order by organisation_id, id limit $4
            """,  # noqa: S608
            *after,
            organisation_id,
            AT_ONCE,
        )
    return [(row["organisation_id"], row["id"]) for row in rows]


async def _restate_some(
    aggregates: Aggregates[Any],
    service: str,
    app: Database,
    cause: UUID,
    organisation_id: UUID,
    ids: list[UUID],
) -> int:
    async def attempt() -> int:
        async with app.tenant(organisation_id) as connection:
            unit = Unit(
                connection,
                service=service,
                organisation_id=organisation_id,
                cause=Cause(causation_id=cause, correlation_id=cause, actor=f"service:{service}"),
                lane=Lane.BULK,
            )
            await aggregates.restate(unit, ids)
            await unit.flush()
        return len(unit.written)

    return await repeatedly(attempt)
