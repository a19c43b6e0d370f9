"""Data loaders: each asks one question for all who asked in the same turn of the loop.

What the viewer may see is part of each question, by the gateway's own rules.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

import asyncpg
from strawberry.dataloader import DataLoader

from chassis.database import Connection
from chassis.identity import Caller
from gateway.schema import visibility

VIEWER = """(select $1::uuid as organisation_id, $2::uuid as person_id,
    $3::boolean as administrator) asking"""
COLUMNS = {  # what the schema's types take from each table
    "people": "id, given_name, family_name, job_title, time_zone, aspiration, skills_offered,"
    " capacity, site_id",
    "sites": "id, city",
    "pairings": "id, mentor_id, mentee_id",
    "goals": "id, pairing_id, title, progress",
    "sessions": "id, pairing_id, starts_at",
}
Row = asyncpg.Record


def seen(rule: str, row: str) -> str:
    return f"({rule.format(row=row, viewer='asking')})"


class Reader:
    """Asks the database on behalf of a viewer, within the request's transaction."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.connection: Connection | None = None
        self._one_at_a_time = asyncio.Lock()  # a connection answers one question at a time

    async def fetch(self, query: str, *arguments: object) -> list[Row]:
        assert self.connection is not None
        who = self.caller
        async with self._one_at_a_time:
            return await self.connection.fetch(
                query, who.organisation_id, who.person_id, "administrator" in who.roles, *arguments
            )


class Loaders:
    """The loaders of one request."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.people = DataLoader(load_fn=self._by_id("people", visibility.PEOPLE))
        self.sites = DataLoader(load_fn=self._by_id("sites", visibility.EVERYBODY))
        self.pairings: DataLoader[tuple[UUID, int], list[Row]] = DataLoader(
            load_fn=self._page(
                "pairings", visibility.PAIRINGS, "mentee_id", "x.proposed_at desc, x.id desc"
            )
        )
        self.goals: DataLoader[tuple[UUID, int], list[Row]] = DataLoader(
            load_fn=self._page("goals", visibility.GOALS, "pairing_id", "x.set_at desc, x.id desc")
        )
        self.next_sessions = DataLoader(load_fn=self._next_sessions)

    def _by_id(
        self, table: str, rule: str
    ) -> Callable[[Sequence[UUID]], Awaitable[list[Row | None]]]:
        query = f"""
            select {_columns(table)} from {VIEWER}, {table} x
            where x.organisation_id = asking.organisation_id and x.id = any($4)
                and {seen(rule, "x")}
        """

        async def load(ids: Sequence[UUID]) -> list[Row | None]:
            return _in_order(ids, await self._reader.fetch(query, ids), "id")

        return load

    def _page(
        self, table: str, rule: str, parent: str, order: str
    ) -> Callable[[Sequence[tuple[UUID, int]]], Awaitable[list[list[Row]]]]:
        query = f"""
            select x.* from {VIEWER}, unnest($4::uuid[]) asked(id), lateral (
                select {_columns(table)} from {table} x
                where x.organisation_id = asking.organisation_id and x.{parent} = asked.id
                    and {seen(rule, "x")}
                order by {order} limit $5
            ) x
        """

        async def load(keys: Sequence[tuple[UUID, int]]) -> list[list[Row]]:
            most = max(first for _, first in keys)
            rows = await self._reader.fetch(query, [key for key, _ in keys], most)
            found = _grouped(rows, parent)
            return [found[key][:first] for key, first in keys]

        return load

    async def _next_sessions(self, pairings: Sequence[UUID]) -> list[Row | None]:
        query = f"""
            select x.* from {VIEWER}, unnest($4::uuid[]) asked(id), lateral (
                select {_columns("sessions")} from sessions x
                where x.organisation_id = asking.organisation_id and x.pairing_id = asked.id
                    and x.status = 'scheduled' and x.starts_at > now()
                    and {seen(visibility.SESSIONS, "x")}
                order by x.starts_at, x.id limit 1
            ) x
        """
        return _in_order(pairings, await self._reader.fetch(query, pairings), "pairing_id")

    async def people_offering(self, site: UUID, first: int) -> list[Row]:
        query = f"""
            select {_columns("people")} from {VIEWER}, people x
            where x.organisation_id = asking.organisation_id and x.standing = 'active'
                and x.offers_mentoring and x.site_id = $4 and {seen(visibility.PEOPLE, "x")}
            order by x.family_name, x.given_name, x.id limit $5
        """
        return await self._reader.fetch(query, site, first)


def _columns(table: str) -> str:
    return ", ".join(f"x.{name.strip()}" for name in COLUMNS[table].split(","))


def _in_order(keys: Iterable[UUID], rows: Iterable[Row], column: str) -> list[Row | None]:
    found = {row[column]: row for row in rows}
    return [found.get(key) for key in keys]


def _grouped(rows: Iterable[Row], column: str) -> defaultdict[Any, list[Row]]:
    groups: defaultdict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups
