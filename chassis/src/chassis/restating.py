"""Restating: every aggregate of a type is said again, as it is, at its next version.

After a field was added, after topics were lost, after a last event was parked: readers take it as
state, and nobody reacts. One that is stopped is simply begun again: what it had come to is then
said once more, which does no harm.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import msgspec

from chassis import standstill
from chassis.aggregates import Aggregates
from chassis.database import Database, repeatedly
from chassis.outbox import Lane
from chassis.refusals import TooLarge
from chassis.unit import Cause, Unit

AT_ONCE = 500  # aggregates in a transaction
_NOBODY = UUID(int=0)

Place = tuple[UUID, UUID]  # organisation, aggregate


class Restated(msgspec.Struct, frozen=True, kw_only=True):
    """What was said again."""

    topic: str
    organisations: int
    aggregates: int
    refused: list[str]  # a sentence for each whose state is too large for an event


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
    cause = Cause.of_itself(service)
    place = (_NOBODY, _NOBODY)
    organisations: set[UUID] = set()
    count = 0
    refused: list[str] = []
    while page := await _page(pipe, aggregates, place, organisation_id):
        place = page[-1]
        by_organisation: defaultdict[UUID, list[UUID]] = defaultdict(list)
        for tenant, id_ in page:
            by_organisation[tenant].append(id_)
        for tenant, ids in by_organisation.items():
            say = partial(_restate, aggregates, service, app, cause, tenant)
            said, left = await _restate_or_halve(say, ids)
            count += said
            refused += left
        organisations |= set(by_organisation)
    return Restated(
        topic=aggregates.topic,
        organisations=len(organisations),
        aggregates=count,
        refused=refused,
    )


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


async def _restate_or_halve(
    say: Callable[[list[UUID]], Awaitable[int]], ids: list[UUID]
) -> tuple[int, list[str]]:
    """Restate some, or, where one of them is too large, each half on its own.

    Returns how many, and why which were not.
    """
    try:
        return await say(ids), []
    except TooLarge as refusal:
        if len(ids) == 1:
            return 0, [refusal.message]
    middle = len(ids) // 2
    first, second = [await _restate_or_halve(say, half) for half in (ids[:middle], ids[middle:])]
    return first[0] + second[0], first[1] + second[1]


async def _restate(
    aggregates: Aggregates[Any],
    service: str,
    app: Database,
    cause: Cause,
    organisation_id: UUID,
    ids: list[UUID],
) -> int:
    async def attempt() -> int:
        async with app.tenant(organisation_id) as connection:
            unit = Unit(
                connection,
                service=service,
                organisation_id=organisation_id,
                cause=cause,
                lane=Lane.BULK,
            )
            await aggregates.restate(unit, ids)
            await unit.flush()
        return len(unit.written)

    return await repeatedly(attempt)
