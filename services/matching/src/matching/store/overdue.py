"""What nobody has answered in time, over all tenants: asked as the role of the pipes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from chassis.database import Connection

MOST = 200  # at once


class Overdue(msgspec.Struct, frozen=True, kw_only=True):
    organisation_id: UUID
    id: UUID


async def overdue_requests(connection: Connection) -> list[Overdue]:
    """Open requests past their moment, the earliest first."""
    rows = await connection.fetch(
        """
        select organisation_id, id from requests
        where status = 'asked' and expires_at < $1 order by expires_at limit $2
        """,
        _written(datetime.now(UTC)),
        MOST,
    )
    return [Overdue(organisation_id=row["organisation_id"], id=row["id"]) for row in rows]


async def overdue_proposals(connection: Connection, waiting: timedelta) -> list[Overdue]:
    """Proposals that have waited so long for both answers, the earliest first."""
    rows = await connection.fetch(
        """
        select organisation_id, id from pairings
        where proposed_since < $1 order by proposed_since limit $2
        """,
        _written(datetime.now(UTC) - waiting),
        MOST,
    )
    return [Overdue(organisation_id=row["organisation_id"], id=row["id"]) for row in rows]


def _written(moment: datetime) -> str:
    """A moment as states have it."""
    return msgspec.to_builtins(moment)
