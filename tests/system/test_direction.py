"""From an assessment to whom to ask: where somebody wants to go, through the API alone."""

from typing import Any

import pytest

from support.api import Api, nodes
from support.organisation import Organisation, mentee, mentor
from support.running import RunningPlatform
from support.waiting import eventually

pytestmark = pytest.mark.platform

OCCUPATIONS = "query Find($text: String!) { occupations(search: $text) { uri title } }"
PATHS = """careerPaths { title paths { fit reasons { criterion sentence }
    steps { title people needs { label level } } } }"""
ROADMAP = """roadmap { id title progress path { title } skills { label }
    milestones { id title doneAt } }"""
WHO = """
query Who { viewer { roadmaps { edges { node { progress
    walkedBy { edges { node { fullName jobTitle } } } arrived { totalCount } } } } } }
"""
LIKINGS = {"R": 2, "I": 5, "A": 3, "S": 2, "E": 1, "C": 4}


async def uri(api: Api, text: str) -> str:
    found: list[dict[str, str]] = (await api.query(OCCUPATIONS, text=text))["occupations"]
    return next(each["uri"] for each in found if each["title"] == text)


async def test_assess_explore_draw_tick_and_whom_to_ask(platform: RunningPlatform) -> None:
    tenant = Organisation(platform)
    await tenant.set_up()
    admin = await tenant.administrator()
    developer = await uri(admin, "software developer")
    designer = await uri(admin, "embedded system designer")
    went: dict[str, Any] = {
        "occupation": designer,
        "career": [{"title": "Programmer", "occupation": developer}],
    }
    await tenant.take_up(
        mentee("mia", occupation=developer, jobTitle="Programmer"),
        mentor("max", familyName="Okafor", jobTitle="System designer", **went),
        mentor("hid", **went),
        *({"employeeNumber": f"m{number}"} | went for number in range(8)),
    )
    hidden = await tenant.api("hid")
    await hidden.done("updateProfile", personId=tenant.ids["hid"], visibility="PRIVATE")
    mia = await tenant.api("mia")

    answers = [
        {"statement": f"{theme}{number}", "liking": liking}
        for theme, liking in LIKINGS.items()
        for number in (1, 2, 3, 4)
    ]
    skills = [{"label": "computer programming", "level": 4}]
    shown = "assessment { interests { theme score } skills { level skill } }"
    made = await mia.done("assess", shown, answers=answers, skills=skills, values=["ACHIEVEMENT"])
    assert made["assessment"]["interests"][0] == {"theme": "INVESTIGATIVE", "score": 1.0}

    explored = await mia.done("exploreCareerPaths", PATHS, target=designer)
    paths = explored["careerPaths"]["paths"]
    assert explored["careerPaths"]["title"] == "software developer"
    assert paths[0]["steps"][-1]["title"] == "embedded system designer"
    assert {each["criterion"] for each in paths[0]["reasons"]} == {"interests", "skills", "values"}
    assert len(paths) > 1
    assert all(step["people"] in (None, 10) for path in paths for step in path["steps"])
    # Ten people made the move, and so it is a step.
    assert [(step["title"], step["people"]) for step in paths[0]["steps"]] == [
        ("embedded system designer", 10)
    ]

    drawn = (await mia.done("drawRoadmap", ROADMAP, target=designer, tellMatching=True))["roadmap"]
    assert [stop["title"] for stop in drawn["path"]] == [
        "software developer",
        "embedded system designer",
    ]
    assert drawn["skills"]
    added = await mia.done(
        "addMilestone", ROADMAP, roadmapId=drawn["id"], title="Draw the block diagram"
    )
    [milestone] = added["roadmap"]["milestones"]
    ticked = await mia.done(
        "changeMilestone", ROADMAP, roadmapId=drawn["id"], milestone=milestone["id"], done=True
    )
    assert ticked["roadmap"]["milestones"][0]["doneAt"] is not None
    assert ticked["roadmap"]["progress"] == 1 / (1 + len(drawn["skills"]))

    async def hidden_is_hidden() -> bool:
        [roadmap] = nodes((await mia.query(WHO))["viewer"]["roadmaps"])
        asked = nodes(roadmap["walkedBy"])
        assert {"fullName": "Ines Okafor", "jobTitle": "System designer"} in asked
        return len(asked) == 1 and roadmap["arrived"]["totalCount"] == 1

    await eventually(hidden_is_hidden)

    admins = "query Of($id: ID!) { node(id: $id) { id } }"
    assert await admin.query(admins, id=drawn["id"]) == {"node": None}
    assert (await mia.refused("drawRoadmap", target="nowhere"))["code"] == "unknown-occupation"

    await mia.done("forgetRoadmap", roadmapId=drawn["id"])
    assert nodes((await mia.query(WHO))["viewer"]["roadmaps"]) == []
