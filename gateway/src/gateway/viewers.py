"""Who asks: from the claims of a token to the person they are."""

import time
from collections import OrderedDict
from typing import NamedTuple
from uuid import UUID

from chassis.database import Connection, Database, enter_tenant
from chassis.identity import Caller
from gateway.reading import read
from gateway.tokens import Claims

REMEMBERED_FOR = 60.0  # seconds
REMEMBERED = 20_000  # people


class _Known(NamedTuple):
    person_id: UUID
    until: float  # on the monotonic clock


class Viewers:
    """Finds the person behind a token's subject in the read model.

    Who was not found is not remembered: their profile may be on its way.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._people = OrderedDict[tuple[UUID, str], _Known]()

    async def of(self, claims: Claims) -> Caller:
        key = (claims.organisation, claims.sub)
        known = self._people.get(key)
        if known is not None and time.monotonic() < known.until:
            person_id = known.person_id
        else:
            person_id = await self._find(*key)
            self._remember(key, person_id)
        return Caller(
            subject=claims.sub,
            organisation_id=claims.organisation,
            person_id=person_id,
            roles=claims.roles,
        )

    def forget(self, organisation_id: UUID, subject: str) -> None:
        """Look the person up anew when they ask next."""
        self._people.pop((organisation_id, subject), None)

    def _remember(self, key: tuple[UUID, str], person_id: UUID | None) -> None:
        self._people.pop(key, None)  # what is remembered last stands last
        if person_id is not None:
            self._people[key] = _Known(person_id, time.monotonic() + REMEMBERED_FOR)
        while len(self._people) > REMEMBERED:
            self._people.popitem(last=False)

    async def _find(self, organisation_id: UUID, subject: str) -> UUID | None:
        """The one person who is that subject now; nobody, where two are said to be."""

        async def find(connection: Connection) -> UUID | None:
            async with connection.transaction():
                await enter_tenant(connection, organisation_id)
                found = await connection.fetch(
                    """
                    select id from people
                    where organisation_id = $1 and subject = $2 and standing = 'active' limit 2
                    """,
                    organisation_id,
                    subject,
                )
            return found[0]["id"] if len(found) == 1 else None

        return await read(self._database, find)
