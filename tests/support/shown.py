"""Mutations that must show what they did: of direction, of choosing, and of who takes part."""

from typing import Any

from support.api import Api, nodes
from support.organisation import Organisation
from support.running import JSON
from support.waiting import eventually


class Shown:
    """One person's mutations, each of which must show what it did; `names` has the mutations."""

    def __init__(self, api: Api, names: set[str]) -> None:
        self.api = api
        self._names = names

    async def __call__(self, name: str, shown: str, /, **given: Any) -> JSON:
        self._names.add(name)
        return await self.api.done(name, shown, **given)


async def direction(person: Shown) -> None:
    """An assessment, career paths, a roadmap with a milestone; and all of it forgotten."""
    found = await person.api.query('{ occupations(search: "software developer") { uri } }')
    target = found["occupations"][0]["uri"]
    payload = await person("assess", "assessment { id strengths }", strengths=["Patience"])
    assert payload["assessment"]["strengths"] == ["Patience"]
    assessment_id = payload["assessment"]["id"]
    payload = await person("exploreCareerPaths", "careerPaths { paths { fit } }", target=target)
    assert payload["careerPaths"] is not None

    shown = "roadmap { id title milestones { id title } }"
    drawn = (await person("drawRoadmap", shown, target=target, title="To code"))["roadmap"]
    assert drawn["title"] == "To code"
    given = {"roadmapId": drawn["id"]}
    payload = await person("changeRoadmap", shown, **given, title="To code well")
    assert payload["roadmap"]["title"] == "To code well"
    payload = await person("addMilestone", shown, **given, title="A first program")
    [milestone] = payload["roadmap"]["milestones"]
    given["milestone"] = milestone["id"]
    payload = await person("changeMilestone", shown, **given, title="A program")
    assert payload["roadmap"]["milestones"] == [milestone | {"title": "A program"}]
    payload = await person("removeMilestone", shown, **given)
    assert payload["roadmap"]["milestones"] == []
    await person("forgetRoadmap", "current", roadmapId=drawn["id"])
    await person("forgetAssessment", "current", assessmentId=assessment_id)


async def choosing(
    administrator: Shown, mentor: Shown, mentee: Shown, tenant: Organisation
) -> None:
    """Ana and Cai in a programme of their own: what is asked, withdrawn, declined and accepted."""
    programme_id = await _programme(administrator, tenant)
    given = {"programmeId": programme_id, "mentorId": tenant.ids["ana"]}
    payload = await mentee(
        "suggestMentors",
        "suggestions { mentors { mentor { id } } }",
        enrolmentId=await _enrolment(mentee, programme_id),
    )
    assert payload["suggestions"] == {"mentors": [{"mentor": {"id": tenant.ids["ana"]}}]}

    shown = "exclusion { id other { id } }"
    payload = await mentee("excludePerson", shown, otherId=tenant.ids["ana"])
    assert payload["exclusion"]["other"] == {"id": tenant.ids["ana"]}
    await mentee("liftExclusion", "current", exclusionId=payload["exclusion"]["id"])
    payload = await administrator(
        "keepApart",
        "exclusion { id }",
        programmeId=programme_id,
        personId=tenant.ids["ana"],
        otherId=tenant.ids["cai"],
    )
    await administrator("liftExclusion", "current", exclusionId=payload["exclusion"]["id"])

    shown = "request { id status }"
    asked = (await mentee("askMentor", shown, **given))["request"]
    payload = await mentee("withdrawRequest", shown, requestId=asked["id"])
    assert payload["request"]["status"] == "WITHDRAWN"
    asked = (await mentee("askMentor", shown, **given))["request"]
    payload = await mentor("acceptRequest", f"{shown} pairing {{ status }}", requestId=asked["id"])
    assert payload["request"]["status"] == "ACCEPTED"
    assert payload["pairing"] == {"status": "ACTIVE"}

    given["programmeId"] = await _programme(administrator, tenant)
    asked = (await mentee("askMentor", shown, **given))["request"]
    payload = await mentor("declineRequest", shown, requestId=asked["id"])
    assert payload["request"]["status"] == "DECLINED"


async def taking_part(administrator: Shown, mentee: Shown, tenant: Organisation) -> None:
    """Consent, a pause and a shortlist; then a dry run is changed, and one given up."""
    programme_id = await _programme(administrator, tenant)
    given = {"enrolmentId": await _enrolment(mentee, programme_id)}
    shown = "enrolment { status consentedAt ranked { person { id } } }"
    payload = await mentee("consentToMatching", shown, **given)
    assert payload["enrolment"]["consentedAt"]
    payload = await mentee("withdrawConsent", shown, **given)
    assert payload["enrolment"]["consentedAt"] is None
    payload = await mentee("pauseEnrolment", shown, **given)
    assert payload["enrolment"]["status"] == "PAUSED"
    payload = await mentee("resumeEnrolment", shown, **given)
    assert payload["enrolment"]["status"] == "ACTIVE"
    payload = await mentee("rankPeople", shown, **given, personIds=[tenant.ids["ana"]])
    assert payload["enrolment"]["ranked"] == [{"person": {"id": tenant.ids["ana"]}}]

    run_id, draft_id = await _drafted(administrator, programme_id)
    payload = await administrator(
        "editDraft", "draft { mentor { employeeNumber } }", draftId=draft_id
    )
    assert payload["draft"] == {"mentor": None}
    other_id, _ = await _drafted(administrator, programme_id)
    payload = await administrator("cancelMatchingRun", "matchingRun { status }", runId=other_id)
    assert payload["matchingRun"] == {"status": "CANCELLED"}
    payload = await administrator("commitMatchingRun", "matchingRun { id }", runId=run_id)
    assert payload["matchingRun"] == {"id": run_id}


async def _programme(administrator: Shown, tenant: Organisation) -> str:
    """A new programme, in which Ana is a mentor and Cai a mentee."""
    programme_id = await tenant.programme()
    for who, role in (("ana", "MENTOR"), ("cai", "MENTEE")):
        await administrator(
            "enrol",
            "enrolment { role }",
            programmeId=programme_id,
            personId=tenant.ids[who],
            role=role,
        )
    return programme_id


async def _enrolment(person: Shown, programme_id: str) -> str:
    """The only enrolment that a person sees of a programme's: their own."""
    query = "query Of($id: ID!) { programme(id: $id) { enrolments { edges { node { id } } } } }"
    programme = (await person.api.query(query, id=programme_id))["programme"]
    [own] = nodes(programme["enrolments"])
    return own["id"]


async def _drafted(administrator: Shown, programme_id: str) -> tuple[str, str]:
    """A dry run that is ready, and its only draft."""
    payload = await administrator(
        "startMatchingRun", "matchingRun { id }", programmeId=programme_id, dry=True
    )
    run_id = payload["matchingRun"]["id"]
    query = """query Of($id: ID!) { node(id: $id) { ... on MatchingRun {
      status drafts { edges { node { id } } } } } }"""

    async def drafts() -> list[JSON]:
        run = (await administrator.api.query(query, id=run_id))["node"]
        return nodes(run["drafts"]) if run["status"] == "DRAFTED" else []

    [draft] = await eventually(drafts)
    return run_id, draft["id"]
