"""Programmes and enrolments on the real database."""

import asyncio
from datetime import date
from uuid import uuid4

import pytest
from msgspec.structs import replace

from contracts.matching import PairingStatus, Role
from matching.domain.programme import CRITERIA
from support.network import Network

pytestmark = pytest.mark.platform


async def test_a_programme_is_opened_changed_and_closed_by_administrators(
    network: Network,
) -> None:
    coordinator = await network.joins()
    programme_id = await network.programme(rules={"max_hours_apart": 3})
    await network.done(
        "change-programme",
        programme_id=programme_id,
        name="  New paths ",
        ends_on=date(2026, 12, 31),
        coordinator_ids=[coordinator.id, coordinator.id],
        rules={"weight_values": 2},
    )
    await network.done("change-programme", programme_id=programme_id, name="New paths")
    await network.done("close-programme", programme_id=programme_id)
    refused = [
        await network.do("change-programme", programme_id=programme_id, name="Newer"),
        await network.do(
            "enrol", programme_id=programme_id, person_id=coordinator.id, role="mentee"
        ),
        await network.do("start-matching-run", programme_id=programme_id),
    ]

    events = await network.matching.outbox(network.organisation_id)
    assert [(event.type.rpartition(".")[2], event.version) for event in events] == [
        ("opened", 1),
        ("changed", 2),
        ("closed", 3),
    ]
    changed = events[1].state
    assert (changed["name"], changed["ends_on"]) == ("New paths", "2026-12-31")
    assert changed["coordinator_ids"] == [str(coordinator.id)]
    assert changed["rules"]["max_hours_apart"] == 3
    assert changed["rules"]["weight_values"] == 2
    assert [answer.code for answer in refused] == ["programme-closed"] * 3


async def test_the_kind_of_a_programme_says_which_rules_are_usual(network: Network) -> None:
    await network.programme(kind="reverse", rules={"site": "other", "mode": "network"})
    await network.programme(kind="peer", rules={"max_levels_above": None})

    opened = [event.state for event in await network.matching.outbox(network.organisation_id)]
    reverse, peer = (each["rules"] for each in opened)
    assert [each["kind"] for each in opened] == ["reverse", "peer"]
    assert (reverse["max_levels_above"], reverse["weight_path"]) == (-1, 0)
    assert (reverse["site"], reverse["mode"]) == ("other", "network")
    assert (peer["min_levels_above"], peer["max_levels_above"]) == (-1, None)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"ends_on": "2025-12-31"}, "invalid"),
        ({"rules": {f"weight_{name}": 0 for name in ("skills", "interests", "values")}}, None),
        ({"rules": {f"weight_{name}": 0 for name in CRITERIA}}, "invalid"),
        ({"rules": {"min_levels_above": 3, "max_levels_above": 2}}, "invalid"),
        ({"rules": {"reporting_steps": 0}}, "invalid-command"),
        ({"rules": {"site": "near"}}, "invalid-command"),
        ({"kind": "speed"}, "invalid-command"),
        ({"rules": {"weight_skills": -1}}, "invalid-command"),
        ({"rules": {"weight_charm": 1}}, "invalid-command"),
        ({"name": "  "}, "invalid-command"),
        ({"coordinator_ids": [str(uuid4())]}, "not-yet-known"),
        ({"colour": "red"}, "invalid-command"),
    ],
)
async def test_an_unsound_programme_is_refused(
    network: Network, body: dict[str, object], code: str | None
) -> None:
    answer = await network.do("open-programme", **{"name": "P", "starts_on": "2026-01-01"} | body)

    assert answer.code == code


async def test_people_enrol_themselves_and_nobody_else(network: Network) -> None:
    someone, other = await network.joins(), await network.joins()
    programme_id = await network.programme()
    body = {"programme_id": programme_id, "person_id": someone.id, "role": Role.MENTEE}
    answers = [
        await network.do("enrol", other, **body),
        await network.do("enrol", someone, **body),
        await network.do("enrol", someone, **body),
        await network.do("enrol", someone, **body | {"role": Role.MENTOR, "capacity": 2}),
        await network.do("enrol", someone, **body | {"capacity": 2}),
        await network.do("enrol", **body | {"person_id": uuid4()}),
        await network.do("enrol", **body | {"programme_id": uuid4()}),
        await network.do("enrol", **body | {"role": "manager"}),
        await network.do("enrol-people", someone, programme_id=programme_id, enrolments=[]),
    ]

    assert [answer.code for answer in answers] == [
        "not-allowed",
        None,
        "already-enrolled",
        None,
        "invalid",
        "not-yet-known",
        "not-found",
        "invalid-command",
        "not-allowed",
    ]
    assert "not known yet" in answers[5].body["refusal"]["message"]


async def test_enrolling_at_once_enrols_once(network: Network) -> None:
    someone = await network.joins()
    programme_id = await network.programme()

    answers = await asyncio.gather(
        *(
            network.do("enrol", programme_id=programme_id, person_id=someone.id, role=Role.MENTEE)
            for _ in range(4)
        )
    )

    assert sorted(answer.code or "" for answer in answers) == ["", *["already-enrolled"] * 3]


async def test_many_are_enrolled_at_once_and_each_row_that_cannot_be_says_why(
    network: Network,
) -> None:
    people = [await network.joins() for _ in range(4)]
    await network.leaves(people[3])
    programme_id = await network.programme()
    rows = [
        {"person_id": people[0].id, "role": Role.MENTOR, "capacity": 3},
        {"person_id": people[1].id, "role": Role.MENTEE},
        {"person_id": people[1].id, "role": Role.MENTEE},
        {"person_id": people[2].id, "role": Role.MENTEE, "capacity": 1},
        {"person_id": people[3].id, "role": Role.MENTEE},
        {"person_id": uuid4(), "role": Role.MENTEE},
    ]
    first = await network.done("enrol-people", programme_id=programme_id, enrolments=rows)
    again = await network.done("enrol-people", programme_id=programme_id, enrolments=rows)
    long = await network.do("enrol-people", programme_id=programme_id, enrolments=rows * 84)

    assert (first.body["result"]["created"], first.body["result"]["unchanged"]) == (2, 1)
    assert [(row["row"], row["field"]) for row in first.body["result"]["refused"]] == [
        (3, "capacity"),
        (4, "person_id"),
        (5, "person_id"),
    ]
    assert (again.body["result"]["created"], again.body["result"]["unchanged"]) == (0, 3)
    assert again.body["written"] == []
    assert long.code == "invalid-command"


async def test_a_mentor_has_a_capacity_in_the_programme_too(network: Network) -> None:
    mentor = await network.mentor(capacity=5)
    mentees = [await network.joins() for _ in range(2)]
    programme_id = await network.programme()
    await network.enrol(programme_id, mentor, Role.MENTOR, capacity=1)
    for mentee in mentees:
        await network.enrol(programme_id, mentee, Role.MENTEE)
    answers = [await network.propose(programme_id, mentor, mentee) for mentee in mentees]

    assert [answer.code for answer in answers] == [None, "no-free-place"]


async def test_whoever_stops_offering_gets_nobody_new(network: Network) -> None:
    mentor, mentee = await network.mentor(capacity=5), await network.joins()
    programme_id = await network.programme()
    await network.enrol(programme_id, mentor, Role.MENTOR)
    await network.enrol(programme_id, mentee, Role.MENTEE)
    await network.tell(replace(mentor, offers_mentoring=False))

    assert (await network.propose(programme_id, mentor, mentee)).code == "no-free-place"


async def test_leaving_a_programme_ends_what_was_only_proposed(network: Network) -> None:
    mentor = await network.mentor(capacity=2)
    mentees = [await network.joins() for _ in range(2)]
    programme_id = await network.programme()
    mentor_enrolment = await network.enrol(programme_id, mentor, Role.MENTOR)
    for mentee in mentees:
        await network.enrol(programme_id, mentee, Role.MENTEE)
    active, _ = [await network.propose(programme_id, mentor, mentee) for mentee in mentees]
    await network.done("accept-pairing", mentor, pairing_id=active.id)
    await network.done("accept-pairing", mentees[0], pairing_id=active.id)

    foreign = await network.do("leave-programme", mentees[0], enrolment_id=mentor_enrolment)
    left = await network.do("leave-programme", mentor, enrolment_id=mentor_enrolment)
    again = await network.do("leave-programme", mentor, enrolment_id=mentor_enrolment)
    back = await network.enrol(programme_id, mentor, Role.MENTOR)

    assert (foreign.code, left.code, again.code) == ("not-allowed", None, "enrolment-left")
    assert [pairing.status for pairing in await network.pairings()] == [
        PairingStatus.ACTIVE,
        PairingStatus.ENDED,
    ]
    assert await network.load(mentor) == 1
    assert back != mentor_enrolment


async def test_tenants_do_not_see_one_another(network: Network) -> None:
    programme_id = await network.programme()
    elsewhere = Network(network.matching)
    answer = await elsewhere.do("close-programme", programme_id=programme_id)

    assert answer.code == "not-found"
