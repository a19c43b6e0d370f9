"""A coordinator tries before committing: rules in, dry runs, compare, edit, commit, explain."""

from dataclasses import dataclass
from typing import Any

import pytest

from support.api import Api, nodes
from support.organisation import Organisation, mentee, mentor
from support.running import JSON, RunningPlatform
from support.waiting import eventually

pytestmark = pytest.mark.platform

SKILLS = ("negotiation", "data analysis", "public speaking", "budgeting", "coaching")
MENTEES = 12
MODES = ("STABLE", "NETWORK", "CHOICE")

RUN = """query Run($id: ID!) { node(id: $id) { ... on MatchingRun {
    status progress edits certificate { ...Measures } drafts { totalCount } pairings { totalCount }
} } }
fragment Measures on Certificate {
    mode mentees places proposed unmatched totalScore meanScore lowestScore tenthPercentile
    firstChoices topThree blockingPairs largestRegret hardRuleViolations loadGini optimalityGap
    parity { attribute group mentees proposed firstChoices worse }
    shortages { kind name seekers places }
}"""

DRAFTS = """query Drafts($id: ID!) { node(id: $id) { ... on MatchingRun { drafts(first: 100) {
    edges { node { id score unmatched remedy mentee { id } mentor { id } reasons { sentence } } }
} } } }"""

COMPARED = """query Compared($id: ID!, $other: ID!) { node(id: $id) { ... on MatchingRun {
    drafts(differsFrom: $other, first: 100) { totalCount edges { node {
        mentee { id } mentor { id } score inRun(run: $other) { mentor { id } score }
    } } }
} } }"""

WAITING = """query Waiting($id: ID!) { programme(id: $id) {
    enrolments(waiting: true, orderBy: WAITING_SINCE_ASC) {
        edges { node { person { id } waiting { since reason remedy } } }
    }
} }"""

EXPLAINED = """{ viewer { pairings { edges { node {
    score reasons { sentence share } run { id } mentor { fullName }
} } } } }"""

TOLD = "{ viewer { notifications(kind: RUN_DRAFTED) { edges { node { title body } } } } }"


@dataclass
class Trial:
    """A programme, and its coordinator at work."""

    tenant: Organisation
    programme_id: str
    coordinator: Api

    async def dry_run(self, mode: str) -> str:
        payload = await self.coordinator.done(
            "startMatchingRun",
            "matchingRun { id }",
            programmeId=self.programme_id,
            dry=True,
            mode=mode,
            rules={"weightHours": 0.5},
        )
        run_id = payload["matchingRun"]["id"]
        await self.ended(run_id, "DRAFTED")
        await eventually(lambda: self._shows_drafts(run_id, MENTEES), within=60)
        return run_id

    async def _shows_drafts(self, run_id: str, count: int) -> bool:
        return (await self.run(run_id))["drafts"]["totalCount"] == count

    async def run(self, run_id: str) -> JSON:
        return (await self.coordinator.query(RUN, id=run_id))["node"]

    async def ended(self, run_id: str, status: str) -> JSON:
        async def run() -> JSON | None:
            run = await self.run(run_id)
            assert run["status"] != "FAILED"
            return run if run["status"] == status else None

        return await eventually(run, within=60)

    async def drafts(self, run_id: str) -> list[JSON]:
        return nodes((await self.coordinator.query(DRAFTS, id=run_id))["node"]["drafts"])


@pytest.fixture(scope="module")
async def trial(platform: RunningPlatform) -> Trial:
    tenant = Organisation(platform)
    await tenant.set_up()
    administrator = await tenant.administrator()
    await administrator.done(
        "importSites",
        "created",
        sites=[
            {
                "code": "SIN",
                "name": "Singapore Lab",
                "city": "Singapore",
                "country": "SG",
                "timeZone": "Asia/Singapore",
                "languages": ["en"],
            }
        ],
    )
    mentors = [
        mentor(f"mentor-{n}", skillsOffered=[SKILLS[n], SKILLS[(n + 1) % 5]], capacity=2)
        for n in range(5)
    ]
    mentees = [
        mentee(
            f"mentee-{n:02}",
            skillsSought=[SKILLS[n % 5], SKILLS[n % 3]],
            site="SIN" if n % 2 else "LIS",
            languages=["ja"] if n >= 10 else ["en"],
        )
        for n in range(MENTEES)
    ]
    await tenant.take_up({"employeeNumber": "coordinator"}, *mentors, *mentees)
    programme_id = await tenant.programme(
        coordinatorIds=[tenant.ids["coordinator"]], rules={"parity": ["site"]}
    )
    await administrator.done(
        "enrolPeople",
        "created",
        programmeId=programme_id,
        enrolments=[
            {"personId": tenant.ids[each["employeeNumber"]], "role": role}
            for role, people in (("MENTOR", mentors), ("MENTEE", mentees))
            for each in people
        ],
    )
    return Trial(tenant, programme_id, await tenant.api("coordinator"))


async def test_rules_in_dry_runs_compare_edit_commit_explain(trial: Trial) -> None:
    tried = {mode: await trial.dry_run(mode) for mode in MODES}
    certificates = {mode: (await trial.run(tried[mode]))["certificate"] for mode in MODES}
    _check_side_by_side(certificates)
    await _check_compared(trial, tried["STABLE"], tried["NETWORK"])
    await _check_unseen(trial, tried["NETWORK"])

    kept = await _edited(trial, tried["NETWORK"], certificates["NETWORK"])

    await trial.coordinator.done("commitMatchingRun", runId=tried["NETWORK"])
    committed = await trial.ended(tried["NETWORK"], "COMPLETED")
    assert committed["certificate"]["proposed"] == len(kept)
    await eventually(lambda: _settled(trial, tried["NETWORK"], len(kept)), within=60)
    for mode in ("STABLE", "CHOICE"):
        assert (await trial.run(tried[mode]))["status"] == "CANCELLED"
    await _check_waiting(trial)
    await _check_explained(trial, kept)
    await eventually(lambda: _is_told_thrice(trial), within=60)


def _check_side_by_side(certificates: dict[str, JSON]) -> None:
    for mode, each in certificates.items():
        assert each["mode"] == mode
        assert (each["mentees"], each["places"], each["unmatched"]) == (MENTEES, 10, 2)
        assert each["hardRuleViolations"] == 0
        assert {group["group"] for group in each["parity"]} == {
            "Lisbon Headquarters",
            "Singapore Lab",
        }
        assert {"kind": "language", "name": "Japanese", "seekers": 2, "places": 0} in each[
            "shortages"
        ]
    assert certificates["STABLE"]["blockingPairs"] == certificates["CHOICE"]["blockingPairs"] == 0
    assert certificates["NETWORK"]["totalScore"] >= certificates["STABLE"]["totalScore"]
    assert certificates["NETWORK"]["optimalityGap"] <= 0.001


async def _check_compared(trial: Trial, one: str, other: str) -> None:
    """Who changes, with before and after; as counted by hand."""
    mentors = [
        {each["mentee"]["id"]: each["mentor"] for each in await trial.drafts(run_id)}
        for run_id in (one, other)
    ]
    compared = (await trial.coordinator.query(COMPARED, id=one, other=other))["node"]["drafts"]
    told = {
        each["mentee"]["id"]: (each["mentor"], each["inRun"]["mentor"]) for each in nodes(compared)
    }
    assert told == {
        mentee_id: (mentor, mentors[1][mentee_id])
        for mentee_id, mentor in mentors[0].items()
        if mentor != mentors[1][mentee_id]
    }
    assert compared["totalCount"] == len(told)


async def _check_unseen(trial: Trial, run_id: str) -> None:
    [draft, *_] = await trial.drafts(run_id)
    member = await trial.tenant.api("mentee-00")
    for id_ in (run_id, draft["id"]):
        assert (await member.query("query N($id: ID!) { node(id: $id) { id } }", id=id_)) == {
            "node": None
        }
    refused = await member.refused("editDraft", draftId=draft["id"])
    assert refused["code"] == "not-allowed"


async def _edited(trial: Trial, run_id: str, before: JSON) -> dict[str, str]:
    """Give somebody's place to another mentee; the mentor of each mentee that is left."""
    drafts = [each for each in await trial.drafts(run_id) if each["mentor"]]
    one = drafts[0]
    other = next(each for each in drafts if each["mentor"] != one["mentor"])
    payload = await trial.coordinator.done(
        "editDraft",
        "draft { mentor { id } editedBy { id } } cost { totalScore menteeScore displacedScore "
        "blockingPairs } matchingRun { edits certificate { totalScore blockingPairs proposed } }",
        draftId=one["id"],
        mentorId=other["mentor"]["id"],
        insteadOf=other["mentee"]["id"],
    )
    assert payload["draft"]["mentor"] == other["mentor"]
    assert payload["draft"]["editedBy"]["id"] == trial.tenant.ids["coordinator"]
    cost, run = payload["cost"], payload["matchingRun"]
    assert cost["displacedScore"] == pytest.approx(-other["score"], abs=1e-3)
    after = run["certificate"]
    assert cost["totalScore"] == pytest.approx(after["totalScore"] - before["totalScore"])
    assert cost["blockingPairs"] == after["blockingPairs"] - before["blockingPairs"]
    assert (run["edits"], after["proposed"]) == (1, 9)
    now: dict[str, Any] = {each["mentee"]["id"]: each for each in await trial.drafts(run_id)}
    assert now[other["mentee"]["id"]]["unmatched"].startswith("A coordinator")
    return {key: each["mentor"]["id"] for key, each in now.items() if each["mentor"]}


async def _settled(trial: Trial, run_id: str, pairs: int) -> bool:
    run = await trial.run(run_id)
    return (run["drafts"]["totalCount"], run["pairings"]["totalCount"]) == (0, pairs)


async def _is_told_thrice(trial: Trial) -> bool:
    told = nodes((await trial.coordinator.query(TOLD))["viewer"]["notifications"])
    return [each["title"] for each in told] == ["Pathways: a dry run is ready"] * 3


async def _check_waiting(trial: Trial) -> None:
    async def listed() -> dict[str, JSON] | None:
        waiting = await trial.coordinator.query(WAITING, id=trial.programme_id)
        found = nodes(waiting["programme"]["enrolments"])
        return (
            {each["person"]["id"]: each["waiting"] for each in found} if len(found) == 3 else None
        )

    told = await eventually(listed, within=60)
    for number in ("mentee-10", "mentee-11"):
        place = told[trial.tenant.ids[number]]
        assert place["reason"] == "No mentor with a free place speaks Japanese."
        assert place["remedy"] == "2 more places with mentors who speak Japanese would do."


async def _check_explained(trial: Trial, kept: dict[str, str]) -> None:
    numbers = {id_: number for number, id_ in trial.tenant.ids.items()}
    mentee_api = await trial.tenant.api(numbers[next(iter(kept))])
    [pairing] = nodes((await mentee_api.query(EXPLAINED))["viewer"]["pairings"])
    assert pairing["reasons"]
    assert sum(each["share"] for each in pairing["reasons"]) == pytest.approx(pairing["score"])
    assert pairing["run"] is None  # runs are the coordinators'
