"""What the projector does itself when a person is erased.

Rows of the read model go, or lose their words, by their owners' events; what was parked of the
person waits for nobody's event.
"""

from collections.abc import Iterable
from typing import Any

from chassis.database import Connection, enter_tenant, leave_tenant
from chassis.events import Event
from contracts.profiles import Erasure


async def forget_parked(connection: Connection, events: Iterable[Event[Any]]) -> None:
    for event in events:
        erasure: Erasure | None = event.state
        if erasure is not None:
            await enter_tenant(connection, event.organisation_id)
            await connection.execute("select cairn.forget_parked($1)", erasure.person_id)
    await leave_tenant(connection)
