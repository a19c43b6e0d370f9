"""A small world of rows, whose changes the projector handles as it would in earnest."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import asyncpg

from chassis.database import Database
from chassis.events import read_event
from contracts.catalogue import TOPICS
from gateway.planner import Viewer
from gateway.projection import Projection
from gateway.rebuild import tables
from support.databases import ServiceDatabase
from support.harness import erased, happened
from support.reading.office import Office
from support.reading.sight import Sight
from support.reading.store import TOPIC_OF
from support.reading.syncing import App, concerning

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


class World:
    """Rows as they are, and their events as the projector handles them."""

    def __init__(self, pipe: Database, database: ServiceDatabase) -> None:
        self.office = Office()
        self.pipe = pipe
        self.database = database
        self.rows: dict[tuple[type, Any], Any] = {}
        self.versions: dict[tuple[type, Any], int] = {}

    async def begin(self) -> None:
        for row in self.office.rows:
            await self.change(row)

    async def change(self, row: Any) -> None:
        await self.project([self.told(row)])

    async def erase(self, row: Any) -> None:
        await self.project([self.told(row, gone=True)])

    def told(self, row: Any, *, gone: bool = False) -> Any:
        """The event that a row is so, or gone."""
        key = (type(row), row.id)
        version = self.versions[key] = self.versions.get(key, 0) + 1
        topic = TOPIC_OF[type(row)].name
        if gone:
            self.rows.pop(key, None)
            record = erased(topic, row.id, row.organisation_id, version)
        else:
            self.rows[key] = row
            restated = StrEnum("Change", {"RESTATED": f"{topic}.restated"})
            record = happened(restated["RESTATED"], row, version=version)
        return read_event(record, Projection(TOPICS[topic]).decode)

    async def project(self, events: list[Any], into: Database | None = None) -> None:
        async with (into or self.pipe).transaction() as connection:
            await Projection(TOPICS[events[0].topic]).apply(connection, events)

    async def rebuild(self) -> None:
        """Make the read model again, of the newest states, and put it in the old one's place."""
        owner = await asyncpg.connect(self.database.owner)
        try:
            await tables.make(owner)
            async with Database.open(
                self.database.pipe, name="gateway rebuild", search_path=f"public, {tables.MAKING}"
            ) as making:
                for (type_, id_), row in self.rows.items():
                    self.versions[type_, id_] -= 1
                    await self.project([self.told(row)], making)
            async with owner.transaction():
                await tables.replace(owner)
        finally:
            await owner.close()

    def viewer(self, person: Any, *roles: str) -> Viewer:
        return self.office.viewer(person, *roles)

    async def expected(self, app: App) -> dict[str, Any]:
        rows = list(self.rows.values())
        return await app.read(concerning(rows, Sight(rows, app.viewer, NOW)))
