"""The rows that all servers read: two tenants' networks, written as the projector writes them."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID

import asyncpg
import msgspec

from contracts.catalogue import TOPICS
from contracts.matching import PAIRING, Pairing, PairingStatus
from contracts.profiles import PERSON, SITE, Person, Site, Visibility
from contracts.sessions import GOAL, SESSION, Goal, Session
from gateway import terms
from gateway.projection import TABLES, columns_of, upsert

CITIES = ("Berlin", "Lisbon", "Austin", "Pune", "Osaka", "Leeds", "Turin", "Gdansk")
TITLES = ("Engineer", "Product Manager", "Data Scientist", "Designer", "Team Lead")
SKILLS = [f"skill {number}" for number in range(60)]
MENTEES = 2_500  # of the larger tenant; each has PAIRINGS mentors
PAIRINGS, GOALS, SESSIONS = 4, 3, 6  # of a mentee; of a pairing; of a pairing
CHUNK = 5_000  # rows in one statement


class Network(msgspec.Struct, kw_only=True):
    """One tenant: its sites, its people, and what binds them."""

    organisation_id: UUID
    sites: list[Site]
    people: list[Person]
    pairings: list[Pairing]

    @property
    def mentees(self) -> list[Person]:
        paired = {pairing.mentee_id for pairing in self.pairings}
        return [person for person in self.people if person.id in paired]


def make_network(people: int, seed: int) -> Network:
    """The same for the same seed; a quarter offers mentoring."""
    chance = random.Random(seed)
    organisation_id = _id(chance)
    sites = [
        Site(
            id=_id(chance),
            organisation_id=organisation_id,
            code=city[:3].upper(),
            name=f"{city} Office",
            city=city,
            country="DE",
            time_zone="Europe/Berlin",
        )
        for city in CITIES
    ]
    persons = [_person(chance, organisation_id, sites, number) for number in range(people)]
    mentors, others = persons[: people // 4], persons[people // 4 :]
    mentees = others[: MENTEES * people // 20_000]
    pairings = [
        Pairing(
            id=_id(chance),
            organisation_id=organisation_id,
            programme_id=organisation_id,
            mentor_id=mentor.id,
            mentee_id=mentee.id,
            status=PairingStatus.ACTIVE,
            proposed_at=datetime(2026, 1, 1, tzinfo=UTC)
            + timedelta(minutes=chance.randrange(9999)),
        )
        for mentee in mentees
        for mentor in chance.sample(mentors, PAIRINGS)
    ]
    return Network(organisation_id=organisation_id, sites=sites, people=persons, pairings=pairings)


def _person(
    chance: random.Random, organisation_id: UUID, sites: Sequence[Site], number: int
) -> Person:
    offers = chance.random() < 0.25
    return Person(
        id=_id(chance),
        organisation_id=organisation_id,
        employee_number=str(number),
        subject=f"person-{number}",
        email=f"person{number}@example.org",
        given_name=f"Given{chance.randrange(500)}",
        family_name=f"Family{chance.randrange(2000)}",
        job_title=chance.choice(TITLES),
        site_id=chance.choice(sites).id,
        time_zone="Europe/Berlin",
        skills=chance.sample(SKILLS, 6),
        offers_mentoring=offers,
        skills_offered=chance.sample(SKILLS, 4) if offers else [],
        capacity=chance.randrange(1, 6) if offers else 0,
        aspiration="I like to help others grow. " * 6,
        visibility=chance.choices(list(Visibility)[:3], weights=(90, 8, 2))[0],
        joined_at=datetime(2025, 1, 1, tzinfo=UTC),
    )


def _goals(chance: random.Random, network: Network) -> Iterator[Goal]:
    for pairing in network.pairings:
        for number in range(GOALS):
            yield Goal(
                id=_id(chance),
                organisation_id=network.organisation_id,
                person_id=pairing.mentee_id,
                pairing_id=pairing.id,
                title=f"Goal {number} that I would like to reach",
                progress=chance.randrange(101),
                set_at=pairing.proposed_at + timedelta(days=number),
            )


def _sessions(chance: random.Random, network: Network) -> Iterator[Session]:
    today = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for pairing in network.pairings:
        for number in range(SESSIONS):
            starts_at = today + timedelta(days=7 * (number - 3), hours=chance.randrange(1, 100))
            yield Session(
                id=_id(chance),
                organisation_id=network.organisation_id,
                pairing_id=pairing.id,
                mentor_id=pairing.mentor_id,
                mentee_id=pairing.mentee_id,
                topic="How it goes",
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=1),
                booked_by=pairing.mentee_id,
                uid=str(_id(chance)),
            )


async def write_network(connection: asyncpg.Connection, network: Network) -> None:
    """Write it to the read model by the projector's own statements."""
    chance = random.Random(1)
    await _write(connection, SITE, network.sites)
    await _write(connection, PERSON, network.people)
    await _write(connection, PAIRING, network.pairings)
    await _write(connection, GOAL, list(_goals(chance, network)))
    await _write(connection, SESSION, list(_sessions(chance, network)))
    await _write_terms(connection, network)


async def _write(
    connection: asyncpg.Connection, topic: str, states: Sequence[msgspec.Struct]
) -> None:
    statement = upsert(TABLES[topic], columns_of(TOPICS[topic]))
    rows = [msgspec.json.encode(state)[:-1] + b',"version":1,"changed":0}' for state in states]
    for at in range(0, len(rows), CHUNK):
        chunk = b"[" + b",".join(rows[at : at + CHUNK]) + b"]"
        await connection.execute(statement, chunk.decode(), topic)


async def _write_terms(connection: asyncpg.Connection, network: Network) -> None:
    """What people are found by, as `gateway.indexing` has it, but all at once."""
    found = _terms(network)
    while rows := list(islice(found, CHUNK)):
        await connection.execute(
            """
            insert into terms (organisation_id, id, kind, term, family_name, given_name)
            select $1, * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
            """,
            network.organisation_id,
            *zip(*rows, strict=True),
        )
    await connection.execute(
        """
        insert into spellings (organisation_id, key, word)
        select given.organisation_id, own.key, given.word
        from (select distinct organisation_id, term as word from terms
            where organisation_id = $1 and kind in ('word', 'site')) given,
            keys_of(given.word) as own (key)
        """,
        network.organisation_id,
    )


def _terms(network: Network) -> Iterator[tuple[UUID, str, str, str, str]]:
    for site in network.sites:
        for kind, term in terms.terms_of(site):
            yield site.id, kind, term, "", ""
    for person in network.people:
        names = person.family_name, person.given_name
        for kind, term in terms.terms_of(person):
            yield person.id, kind, term, *names


def _id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)
