"""Who sees what: each rule, and that no path leads around it."""

from typing import Any

import pytest

from gateway.planner import global_id
from support.reading.office import Office
from support.reading.store import fill

ALL = {"ana", "ben", "gus", "eve", "cleo", "fay", "dan", "hal"}
SEEN_BY = {
    "organisation": ALL,
    "lisbon": ALL,
    "programme": ALL,
    "cleo": ALL,  # visible to the network
    "fay": ALL,
    "eve": {"eve", "ana", "ben", "gus", "dan"},  # to her site, and to the administrator
    # private: partners, whom she asks, coordinator, administrator
    "ana": {"ana", "ben", "gus", "hal", "cleo", "dan"},
    "ben": {"ben", "ana", "dan"},
    "gus": {"gus", "ana", "dan"},
    "dan": {"dan"},
    "hal": {"hal", "ana", "dan"},
    "enrolment": {"ana", "cleo", "dan"},
    "run": {"cleo", "dan"},
    "pairing": {"ana", "ben", "cleo", "dan"},
    "former": {"ana", "gus", "cleo", "dan"},
    "suggestions": {"ana", "cleo", "dan"},
    "apart": {"ana"},
    "kept_apart": {"cleo", "dan"},
    "request": {"ana", "hal", "cleo", "dan"},
    "held": {"ana", "ben"},
    "coming": {"ana", "ben"},
    "goal": {"ana", "ben"},  # the mentor of the active pairing, no longer the former one
    "assessment": {"ana", "ben"},  # of which he sees a part
    "career_paths": {"ana"},
    "roadmap": {"ana", "ben"},
    "feedback": {"ana", "ben"},
    "told": {"ana"},
    "preferences": {"ana"},
}


def roles_of(name: str) -> tuple[str, ...]:
    return ("administrator",) if name == "dan" else ()


@pytest.mark.parametrize("name", sorted(ALL))
async def test_each_rule(ask: Any, office: Office, name: str) -> None:
    viewer = office.viewer(getattr(office, name), *roles_of(name))
    rows = {each: getattr(office, each) for each in SEEN_BY}
    ids = [global_id(type(row).__name__, row.id) for row in rows.values()]

    data = await ask(viewer, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)

    seen = {each for each, node in zip(rows, data["nodes"], strict=True) if node is not None}
    assert seen == {each for each, viewers in SEEN_BY.items() if name in viewers}


async def test_addresses_and_numbers_of_hr_files(ask: Any, office: Office) -> None:
    ben = global_id("Person", office.ben.id)
    text = "query ($id: ID!) { node(id: $id) { ... on Person { email employeeNumber } } }"
    seen = {
        name: (await ask(office.viewer(getattr(office, name), *roles_of(name)), text, id=ben))[
            "node"
        ]
        for name in ("ben", "ana", "dan", "fay")
    }
    assert seen == {
        "ben": {"email": "ben@example.com", "employeeNumber": "E-Ben"},
        "ana": {"email": "ben@example.com", "employeeNumber": None},
        "dan": {"email": "ben@example.com", "employeeNumber": "E-Ben"},
        "fay": None,
    }
    fay = global_id("Person", office.fay.id)
    unrelated = await ask(office.viewer(office.ana), text, id=fay)
    assert unrelated["node"] == {"email": None, "employeeNumber": None}


async def test_no_path_leads_around_a_rule(ask: Any, office: Office) -> None:
    """Fay may see Ana's programme, but nothing that is Ana's through it."""
    text = """{
        programme: programmes { edges { node {
            enrolments { totalCount edges { node { id } } }
            pairings { totalCount edges { node { mentee { id } } pageInfo: cursor } }
            matchingRuns { totalCount pageInfo { hasNextPage startCursor } }
        } } }
        people { edges { node { givenName } } }
    }"""
    data = await ask(office.viewer(office.fay), text.replace("pageInfo: cursor", ""))
    assert data["programme"]["edges"] == [
        {
            "node": {
                "enrolments": {"totalCount": 0, "edges": []},
                "pairings": {"totalCount": 0, "edges": []},
                "matchingRuns": {
                    "totalCount": 0,
                    "pageInfo": {"hasNextPage": False, "startCursor": None},
                },
            }
        }
    ]
    names = [each["node"]["givenName"] for each in data["people"]["edges"]]
    assert names == ["Cleo", "Fay"]


async def test_what_a_coordinator_sees_of_a_pairing_ends_at_its_sessions(
    ask: Any, office: Office
) -> None:
    text = """query ($id: ID!) { node(id: $id) { ... on Pairing {
        mentee { givenName goals { totalCount } } mentor { givenName }
        sessions { totalCount } goals { totalCount } nextSession { topic }
    } } }"""
    pairing = global_id("Pairing", office.pairing.id)
    data = await ask(office.viewer(office.cleo), text, id=pairing)
    assert data["node"] == {
        "mentee": {"givenName": "Ana", "goals": {"totalCount": 0}},
        "mentor": None,  # Ben keeps to himself, and takes part in nothing of hers
        "sessions": {"totalCount": 0},
        "goals": {"totalCount": 0},
        "nextSession": None,
    }


async def test_one_whose_profile_is_on_its_way(ask: Any, office: Office) -> None:
    text = "{ viewer { id } people { edges { node { givenName } } } organisation { name } }"
    data = await ask(office.viewer(None), text)
    assert data["viewer"] is None
    assert [each["node"]["givenName"] for each in data["people"]["edges"]] == ["Cleo", "Fay"]
    assert data["organisation"] == {"name": "Atlântica"}


async def test_two_organisations_share_nothing(ask: Any, office: Office, read_model: Any) -> None:
    """Not even with a viewer and ids of the one in the other, as its administrator."""
    other = Office()
    await fill(read_model.pipe, other.rows)
    ids = [global_id(type(row).__name__, row.id) for row in other.rows]
    text = """query ($ids: [ID!]!, $site: ID, $programme: ID!) {
        nodes(ids: $ids) { id }
        programme(id: $programme) { id }
        people(site: $site) { totalCount }
        all: people(first: 100) { totalCount edges { node { id site { id } } } }
        sites { totalCount } programmes { totalCount } organisation { id }
        viewer { id }
    }"""
    viewer = office.viewer(other.ana, "administrator")
    data = await ask(
        viewer,
        text,
        ids=ids,
        site=global_id("Site", other.lisbon.id),
        programme=global_id("Programme", other.programme.id),
    )
    assert set(map(bool, data["nodes"])) == {False}
    assert data["programme"] is None
    assert data["viewer"] is None
    assert data["people"]["totalCount"] == 0
    assert (data["sites"]["totalCount"], data["programmes"]["totalCount"]) == (2, 1)
    assert data["organisation"] == {"id": global_id("Organisation", office.id)}
    ours = {global_id("Person", each.id) for each in office.rows if hasattr(each, "given_name")}
    assert {each["node"]["id"] for each in data["all"]["edges"]} == ours
