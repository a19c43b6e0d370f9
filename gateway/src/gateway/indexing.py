"""How the terms by which people are found are kept, in the transaction of the row they are of."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from chassis.database import Connection
from gateway import terms
from gateway.terms import Found

CHUNK = 200  # things whose terms are written by one statement, which must not take long

# By table of things that have terms: what no term is made of.
WORDLESS = {
    "people": {
        "employee_number",
        "subject",
        "email",
        "site_id",
        "time_zone",
        "manager_id",
        "interests",
        "values",
        "offers_mentoring",
        "capacity",
        "seeks_mentoring",
        "aspiration",
        "availability",
        "visibility",
        "joined_at",
        "level",
        "target_occupation",
        "working_styles",
        "background",
    },
    "sites": {"time_zone", "languages"},
}

Term = tuple[str, str]  # the kind, and the term
Word = tuple[UUID, str]  # an organisation's


class Written(NamedTuple):
    """A thing whose row was written, and says something else now than it did; or is new."""

    state: Found
    is_new: bool


def renewed(table: str, fields: Sequence[str]) -> tuple[str, str]:
    """Two parts of a statement that writes rows as `changed`, from those called `new`.

    The first has the rows as they were before, to be put among its expressions; the second is
    selected: the organisations and ids of what `refresh` must be told, and of which no row was.
    """
    said = [f'"{name}"' for name in fields if name not in WORDLESS[table]]
    now, then = (", ".join(f"{which}.{name}" for name in said) for which in ("changed", "before"))
    known = f"""
        before as (
            select old.* from new, lateral (
                select * from {table}
                where organisation_id = new.organisation_id and id = new.id offset 0) old),
        """  # noqa: S608
    others = f"""
        from changed left join before using (organisation_id, id)
        where before.version is null or ({now}) is distinct from ({then})
        """
    return known, ", ".join(
        f"array(select {column} {others} order by organisation_id, id)"
        for column in ("organisation_id", "id", "before.version is null")
    )


async def refresh(connection: Connection, things: Sequence[Written]) -> None:
    """Make the terms of things those of their states.

    The transaction has the organisations' numbers (`changes.take_numbers`): if others wrote terms
    too, it could not be said whether a word is still anybody's.
    """
    for at in range(0, len(things), CHUNK):
        await _refresh(connection, things[at : at + CHUNK])


async def forget(
    connection: Connection, table: str, organisations: Sequence[UUID], ids: Sequence[UUID]
) -> None:
    """Delete the terms of those of some things that have no row any more.

    The transaction has the organisations' numbers.
    """
    lost = await connection.fetch(_GONE.format(table=table), organisations, ids)
    if lost:
        await connection.execute(_FORGET, *_columns([tuple(row) for row in lost]))


async def _refresh(connection: Connection, things: Sequence[Written]) -> None:
    known = [each.state for each in things if not each.is_new]
    rows = await connection.fetch(_STANDING, *_keys(known)) if known else []
    fresh, stale = _Terms(), _Terms()
    for state, (kinds, texts, family_name, given_name) in zip(known, rows, strict=True):
        before: set[Term] = set(zip(kinds, texts, strict=True))
        after = terms.terms_of(state)
        kept = before & after if terms.names(state) == (family_name, given_name) else set[Term]()
        stale.add(state, before - kept)
        fresh.add(state, after - kept)
    for each in things:
        if each.is_new:
            fresh.add(each.state, terms.terms_of(each.state))
    if stale.terms:
        await connection.execute(_DELETE, *stale.columns())
    if fresh.terms:
        await connection.execute(_INSERT, *fresh.columns())
        await connection.execute(_SPELL, *_columns(fresh.words))
    if stale.words:
        await connection.execute(_FORGET, *_columns(stale.words))


class _Terms:
    """Terms, each with the place of the thing that it is of."""

    def __init__(self) -> None:
        self.things: list[Found] = []
        self.places: list[int] = []
        self.terms: list[Term] = []
        self.words: set[Word] = set()

    def add(self, thing: Found, added: Collection[Term]) -> None:
        self.things.append(thing)
        self.places += [len(self.things)] * len(added)
        self.terms += added
        organisation_id = thing.organisation_id
        self.words.update((organisation_id, term) for kind, term in added if kind in terms.WORDS)

    def columns(self) -> Sequence[Sequence[object]]:
        names = [terms.names(each) for each in self.things]
        return (
            *_keys(self.things),
            [family_name for family_name, _ in names],
            [given_name for _, given_name in names],
            self.places,
            [kind for kind, _ in self.terms],
            [term for _, term in self.terms],
        )


def _keys(things: Sequence[Found]) -> tuple[list[UUID], list[UUID]]:
    return [each.organisation_id for each in things], [each.id for each in things]


def _columns(words: Collection[Word]) -> tuple[list[UUID], list[str]]:
    return [organisation_id for organisation_id, _ in words], [word for _, word in words]


_STANDING = """
    select coalesce(t.kinds, '{}'), coalesce(t.terms, '{}'), t.family_name, t.given_name
    from unnest($1::uuid[], $2::uuid[]) with ordinality as given (organisation_id, id, place),
        lateral (
            select array_agg(t.kind) as kinds, array_agg(t.term) as terms,
                min(t.family_name) as family_name, min(t.given_name) as given_name
            from terms t
            where t.organisation_id = given.organisation_id and t.id = given.id
            offset 0
        ) t
    order by given.place
"""
# Of things and their names; then of terms, each with the place of its thing.
_GIVEN = """
    unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) with ordinality
        as thing (organisation_id, id, family_name, given_name, place)
    join unnest($5::int[], $6::text[], $7::text[]) as each (place, kind, term) using (place)
"""
_DELETE = f"""
    delete from terms as kept using {_GIVEN}
    where kept.organisation_id = thing.organisation_id and kept.id = thing.id
        and kept.kind = each.kind and kept.term = each.term
"""  # noqa: S608
_INSERT = f"""
    insert into terms (organisation_id, id, kind, term, family_name, given_name)
    select organisation_id, id, kind, term, family_name, given_name from {_GIVEN}
"""  # noqa: S608
_GONE = """
    with gone as (
        delete from terms as kept
        using unnest($1::uuid[], $2::uuid[]) as given (organisation_id, id)
        where kept.organisation_id = given.organisation_id and kept.id = given.id
            and not exists (
                select from {table} as row
                where row.organisation_id = given.organisation_id and row.id = given.id)
        returning kept.organisation_id, kept.kind, kept.term
    )
    select distinct organisation_id, term from gone where kind in ('word', 'site')
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
