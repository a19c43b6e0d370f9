"""The commands of profiles, on a real database under the application's role."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.database import Database
from chassis.identity import Caller
from support.harness import Answered, Harness, Told
from support.hr import person_fields

LISBON = {
    "code": "LIS",
    "name": "Oriente",
    "city": "Lisboa",
    "country": "PT",
    "time_zone": "Europe/Lisbon",
    "languages": ["pt", "en"],
}


@dataclass
class Tenant:
    """An organisation's administrator at work."""

    profiles: Harness
    id: UUID = field(default_factory=uuid4)

    @property
    def administrator(self) -> Caller:
        return Caller(subject="admin", organisation_id=self.id, roles=frozenset({"administrator"}))

    def member(self, person_id: UUID | None) -> Caller:
        return Caller(subject="somebody", organisation_id=self.id, person_id=person_id)

    async def do(self, name: str, /, **body: Any) -> Answered:
        return await self.profiles.do(name, self.administrator, **body)

    async def hire(self, *people: dict[str, Any]) -> dict[str, Any]:
        answered = await self.do("import-people", people=people)
        assert answered.code is None, answered.body
        return answered.body["result"]

    async def told(self, type: str, since: int = 0) -> list[Told]:  # noqa: A002
        told = await self.profiles.outbox(self.id)
        return [event for event in told[since:] if event.type.startswith(type)]


@pytest.fixture
async def tenant(profiles: Harness) -> Tenant:
    """An organisation with one site."""
    tenant = Tenant(profiles)
    await tenant.do("set-up-organisation", name="Lindqvist")
    await tenant.do("import-sites", sites=[LISBON])
    return tenant


async def hired(tenant: Tenant, number: str = "1", **fields: Any) -> UUID:
    """The id of a person who has just joined."""
    await tenant.hire(person_fields(number, **fields))
    return UUID((await tenant.told("profiles.person.joined"))[-1].state["id"])


async def test_an_organisation_is_its_own_tenant(profiles: Harness) -> None:
    tenant = Tenant(profiles)
    await tenant.do("set-up-organisation", name=" Lindqvist  AB ")
    await tenant.do("set-up-organisation", name="Lindqvist AB")
    await tenant.do("set-up-organisation", name="Lindqvist Group")

    told = await profiles.outbox(tenant.id)
    assert [(event.type, event.version) for event in told] == [
        ("profiles.organisation.set_up", 1),
        ("profiles.organisation.changed", 2),
    ]
    assert told[1].state == {
        "id": str(tenant.id),
        "organisation_id": str(tenant.id),
        "name": "Lindqvist Group",
    }


async def test_sites_need_an_organisation(profiles: Harness) -> None:
    answered = await Tenant(profiles).do("import-sites", sites=[LISBON])

    assert answered.code == "organisation-not-set-up"


async def test_sites_open_and_change(tenant: Tenant) -> None:
    again = await tenant.do("import-sites", sites=[LISBON])
    changed = await tenant.do("import-sites", sites=[LISBON | {"name": "Baixa"}])

    assert again.body["result"]["unchanged"] == 1
    assert again.body["written"] == []
    assert changed.body["result"]["changed"] == 1
    told = await tenant.told("profiles.site")
    assert [(event.type, event.version) for event in told] == [
        ("profiles.site.opened", 1),
        ("profiles.site.changed", 2),
    ]
    assert told[1].state["name"] == "Baixa"


async def test_people_join_with_their_whole_state(tenant: Tenant) -> None:
    result = await tenant.hire(
        person_fields("1"), person_fields("2", manager="1", skills=["SQL"], capacity=2)
    )

    assert result == {"created": 2, "changed": 0, "unchanged": 0, "refused": [], "warned": []}
    head, ana = await tenant.told("profiles.person")
    assert (ana.type, ana.version) == ("profiles.person.joined", 1)
    assert ana.state["manager_id"] == head.state["id"]
    assert (ana.state["skills"], ana.state["capacity"]) == (["SQL"], 2)
    assert ana.state["time_zone"] == "Europe/Lisbon"
    assert await stored(tenant) == {"1": (1, head.state["id"]), "2": (1, ana.state["id"])}


async def stored(tenant: Tenant) -> dict[str, tuple[int, str]]:
    """The version and id of each person in the table, by employee number."""
    async with tenant.profiles.app.tenant(tenant.id) as connection:
        rows = await connection.fetch("select employee_number, version, id from people")
    return {row["employee_number"]: (row["version"], str(row["id"])) for row in rows}


async def test_the_same_file_again_writes_nothing(tenant: Tenant) -> None:
    file = [person_fields(str(number), manager="0") for number in range(20)]
    first = await tenant.hire(*file)
    waiting = len(await tenant.profiles.outbox(tenant.id))
    second = await tenant.hire(*file)

    assert (first["created"], second["created"], second["unchanged"]) == (20, 0, 20)
    assert second["warned"] == first["warned"]
    assert [(told["row"], told["field"]) for told in first["warned"]] == [(0, "manager")]
    assert len(await tenant.profiles.outbox(tenant.id)) == waiting


async def test_versions_count_up_with_each_change(tenant: Tenant) -> None:
    for title in ("Engineer", "Engineer", "Director", "Chair"):
        await tenant.hire(person_fields("1", job_title=title))

    told = await tenant.told("profiles.person")
    assert [(event.version, event.state["job_title"]) for event in told] == [
        (1, "Engineer"),
        (2, "Director"),
        (3, "Chair"),
    ]


async def test_good_rows_are_taken_whatever_the_others_are(tenant: Tenant) -> None:
    await tenant.hire(person_fields("1"))
    result = await tenant.hire(
        person_fields("2", email="nonsense", capacity=21),
        person_fields("3", site="XXX"),
        person_fields("4", subject="subject-1"),
        person_fields("5", manager="404"),
        person_fields("6"),
        person_fields("6", subject="another"),
    )

    assert (result["created"], result["unchanged"]) == (2, 0)
    assert [(told["row"], told["field"]) for told in result["refused"]] == [
        (0, "capacity"),
        (0, "email"),
        (1, "site"),
        (2, "subject"),
        (5, "employee_number"),
    ]
    assert [(told["row"], told["field"]) for told in result["warned"]] == [(3, "manager")]


async def test_subjects_are_traded_in_the_database_too(tenant: Tenant) -> None:
    await tenant.hire(person_fields("1", subject="a"), person_fields("2", subject="b"))
    gone = UUID((await tenant.told("profiles.person"))[0].state["id"])
    await tenant.do("remove-person", person_id=gone)
    result = await tenant.hire(
        person_fields("3", subject="b"),
        person_fields("2", subject="a"),
        person_fields("1", subject="c"),
    )

    assert (result["created"], result["changed"], result["refused"]) == (1, 2, [])


async def test_a_circle_through_those_who_are_stored_is_not_closed(tenant: Tenant) -> None:
    await tenant.hire(person_fields("1"))
    await tenant.hire(person_fields("2", manager="1"))
    await tenant.hire(person_fields("3", manager="2"))
    result = await tenant.hire(person_fields("1", manager="3", job_title="Chair"))

    assert [told["field"] for told in result["warned"]] == ["manager"]
    [changed] = await tenant.told("profiles.person.changed")
    assert (changed.state["job_title"], changed.state["manager_id"]) == ("Chair", None)


async def test_who_left_comes_back_with_an_import(tenant: Tenant) -> None:
    ana = await hired(tenant)
    removed = await tenant.do("remove-person", person_id=ana)
    twice = await tenant.do("remove-person", person_id=ana)
    result = await tenant.hire(person_fields("1"))

    assert (removed.code, twice.code) == (None, "person-left")
    assert (result["created"], result["changed"]) == (0, 1)
    told = await tenant.told("profiles.person")
    assert [(event.type, event.version, event.state["standing"]) for event in told] == [
        ("profiles.person.joined", 1, "active"),
        ("profiles.person.left", 2, "left"),
        ("profiles.person.joined", 3, "active"),
    ]


async def test_another_tenant_sees_nothing_and_collides_with_nothing(
    tenant: Tenant, profiles: Harness
) -> None:
    ana = await hired(tenant)
    other = Tenant(profiles)
    await other.do("set-up-organisation", name="Other")
    removed = await other.do("remove-person", person_id=ana)
    no_site = await other.do("import-people", people=[person_fields("1")])
    await other.do("import-sites", sites=[LISBON])
    result = await other.hire(person_fields("1"))

    assert removed.code == "not-found"
    assert no_site.body["result"]["refused"][0]["field"] == "site"
    assert result["created"] == 1
    assert await stored(other) != await stored(tenant)
    assert {event.state["organisation_id"] for event in await profiles.outbox(other.id)} == {
        str(other.id)
    }


async def test_a_person_changes_her_own_profile_only(tenant: Tenant) -> None:
    ana, bea = await hired(tenant, "1"), await hired(tenant, "2")
    do = tenant.profiles.do
    own = await do("update-profile", tenant.member(ana), person_id=ana, skills=["Go"])
    others = await do("update-profile", tenant.member(ana), person_id=bea, skills=["Go"])
    nobodys = await do("update-profile", tenant.member(None), person_id=uuid4(), skills=["Go"])
    by_administrator = await tenant.do("update-profile", person_id=bea, capacity=3)

    assert (own.code, others.code, nobodys.code, by_administrator.code) == (
        None,
        "not-allowed",
        "not-allowed",
        None,
    )
    told = await tenant.told("profiles.person.changed")
    assert [(event.version, event.state["edited"]) for event in told] == [
        (2, ["skills"]),
        (2, ["capacity"]),
    ]


async def test_a_whole_profile_by_hand_outlives_the_next_import(tenant: Tenant) -> None:
    ana = await hired(tenant, skills=["SQL"])
    await tenant.do(
        "update-profile",
        person_id=ana,
        languages=["EN-gb"],
        skills=["Go"],
        interests=["Chess"],
        values=["Candour"],
        offers_mentoring=True,
        skills_offered=["Go"],
        seeks_mentoring=True,
        skills_sought=["Rust"],
        aspiration="To lead.",
        availability=[{"weekday": 1, "opens": "09:00:00", "closes": "10:30:00"}],
        visibility="site",
        time_zone="Asia/Tokyo",
        target_occupation="own:lead",
        working_styles=["walks", "Walks", "direct"],
    )
    [edited] = await tenant.told("profiles.person.changed")
    result = await tenant.hire(
        person_fields(
            "1",
            skills=["COBOL"],
            languages=["fr"],
            offers_mentoring=False,
            target_occupation="",
            working_styles=["letters"],
        )
    )

    assert result["unchanged"] == 1
    assert edited.state["languages"] == ["en-GB"]
    assert edited.state["capacity"] == 1
    assert edited.state["visibility"] == "site"
    assert edited.state["target_occupation"] == "own:lead"
    assert edited.state["working_styles"] == ["walks", "direct"]
    assert edited.state["availability"] == [
        {"weekday": 1, "opens": "09:00:00", "closes": "10:30:00"}
    ]


async def test_only_the_person_says_what_of_their_background_counts(tenant: Tenant) -> None:
    ana = await hired(tenant)
    by_another = await tenant.do("update-profile", person_id=ana, background=["returner"])
    await tenant.profiles.do(
        "update-profile", tenant.member(ana), person_id=ana, background=["returner"]
    )
    [edited] = await tenant.told("profiles.person.changed")

    assert by_another.code == "not-allowed"
    assert edited.state["background"] == ["returner"]
    assert "background" in edited.state["edited"]


async def test_where_people_stand_is_as_the_last_file_that_says_so_has_it(tenant: Tenant) -> None:
    career = [{"title": "Buyer", "since": "2019-01-01", "until": "2021-12-31"}]
    await tenant.hire(person_fields("1", level=4, career=career))
    silent = await tenant.hire(person_fields("1"))
    without = await tenant.hire(person_fields("1", level=None))
    refused = await tenant.hire(person_fields("2", level=101))
    states = [each.state for each in await tenant.told("profiles.person.changed")]

    assert silent["unchanged"] == without["changed"] == 1
    assert [each["level"] for each in states] == [None]
    assert states[0]["career"][0]["title"] == "Buyer"
    assert [each["field"] for each in refused["refused"]] == ["level"]


async def test_an_edit_that_changes_nothing_writes_nothing(tenant: Tenant) -> None:
    ana = await hired(tenant)
    body: dict[str, Any] = {
        "person_id": ana,
        "availability": [{"weekday": 1, "opens": "09:00:00", "closes": "10:00:00"}],
    }
    first = await tenant.do("update-profile", **body)
    second = await tenant.do("update-profile", **body)

    assert len(first.body["written"]) == 1
    assert second.body["written"] == []


async def test_the_sites_time_zone_again(tenant: Tenant) -> None:
    ana = await hired(tenant)
    await tenant.do("update-profile", person_id=ana, time_zone="Asia/Tokyo")
    await tenant.do("update-profile", person_id=ana, time_zone=None)

    told = await tenant.told("profiles.person.changed")
    assert [(event.state["time_zone"], event.state["edited"]) for event in told] == [
        ("Asia/Tokyo", ["time_zone"]),
        ("Europe/Lisbon", []),
    ]


@pytest.mark.parametrize(
    ("words", "code", "path"),
    [
        ({"skills": None}, "invalid-command", "$.skills"),
        ({"skils": []}, "invalid-command", "$"),
        ({"capacity": "three"}, "invalid-command", "$.capacity"),
        ({"capacity": True}, "invalid-command", "$.capacity"),
        ({"edited": []}, "invalid-command", "$"),
        ({"standing": "active"}, "invalid-command", "$"),
        (
            {"availability": [{"weekday": 1, "opens": "09:00:00", "closes": "10:00:00", "x": 1}]},
            "invalid-command",
            "$.availability[0]",
        ),
        ({"capacity": 21}, "invalid", "$.capacity"),
        ({"visibility": "everyone"}, "invalid", "$.visibility"),
        ({"time_zone": "Mars/Base", "capacity": -1}, "invalid", "$.capacity"),
    ],
)
async def test_what_a_profile_refuses(
    tenant: Tenant, words: dict[str, Any], code: str, path: str
) -> None:
    ana = await hired(tenant)
    answered = await tenant.do("update-profile", person_id=ana, **words)

    assert answered.code == code
    assert answered.body["refusal"]["path"] == path
    assert await tenant.told("profiles.person.changed") == []


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("set-up-organisation", {"name": "Ours"}),
        ("import-sites", {"sites": [LISBON]}),
        ("import-people", {"people": [person_fields("1")]}),
        ("remove-person", {"person_id": str(uuid4())}),
    ],
)
async def test_only_administrators(tenant: Tenant, name: str, body: dict[str, Any]) -> None:
    answered = await tenant.profiles.do(name, tenant.member(uuid4()), **body)

    assert answered.code == "not-allowed"


async def test_an_import_has_at_most_500_rows(tenant: Tenant) -> None:
    answered = await tenant.do(
        "import-people", people=[person_fields(str(number)) for number in range(501)]
    )

    assert (answered.code, answered.body["refusal"]["path"]) == ("invalid-command", "$.people")


async def test_imports_at_once_take_turns(tenant: Tenant) -> None:
    """Without turns, two could create the same person, or close a circle by halves."""
    await tenant.hire(person_fields("1"), person_fields("2"))
    results = await asyncio.gather(
        tenant.hire(person_fields("1", manager="2"), person_fields("3")),
        tenant.hire(person_fields("2", manager="1"), person_fields("3")),
        tenant.hire(person_fields("3"), person_fields("4", subject="subject-3")),
    )

    assert sum(result["created"] for result in results) == 1
    assert sum(len(result["warned"]) for result in results) == 1
    assert sum(len(result["refused"]) for result in results) == 1


async def test_set_up_twice_at_once(profiles: Harness) -> None:
    tenant = Tenant(profiles)
    answers = await asyncio.gather(
        *(tenant.do("set-up-organisation", name=f"Name {number}") for number in range(5))
    )

    assert {answered.code for answered in answers} == {None}
    told = await profiles.outbox(tenant.id)
    assert [event.version for event in told] == [1, 2, 3, 4, 5]


async def test_edits_during_an_import_are_kept(tenant: Tenant) -> None:
    file = [person_fields(str(number)) for number in range(30)]
    await tenant.hire(*file)
    ids = [UUID(event.state["id"]) for event in await tenant.told("profiles.person")]
    await asyncio.gather(
        tenant.hire(*(row | {"job_title": "Director", "skills": ["SQL"]} for row in file)),
        *(tenant.do("update-profile", person_id=person, skills=["Go"]) for person in ids),
    )

    newest = {event.state["id"]: event for event in await tenant.told("profiles.person")}
    assert {tuple(event.state["skills"]) for event in newest.values()} == {("Go",)}
    assert {event.state["job_title"] for event in newest.values()} == {"Director"}


async def test_the_number_of_statements_does_not_depend_on_the_rows(tenant: Tenant) -> None:
    statements: list[str] = []
    await watch(tenant.profiles.app, lambda record: statements.append(record.query))
    counts: list[int] = []
    for rows in (2, 100):
        statements.clear()
        await tenant.hire(*(person_fields(f"{rows}-{n}", manager="2-0") for n in range(rows)))
        await tenant.hire(
            *(person_fields(f"{rows}-{n}", job_title="Director") for n in range(rows))
        )
        counts.append(len(statements))

    assert counts[0] == counts[1]


async def watch(database: Database, heed: Callable[[Any], None]) -> None:
    """Have `heed` see every statement from now on."""
    async with AsyncExitStack() as stack:
        for _ in range(database.pool.get_max_size()):
            connection = await stack.enter_async_context(database.connection())
            connection.add_query_logger(heed)
