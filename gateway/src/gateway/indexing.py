"""How the terms by which people are found are kept, in the transaction of the row they are of."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from chassis.database import Connection
from contracts.profiles import PERSON, SITE, Person, Site
from gateway import terms

TOPICS = {PERSON, SITE}  # whose things have terms
CHUNK = 200  # things whose terms are written by one statement, which must not take long


class Written(NamedTuple):
    """A thing as an event has it; None: it is gone."""

    organisation_id: UUID
    id: UUID
    version: int
    state: Person | Site | None


Term = tuple[str, str]  # the kind, and the term
Word = tuple[UUID, str]  # an organisation's


async def refresh(connection: Connection, table: str, things: Sequence[Written]) -> None:
    """Make the terms of some rows of a table those of their states.

    A row that stands at another version is left alone: a later event has seen to it, or will.
    The transaction has the organisations' numbers (`changes.take_numbers`): if others wrote terms
    too, it could not be said whether a word is still anybody's.
    """
    for at in range(0, len(things), CHUNK):
        await _refresh(connection, table, things[at : at + CHUNK])


async def _refresh(connection: Connection, table: str, things: Sequence[Written]) -> None:
    keys = [each.organisation_id for each in things], [each.id for each in things]
    rows = await connection.fetch(_STANDING.format(table=table), *keys)
    fresh, stale = _Terms(), _Terms()
    for each, (version, kinds, texts, family_name, given_name) in zip(things, rows, strict=True):
        if version not in (None, each.version):
            continue
        before: set[Term] = set(zip(kinds, texts, strict=True))
        after = terms.terms_of(each.state) if each.state and version else set[Term]()
        kept = before & after if _names(each) == (family_name, given_name) else set[Term]()
        stale.add(each, before - kept)
        fresh.add(each, after - kept)
    if stale.terms:
        await connection.execute(_DELETE, *stale.keys(), *stale.terms_by_column())
    if fresh.terms:
        names = map(list, zip(*map(_names, fresh.things), strict=True))
        await connection.execute(_INSERT, *fresh.keys(), *fresh.terms_by_column(), *names)
        await connection.execute(_SPELL, *_columns(fresh.words()))
    if lost := stale.words():
        await connection.execute(_FORGET, *_columns(lost))


class _Terms:
    """Terms, each with the thing that it is of."""

    def __init__(self) -> None:
        self.things: list[Written] = []
        self.terms: list[Term] = []

    def add(self, thing: Written, added: Collection[Term]) -> None:
        self.things += [thing] * len(added)
        self.terms += added

    def keys(self) -> tuple[list[UUID], list[UUID]]:
        return [each.organisation_id for each in self.things], [each.id for each in self.things]

    def terms_by_column(self) -> tuple[list[str], list[str]]:
        return [kind for kind, _ in self.terms], [term for _, term in self.terms]

    def words(self) -> set[Word]:
        return {
            (thing.organisation_id, term)
            for thing, (kind, term) in zip(self.things, self.terms, strict=True)
            if kind in terms.WORDS
        }


def _columns(words: Collection[Word]) -> tuple[list[UUID], list[str]]:
    return [organisation_id for organisation_id, _ in words], [word for _, word in words]


def _names(thing: Written) -> tuple[str, str]:
    """By which a person's terms are ordered."""
    match thing.state:
        case Person(family_name=family_name, given_name=given_name):
            return family_name, given_name
        case _:
            return "", ""


_STANDING = """
    select row.version, coalesce(t.kinds, '{{}}'), coalesce(t.terms, '{{}}'),
        t.family_name, t.given_name
    from unnest($1::uuid[], $2::uuid[]) with ordinality as given (organisation_id, id, place)
    left join {table} as row using (organisation_id, id)
    left join lateral (
        select array_agg(t.kind) as kinds, array_agg(t.term) as terms,
            min(t.family_name) as family_name, min(t.given_name) as given_name
        from terms t
        where t.organisation_id = given.organisation_id and t.id = given.id
        offset 0
    ) t on true
    order by given.place
"""
_DELETE = """
    delete from terms as kept
    using unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])
        as stale (organisation_id, id, kind, term)
    where kept.organisation_id = stale.organisation_id and kept.id = stale.id
        and kept.kind = stale.kind and kept.term = stale.term
"""
_INSERT = """
    insert into terms (organisation_id, id, kind, term, family_name, given_name)
    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
"""
# The offsets have PostgreSQL look each word up, rather than all there are.
_SPELL = """
    insert into spellings (organisation_id, key, word)
    select given.organisation_id, own.key, given.word
    from unnest($1::uuid[], $2::text[]) as given (organisation_id, word),
        keys_of(given.word) as own (key)
    where not exists (
        select from spellings s
        where s.organisation_id = given.organisation_id
            and s.key = given.word and s.word = given.word
        offset 0)
    on conflict do nothing
"""
_FORGET = """
    delete from spellings as kept
    using unnest($1::uuid[], $2::text[]) as gone (organisation_id, word),
        keys_of(gone.word) as own (key)
    where kept.organisation_id = gone.organisation_id
        and kept.key = own.key and kept.word = gone.word
        and not exists (
            select from terms t
            where t.organisation_id = gone.organisation_id
                and t.kind in ('word', 'site') and t.term = gone.word
            offset 0)
"""
