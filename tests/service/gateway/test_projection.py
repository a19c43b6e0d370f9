"""What the projector makes of events: the newest state, whatever order they come in."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from chassis.database import Database
from chassis.events import Event, read_event
from chassis.ids import new_id
from contracts import profiles
from contracts.catalogue import TOPICS, topics_heard_by
from contracts.matching import (
    Pairing,
    PairingChange,
    Programme,
    ProgrammeChange,
    Reason,
    Rules,
)
from contracts.profiles import Person, PersonChange, Visibility, Window
from gateway.projection import TABLES, Projection, columns_of
from support.harness import happened

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def person(**changes: Any) -> Person:
    usual: dict[str, Any] = {
        "id": new_id(),
        "organisation_id": new_id(),
        "employee_number": "1",
        "subject": "ines",
        "email": "ines@example.org",
        "given_name": "Inês",
        "family_name": 'O\'Brien \\ "quoted"',
        "job_title": "Engineer",
        "site_id": new_id(),
        "time_zone": "Europe/Lisbon",
        "joined_at": NOW,
    }
    return Person(**usual | changes)


def event(change: Any, state: Any, version: int = 1, **headers: str) -> Event[Any]:
    record = happened(change, state, version=version)
    named = dict(record.headers) | {name: text.encode() for name, text in headers.items()}
    projection = Projection(TOPICS[record.topic])
    return read_event(
        type(record)(record.topic, record.key, record.value, list(named.items())),
        projection.decode,
    )


def erased(state: Any, version: int) -> Event[Any]:
    told = event(PersonChange.LEFT, state, version)
    return msgspec.structs.replace(told, state=None, body=None)


async def project(pipe: Database, *events: Event[Any]) -> None:
    async with pipe.transaction() as connection:
        await Projection(TOPICS[events[0].topic]).apply(connection, list(events))


async def row(app: Database, table: str, state: Any) -> asyncpg.Record | None:
    async with app.tenant(state.organisation_id) as connection:
        return await connection.fetchrow(f"select * from {table} where id = $1", state.id)


def test_every_topic_that_the_gateway_hears_has_a_table() -> None:
    assert set(TABLES) == {topic.name for topic in topics_heard_by("gateway")}


@pytest.mark.parametrize("topic", topics_heard_by("gateway"), ids=lambda topic: topic.name)
async def test_the_columns_are_the_fields_of_the_bodies(app: Database, topic: Any) -> None:
    async with app.connection() as connection:
        rows = await connection.fetch(
            "select column_name from information_schema.columns"
            " where table_name = $1 and is_generated = 'NEVER'",
            TABLES[topic.name],
        )
    assert {row["column_name"] for row in rows} == {*columns_of(topic), "version", "changed"}


async def test_a_state_becomes_a_row_value_by_value(app: Database, pipe: Database) -> None:
    ines = person(
        languages=["pt-PT", "en"],
        skills=["soldering, by hand", '"quotes"', "{braces}", ""],
        availability=[Window(weekday=1, opens=time(9), closes=time(11, 30))],
        visibility=Visibility.SITE,
        manager_id=new_id(),
    )
    await project(pipe, event(PersonChange.JOINED, ines))

    kept = await row(app, "people", ines)

    assert kept is not None
    assert (kept["given_name"], kept["family_name"]) == (ines.given_name, ines.family_name)
    assert (kept["languages"], kept["skills"]) == (ines.languages, ines.skills)
    assert (kept["visibility"], kept["manager_id"]) == ("site", ines.manager_id)
    assert msgspec.json.decode(kept["availability"], type=list[Window]) == ines.availability
    assert (kept["joined_at"], kept["version"], kept["capacity"]) == (NOW, 1, 0)


async def test_structures_lists_of_ids_and_dates(app: Database, pipe: Database) -> None:
    programme = Programme(
        id=new_id(),
        organisation_id=new_id(),
        name="First",
        starts_on=date(2026, 1, 31),
        coordinator_ids=[new_id(), new_id()],
        rules=Rules(max_hours_apart=3),
    )
    pairing = Pairing(
        id=new_id(),
        organisation_id=programme.organisation_id,
        programme_id=programme.id,
        mentor_id=new_id(),
        mentee_id=new_id(),
        score=0.75,
        reasons=[Reason(criterion="skills", sentence="Both weld.", share=0.75)],
        proposed_at=NOW,
    )
    await project(pipe, event(ProgrammeChange.OPENED, programme))
    await project(pipe, event(PairingChange.PROPOSED, pairing))

    kept = await row(app, "programmes", programme)
    assert kept is not None
    assert (kept["starts_on"], kept["ends_on"]) == (programme.starts_on, None)
    assert kept["coordinator_ids"] == programme.coordinator_ids
    assert msgspec.json.decode(kept["rules"], type=Rules) == programme.rules
    kept = await row(app, "pairings", pairing)
    assert kept is not None
    assert (kept["score"], kept["status"]) == (0.75, "proposed")
    assert msgspec.json.decode(kept["reasons"], type=list[Reason]) == pairing.reasons


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (3, 3, 1)], ids=str)
@pytest.mark.parametrize("together", [True, False], ids=["one batch", "a batch each"])
async def test_the_newest_version_stays_whatever_the_order(
    app: Database, pipe: Database, order: tuple[int, ...], together: bool
) -> None:
    ines = person()
    events = [
        event(PersonChange.CHANGED, msgspec.structs.replace(ines, capacity=version), version)
        for version in order
    ]
    for batch in [events] if together else [[each] for each in events]:
        await project(pipe, *batch)

    kept = await row(app, "people", ines)
    assert kept is not None
    assert (kept["version"], kept["capacity"]) == (3, 3)


async def test_a_type_that_this_version_does_not_know_is_applied_as_state(
    app: Database, pipe: Database
) -> None:
    ines = person()
    await project(pipe, event(PersonChange.JOINED, ines, ce_type="profiles.person.promoted"))

    assert await row(app, "people", ines) is not None


async def test_a_word_that_this_version_does_not_know_is_kept_as_unknown(
    app: Database, pipe: Database
) -> None:
    ines = person()
    body = msgspec.json.encode(ines).replace(b'"network"', b'"planet"')
    record = happened(PersonChange.JOINED, ines)
    record = type(record)(record.topic, record.key, body, record.headers)
    await project(pipe, read_event(record, Projection(TOPICS[profiles.PERSON]).decode))

    kept = await row(app, "people", ines)
    assert kept is not None
    assert kept["visibility"] == "unknown"


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "a batch each"])
async def test_what_was_erased_stays_so(app: Database, pipe: Database, together: bool) -> None:
    ines = person()
    events = [
        event(PersonChange.JOINED, ines, 1),
        erased(ines, 3),
        event(PersonChange.CHANGED, ines, 2),
        event(PersonChange.CHANGED, ines, 3),
    ]
    for batch in [events] if together else [[each] for each in events]:
        await project(pipe, *batch)

    assert await row(app, "people", ines) is None


async def words_of(pipe: Database, organisation_id: UUID) -> set[str]:
    """By which people are found, and which are known to be misspelt."""
    async with pipe.connection() as connection:
        rows = await connection.fetch(
            """select term from terms where organisation_id = $1
            union select word from spellings where organisation_id = $1""",
            organisation_id,
        )
    return {row["term"] for row in rows}


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (1, 3, 2), (2, 1, 3)], ids=str)
@pytest.mark.parametrize("together", [True, False], ids=["one batch", "a batch each"])
async def test_who_was_erased_is_found_by_no_word(
    pipe: Database, order: tuple[int, ...], together: bool
) -> None:
    ines = person(job_title="Welder")
    other = person(organisation_id=ines.organisation_id, given_name="Rui", family_name="Reis")
    promoted = msgspec.structs.replace(ines, job_title="Foreman")
    known = {
        1: event(PersonChange.JOINED, ines, 1),
        2: event(PersonChange.CHANGED, promoted, 2),
        3: erased(ines, 3),
    }
    await project(pipe, event(PersonChange.JOINED, other))
    events = [known[version] for version in order]
    for batch in [events] if together else [[each] for each in events]:
        await project(pipe, *batch)

    assert await words_of(pipe, ines.organisation_id) == {"rui", "reis", "engineer"}


async def test_a_person_is_found_by_the_newest_words(pipe: Database) -> None:
    ines = person(job_title="Welder", skills=["Soldering"])
    await project(pipe, event(PersonChange.JOINED, ines, 1))
    assert {"welder", "soldering"} <= await words_of(pipe, ines.organisation_id)

    promoted = msgspec.structs.replace(ines, job_title="Foreman", family_name="Reis")
    await project(pipe, event(PersonChange.CHANGED, promoted, 3))
    await project(pipe, event(PersonChange.CHANGED, ines, 2))
    assert await words_of(pipe, ines.organisation_id) == {"ines", "reis", "foreman", "soldering"}

    left = msgspec.structs.replace(promoted, standing=profiles.Standing.LEFT)
    await project(pipe, event(PersonChange.LEFT, left, 4))
    assert await words_of(pipe, ines.organisation_id) == set()


async def test_the_same_id_in_another_organisation_is_another_row(
    app: Database, pipe: Database
) -> None:
    ines = person()
    other = msgspec.structs.replace(ines, organisation_id=new_id(), given_name="Other")
    await project(pipe, event(PersonChange.JOINED, ines, 1))
    await project(pipe, event(PersonChange.JOINED, other, 9))

    kept = await row(app, "people", ines)
    assert kept is not None
    assert (kept["given_name"], kept["version"]) == ("Inês", 1)


async def test_a_value_that_no_column_holds_is_parked_and_the_rest_goes_on(
    pipe: Database, app: Database
) -> None:
    ines = person(capacity=2**40)
    record = happened(PersonChange.JOINED, ines)
    projection = Projection(TOPICS[profiles.PERSON])
    told = read_event(record, projection.decode)

    async with pipe.transaction() as connection:
        with pytest.raises(asyncpg.DataError):
            async with connection.transaction():
                await projection.apply(connection, [told])
        await projection.settle(connection, told, record, attempts=4)
        parked = await connection.fetchval(
            "select reason from cairn.dead_letters where subject = $1", ines.id
        )

    assert parked == "projecting it raised NumericValueOutOfRangeError"


async def trail_of(app: Database, organisation_id: UUID, of: UUID) -> list[UUID]:
    async with app.tenant(organisation_id) as connection:
        rows = await connection.fetch("select id from event_trail($1)", of)
    return [row["id"] for row in rows]


async def test_the_trail_leads_from_an_event_to_its_causes_and_effects(
    app: Database, pipe: Database
) -> None:
    ines = person()
    first = event(PersonChange.JOINED, ines, 1)
    second = event(PersonChange.CHANGED, ines, 2, ce_causationid=str(first.id))
    third = event(PersonChange.CHANGED, ines, 3, ce_causationid=str(second.id))
    aside = event(PersonChange.CHANGED, ines, 4, ce_causationid=str(first.id))
    await project(pipe, first, second, third, aside)
    await project(pipe, first)  # delivered again

    tenant = ines.organisation_id
    assert await trail_of(app, tenant, second.id) == [first.id, second.id, third.id]
    assert await trail_of(app, tenant, first.id) == [first.id, second.id, third.id, aside.id]
    assert await trail_of(app, new_id(), first.id) == []


async def test_the_trail_of_a_request_is_all_that_came_of_it(app: Database, pipe: Database) -> None:
    ines, request = person(), new_id()
    first = event(PersonChange.JOINED, ines, 1, ce_correlationid=str(request))
    second = event(
        PersonChange.CHANGED,
        ines,
        2,
        ce_causationid=str(first.id),
        ce_correlationid=str(request),
    )
    another = event(PersonChange.CHANGED, ines, 3)
    await project(pipe, first, second, another)

    assert await trail_of(app, ines.organisation_id, request) == [first.id, second.id]


async def test_the_trail_holds_ids_of_any_kind_and_circles(app: Database, pipe: Database) -> None:
    ines = person()
    odd = UUID(int=7)
    told = event(PersonChange.JOINED, ines, 1, ce_id=str(odd), ce_causationid=str(odd))
    await project(pipe, told)

    assert await trail_of(app, ines.organisation_id, odd) == [odd]


async def test_the_trail_never_holds_a_body(pipe: Database, app: Database) -> None:
    canary = person(given_name="CANARY-7f3a")
    told = event(PersonChange.JOINED, canary)
    await project(pipe, told)

    async with app.tenant(canary.organisation_id) as connection:
        text = await connection.fetchval("select string_agg(e::text, ' ') from events e")
    assert text is not None
    assert str(told.id) in text
    assert "CANARY" not in text


async def test_events_lie_in_the_partition_of_their_month(pipe: Database) -> None:
    told = event(PersonChange.JOINED, person())
    await project(pipe, told)

    async with pipe.connection() as connection:
        await connection.execute("select prepare_event_months(5)")
        table = await connection.fetchval(
            "select tableoid::regclass::text from events where id = $1", told.id
        )
        months = await connection.fetchval(
            "select count(*) from pg_inherits where inhparent = 'events'::regclass"
        )
    assert table == f"events_{datetime.now(UTC):%Y_%m}"
    assert months == 7  # this one, five to come, and the one for all else
