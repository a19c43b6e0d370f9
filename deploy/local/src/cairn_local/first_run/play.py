"""The main job, played: from a matching run to a session that was held, and the next one booked."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import msgspec

from cairn.client import Client
from cairn.troubles import Trouble
from cairn_local.errors import PlatformError
from cairn_local.first_run import documents
from cairn_local.first_run.cast import Cast
from cairn_local.first_run.documents import nodes
from cairn_local.first_run.introduction import Introduction
from cairn_local.first_run.loading import load_network, make_sample, open_programme, until
from cairn_local.folder import Folder
from cairn_local.report import Report
from cairn_local.settings import Settings

PAIRS = 12  # that accept on the first start; the other proposals wait for an answer
SOON = timedelta(seconds=3)  # a session is booked for the future, and recorded once it has begun

Pairing = dict[str, Any]


def play_here(settings: Settings) -> None:
    """Play on the running platform of these settings."""
    folder = Folder(settings.data.absolute())
    try:
        play(Cast(settings, folder.sample), Report(), people=settings.sample_people)
    except (Trouble, httpx2.HTTPError) as error:
        raise PlatformError(f"The sample network could not be played: {error}") from None


def play(cast: Cast, report: Report, *, people: int) -> None:
    """Play everything, and note whom a newcomer may sign in as."""
    make_sample(cast.folder, people, report)
    load_network(cast, report)
    programme_id = open_programme(cast, report)
    _match(cast, programme_id, report)
    couples = _begin(cast, programme_id, report)
    star = couples[0]
    subjects = cast.subjects()
    mentor, mentee = (subjects[star[side]["employeeNumber"]] for side in ("mentor", "mentee"))
    with cast.client(mentor) as as_mentor, cast.client(mentee) as as_mentee:
        _meet(as_mentor, as_mentee, star, report)
        _wait_for_post(as_mentor, as_mentee, report)
    introduction = Introduction(
        mentee=mentee,
        mentor=mentor,
        coordinator=cast.subject("coordinator"),
        administrator=cast.subject("administrator"),
    )
    cast.introduction.write_bytes(msgspec.json.encode(introduction))


def _match(cast: Cast, programme_id: str, report: Report) -> None:
    with (
        cast.coordinator() as coordinator,
        report.step("the coordinator runs matching", "The coordinator has run matching"),
    ):
        started = coordinator.command(
            documents.START_MATCHING_RUN, input={"programmeId": programme_id}
        )
        run_id = started["matchingRun"]["id"]
        run = until(lambda: _ended(coordinator.query(documents.RUN, id=run_id)["node"]))
        if run["status"] == "FAILED":
            raise PlatformError(f"The matching run failed: {run['failure']}")
        found = run["certificate"]
        until(lambda: len(list(_proposals(coordinator, programme_id))) >= found["proposed"])
    report.say(
        f"    {found['proposed']:,} pairs for {found['mentees']:,} mentees;"
        f" {found['unmatched']:,} wait for a free mentor; {found['firstChoices']:,} have the mentor"
        f" who fits best; {found['blockingPairs']} pairs would rather swap"
    )


def _ended(run: dict[str, Any] | None) -> dict[str, Any] | None:
    return run if run and run["status"] in ("COMPLETED", "FAILED") else None


def _begin(cast: Cast, programme_id: str, report: Report) -> list[Pairing]:
    """Some pairs accept, the best of those that join two sites first; returns them."""
    with cast.administrator() as administrator:  # she sees who signs in as what
        proposals = list(_proposals(administrator, programme_id))
    across = [each for each in proposals if _joins_sites(each)] or proposals
    couples = sorted(across, key=lambda each: (-each["score"], each["id"]))[:PAIRS]
    subjects = cast.subjects()
    with report.step("mentors and mentees accept", f"{len(couples)} pairs have accepted"):
        for couple in couples:
            for side in ("mentor", "mentee"):
                with cast.client(subjects[couple[side]["employeeNumber"]]) as client:
                    client.command(documents.ACCEPT_PAIRING, input={"pairingId": couple["id"]})
    return couples


def _proposals(client: Client, programme_id: str) -> Iterator[Pairing]:
    after = None
    while True:
        answer = client.query(documents.PROPOSALS, id=programme_id, after=after)
        pairings = answer["programme"]["pairings"]
        yield from nodes(pairings)
        if not pairings["pageInfo"]["hasNextPage"]:
            return
        after = pairings["pageInfo"]["endCursor"]


def _joins_sites(pairing: Pairing) -> bool:
    return pairing["mentor"]["site"] != pairing["mentee"]["site"]


def _meet(mentor: Client, mentee: Client, couple: Pairing, report: Report) -> None:
    """A goal, a first session that is held, feedback from both, and the next session."""
    pairing_id = couple["id"]
    skill = couple["mentee"]["skillsSought"][0]
    names = f"{couple['mentee']['fullName']} and {couple['mentor']['fullName']}"
    with report.step(f"{names} meet", f"{names} have met; both gave feedback"):
        goal = mentee.command(
            documents.SET_GOAL,
            input={
                "title": f"My next skill: {skill}",
                "description": "Use it in a project of my own, and show the team how.",
                "skill": skill,
                "dueOn": (datetime.now(UTC) + timedelta(days=120)).date().isoformat(),
                "pairingId": pairing_id,
            },
        )
        starts = datetime.now(UTC) + SOON
        session_id = _book(mentee, pairing_id, "Getting to know each other", starts)
        time.sleep(max(0.0, (starts - datetime.now(UTC)).total_seconds()))
        mentor.command(documents.RECORD_SESSION, input={"sessionId": session_id, "outcome": "HELD"})
        for client, rating, comment in (
            (mentee, 5, "Clear advice, and a plan for the next weeks."),
            (mentor, 5, "Came prepared, with good questions."),
        ):
            client.command(
                documents.GIVE_FEEDBACK,
                input={"sessionId": session_id, "rating": rating, "comment": comment},
            )
        mentee.command(documents.UPDATE_GOAL, input={"goalId": goal["goal"]["id"], "progress": 20})
    with report.step("booking the next session", "The next session is booked"):
        next_week = (datetime.now(UTC) + timedelta(days=14)).replace(
            hour=13, minute=0, second=0, microsecond=0
        )
        _book(mentor, pairing_id, f"First steps: {skill}", next_week)


def _book(client: Client, pairing_id: str, topic: str, starts: datetime) -> str:
    booked = client.command(
        documents.BOOK_SESSION,
        input={
            "pairingId": pairing_id,
            "topic": topic,
            "startsAt": starts.isoformat(),
            "endsAt": (starts + timedelta(minutes=45)).isoformat(),
            "place": "https://meet.aldermoor-group.example/mentoring",
        },
    )
    return booked["session"]["id"]


def _wait_for_post(mentor: Client, mentee: Client, report: Report) -> None:
    """Both have been told of the session that is to come."""
    with report.step("notifications arrive", "Both have it in their inboxes and in their mail"):
        for client in (mentor, mentee):
            until(lambda client=client: "SESSION_SCHEDULED" in _kinds(client))


def _kinds(client: Client) -> list[str]:
    viewer = client.query(documents.TOLD)["viewer"]
    return [each["kind"] for each in nodes(viewer["notifications"])]
