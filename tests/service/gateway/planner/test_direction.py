"""Where people want to go, as the API shows it: one's own, what is shared, and whom to ask."""

from typing import Any

import pytest

from support.reading.office import Office

pytestmark = pytest.mark.platform

OWN = """{ viewer {
    assessment { strengths values skills { label } answers { liking } shared }
    careerPaths { paths { fit steps { title people needs { label } } } }
    roadmaps { edges { node { title progress milestonesDone milestoneCount
        milestones { title doneAt } path { title }
        walkedBy { edges { node { givenName } } } arrived { totalCount } } } } } }"""
OTHERS = """query ($id: ID!) { node(id: $id) { ... on Person {
    assessment { strengths values answers { liking } } careerPaths { id }
    roadmaps { totalCount edges { node { title } } } } } }"""


async def test_all_of_ones_own(office: Office, ask: Any) -> None:
    [mine] = (await ask(office.viewer(office.ana), OWN)).values()

    assert mine["assessment"] == {
        "strengths": ["patience"],
        "values": ["INDEPENDENCE"],
        "skills": [],
        "answers": [],
        "shared": ["STRENGTHS"],
    }
    assert mine["careerPaths"]["paths"] == [
        {"fit": 0.5, "steps": [{"title": "team leader", "people": None, "needs": []}]}
    ]
    [edge] = mine["roadmaps"]["edges"]
    roadmap = edge["node"]
    assert (roadmap["progress"], roadmap["milestonesDone"], roadmap["milestoneCount"]) == (
        0.5,
        1,
        2,
    )
    assert [stop["title"] for stop in roadmap["path"]] == ["engineer", "team leader"]
    assert roadmap["walkedBy"]["edges"] == [{"node": {"givenName": "Ben"}}]
    assert roadmap["arrived"]["totalCount"] == 1


async def test_a_partner_sees_what_is_shared_and_nothing_else(office: Office, ask: Any) -> None:
    id_ = f"Person:{office.ana.id}"
    [seen] = (await ask(office.viewer(office.ben), OTHERS, id=id_)).values()

    assert seen["assessment"] == {"strengths": ["patience"], "values": None, "answers": None}
    assert seen["careerPaths"] is None
    assert seen["roadmaps"]["edges"] == [{"node": {"title": "To team leader"}}]


@pytest.mark.parametrize("who", ["gus", "cleo", "dan", "fay"])
async def test_a_former_mentor_a_coordinator_and_an_administrator_see_none(
    office: Office, ask: Any, who: str
) -> None:
    viewer = office.viewer(getattr(office, who), *(["administrator"] if who == "dan" else []))
    for id_ in (office.assessment.id, office.career_paths.id, office.roadmap.id):
        for type_ in ("Assessment", "CareerPaths", "Roadmap"):
            found = await ask(
                viewer, "query ($id: ID!) { node(id: $id) { id } }", id=f"{type_}:{id_}"
            )
            assert found == {"node": None}
    [seen] = (await ask(viewer, OTHERS, id=f"Person:{office.ana.id}")).values()
    if seen is not None:
        assert (seen["assessment"], seen["careerPaths"], seen["roadmaps"]["totalCount"]) == (
            None,
            None,
            0,
        )


async def test_who_walked_it_is_shown_only_to_whom_may_see_them(office: Office, ask: Any) -> None:
    """Ben keeps to himself: his mentee sees him. Were the roadmap Fay's, she would not."""
    walked = """{ viewer { roadmaps { edges { node { walkedBy { totalCount } } } } } }"""
    found = await ask(office.viewer(office.ana), walked)
    assert found["viewer"]["roadmaps"]["edges"][0]["node"]["walkedBy"]["totalCount"] == 1
    hidden = "query ($id: ID!) { node(id: $id) { id } }"
    assert await ask(office.viewer(office.fay), hidden, id=f"Person:{office.ben.id}") == {
        "node": None
    }


async def test_occupations_are_the_same_for_everybody(office: Office, ask: Any) -> None:
    text = """query ($uri: String!) {
        occupations(search: "sofware dev") { title uri skillLevel themes listed }
        occupation(uri: $uri) { title groupTitle onetCode skills { label } }
        nothing: occupation(uri: "none") { title }
        nobody: occupations(search: "") { title } }"""
    uri = "http://data.europa.eu/esco/occupation/f2b15a0e-e65a-438a-affb-29b9d50b77d1"

    found = await ask(office.viewer(office.fay), text, uri=uri)

    assert found["occupations"][0] == {
        "title": "software developer",
        "uri": uri,
        "skillLevel": 4,
        "themes": ["INVESTIGATIVE", "CONVENTIONAL", "REALISTIC"],
        "listed": True,
    }
    assert (found["occupation"]["groupTitle"], found["occupation"]["onetCode"]) == (
        "Software developers",
        "15-1252.00",
    )
    assert {"label": "debug software"} in found["occupation"]["skills"]
    assert (found["nothing"], found["nobody"]) == (None, [])
