"""What people are found by: the words of a search, and the terms that filters take.

The projector writes them in the transaction of the row that they are of. A site's words are its
own; who works there is found by them when the question is asked.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from uuid import UUID

from babel import Locale, UnknownLocaleError

from chassis.database import Connection
from contracts.profiles import PERSON, SITE, Person, Site, Standing

TOPICS = {PERSON, SITE}  # whose things have terms

WORDS = {"word", "site"}  # the kinds that a search goes by: of people, and of sites

LONGEST = 32  # characters of a word that count
LONGEST_TERM = 96

# Letters that Unicode does not take apart, as they are typed where a keyboard lacks them.
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "\u0131": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)

APOSTROPHES = "'`\u2019"

State = tuple[UUID, UUID, int, Person | Site | None]  # organisation, id, version; None: it is gone


@lru_cache(maxsize=10_000)
def words(text: str) -> tuple[str, ...]:
    """The words of a text, without case and accents. An apostrophe parts none."""
    folded = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    letters = unicodedata.normalize("NFKD", folded)
    kept = "".join(
        letter if letter.isalnum() or letter in "+#" else " "
        for letter in letters
        if not (letter in APOSTROPHES or unicodedata.category(letter).startswith("M"))
    )
    return tuple(word[:LONGEST] for word in kept.split() if word.strip("+#"))


def term(text: str) -> str:
    """A text as a filter compares it; empty where it has no word."""
    return " ".join(words(text))[:LONGEST_TERM]


def terms_of(state: Person | Site) -> set[tuple[str, str]]:
    """The terms of a person or a site, each with its kind. Who has left is not found."""
    match state:
        case Site():
            texts = [state.name, state.city, state.code, _country(state.country)]
            return {("site", word) for text in texts for word in words(text)}
        case Person(standing=Standing.LEFT):
            return set()
        case Person():
            return {*_words_of(state), *_filtered(state)}


def _words_of(person: Person) -> Iterator[tuple[str, str]]:
    texts = (
        person.given_name,
        person.family_name,
        person.job_title,
        person.department,
        *person.skills,
        *person.skills_offered,
        *person.skills_sought,
        *map(_language, person.languages),
    )
    for text in texts:
        for word in words(text):
            yield "word", word


def _filtered(person: Person) -> Iterator[tuple[str, str]]:
    tags = [*person.languages, *(tag.partition("-")[0] for tag in person.languages)]
    kinds: dict[str, Iterable[str]] = {
        "department": [person.department],
        "language": tags,
        "skill": person.skills,
        "skill_offered": person.skills_offered,
        "skill_sought": person.skills_sought,
    }
    for kind, texts in kinds.items():
        for text in texts:
            if found := term(text):
                yield kind, found


@lru_cache(maxsize=1000)
def _language(tag: str) -> str:
    """What a language is called, in English and in itself."""
    try:
        locale = Locale.parse(tag.partition("-")[0])
    except (ValueError, UnknownLocaleError):
        return ""
    return f"{locale.get_language_name('en') or ''} {locale.get_language_name() or ''}"


@lru_cache(maxsize=1000)
def _country(code: str) -> str:
    return Locale("en").territories.get(code) or ""


async def refresh(connection: Connection, table: str, states: Sequence[State]) -> None:
    """Make the terms of some rows those of their states, where the row is at that version.

    Nobody else writes the organisations' terms meanwhile, until the transaction ends: whether
    a word is still anybody's could not be said otherwise.
    """
    await connection.execute(_LOCK, sorted({each[0] for each in states}))
    keys = [[each[place] for each in states] for place in range(3)]
    made = [terms_of(state) if state else () for *_, state in states]
    people = [state if isinstance(state, Person) else None for *_, state in states]
    names = (
        [person.family_name if person else "" for person in people],
        [person.given_name if person else "" for person in people],
    )
    flat = [(place, *each) for place, terms in enumerate(made, 1) for each in terms]
    columns = [[each[column] for each in flat] for column in range(3)]
    gone = await connection.fetch(_DELETE.format(table=table), *keys, *columns)
    await connection.execute(_INSERT.format(table=table), *keys, *columns, *names)
    spelled = {(states[place - 1][0], word) for place, kind, word in flat if kind in WORDS}
    if spelled:
        await connection.execute(_SPELL, *map(list, zip(*spelled, strict=True)))
    if lost := {(row["organisation_id"], row["term"]) for row in gone if row["kind"] in WORDS}:
        await connection.execute(_FORGET, *map(list, zip(*lost, strict=True)))


_LOCK = """
    select pg_advisory_xact_lock(
        hashtextextended(concat('spellings'::regclass::oid, organisation_id), 0))
    from unnest($1::uuid[]) organisation_id
"""
_GIVEN = """
    unnest($1::uuid[], $2::uuid[], $3::bigint[]{more}) with ordinality
        as given (organisation_id, id, version{names}, place)
"""
_DELETE = f"""
    delete from terms as kept using {_GIVEN.format(more="", names="")}
    where kept.organisation_id = given.organisation_id and kept.id = given.id
        and coalesce(
            (select row.version = given.version and not exists (
                select from unnest($4::int[], $5::text[], $6::text[]) as made (place, kind, term)
                where made.place = given.place
                    and made.kind = kept.kind and made.term = kept.term)
            from {{table}} as row
            where row.organisation_id = given.organisation_id and row.id = given.id),
            true)
    returning kept.organisation_id, kept.kind, kept.term
"""  # noqa: S608
_INSERT = f"""
    insert into terms as kept (organisation_id, id, kind, term, family_name, given_name)
    select organisation_id, id, made.kind, made.term, given.family_name, given.given_name
    from {_GIVEN.format(more=", $7::text[], $8::text[]", names=", family_name, given_name")}
    join {{table}} as row using (organisation_id, id, version)
    join unnest($4::int[], $5::text[], $6::text[]) as made (place, kind, term)
        on made.place = given.place
    on conflict (organisation_id, id, kind, term) do update
    set family_name = excluded.family_name, given_name = excluded.given_name
    where (kept.family_name, kept.given_name) <> (excluded.family_name, excluded.given_name)
"""  # noqa: S608
_SPELL = """
    insert into spellings (organisation_id, key, word)
    select given.organisation_id, own.key, given.word
    from unnest($1::uuid[], $2::text[]) as given (organisation_id, word),
        keys_of(given.word) as own (key)
    where not exists (
            select from spellings s
            where s.organisation_id = given.organisation_id
                and s.key = given.word and s.word = given.word)
        and exists (
            select from terms t
            where t.organisation_id = given.organisation_id
                and t.kind in ('word', 'site') and t.term = given.word)
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
                and t.kind in ('word', 'site') and t.term = gone.word)
"""
