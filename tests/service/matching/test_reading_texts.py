"""Reading texts in the background: once, by whoever is there, of nobody who is gone."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
import pytest
from msgspec.structs import replace

from chassis.relay import Relay
from chassis.service import Running
from chassis.unit import Unit
from contracts.matching import Role
from contracts.profiles import Position
from matching.domain.programme import CRITERIA
from matching.matcher.meaning import HIGHEST, Closeness
from matching.meaning import minilm
from matching.meaning.reading import Reader, Space, recipe
from matching.meaning.texts import Kind
from matching.reading_texts import OFF, Reading, model_files, read_texts
from matching.runner import Runner
from matching.settings import Meaning, Settings
from matching.store import meanings, unread
from support.harness import Harness
from support.network import Network
from support.waiting import eventually

pytestmark = pytest.mark.platform

HOPE = "I want to lead people one day and learn how others became managers."


@pytest.fixture
async def running(matching: Harness) -> Running:
    """Whoever a test of before has left unread is read."""
    running = Running("matching", matching.app, matching.pipe, Relay(dsn="", kafka="", service="x"))
    await read_all(by_letters(running))
    return running


def by_letters(running: Running) -> Reading:
    return Reading(running, None, recipe(None))


async def read_all(reading: Reading) -> int:
    """Let it read all; returns in how many turns."""
    turns = 0
    while await reading.turn():
        turns += 1
    return turns


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that is read from now on."""
    found: list[str] = []
    read = Reader.read

    def noticed(self: Reader, texts: Any) -> Any:
        found.extend(text for _, text in texts)
        return read(self, texts)

    monkeypatch.setattr(Reader, "read", noticed)
    return found


async def kept(network: Network) -> dict[tuple[UUID, str], asyncpg.Record]:
    async with network.matching.app.tenant(network.organisation_id) as connection:
        rows = await connection.fetch("select * from meanings")
    return {(row["person_id"], row["kind"]): row for row in rows}


def unit_in(network: Network, connection: Any) -> Unit:
    return Unit(
        connection,
        service="matching",
        organisation_id=network.organisation_id,
        cause=None,  # pyright: ignore  # nothing is announced
    )


async def test_a_text_is_read_once_until_it_changes(
    network: Network, running: Running, readings: list[str]
) -> None:
    mentee = await network.joins(aspiration=HOPE)
    mentor = await network.mentor(
        skills_offered=["leading people"], career=[Position(title="Buyer")]
    )
    await network.joins(job_title="Nobody's mentor")

    assert await read_all(by_letters(running)) == 1
    assert sorted(readings) == ["Engineer. Buyer. leading people.", HOPE]
    assert set(await kept(network)) == {(mentee.id, "aspiration"), (mentor.id, "experience")}

    await network.tell(replace(mentee, interests=["rowing"]))
    await network.tell(replace(mentor, skills_offered=["listening"]))
    await read_all(by_letters(running))
    assert readings[2:] == ["Engineer. Buyer. listening."]


async def test_what_says_nothing_any_more_is_dropped(network: Network, running: Running) -> None:
    mentee = await network.joins(aspiration=HOPE)
    leaver = await network.joins(aspiration=HOPE)
    mentor = await network.mentor(aspiration=HOPE)
    await read_all(by_letters(running))

    await network.tell(replace(mentee, aspiration="  "))
    await network.leaves(leaver)
    await network.tell(replace(mentor, offers_mentoring=False))
    await read_all(by_letters(running))

    assert set(await kept(network)) == {(mentor.id, "aspiration")}


async def test_who_was_interrupted_is_followed_by_another(
    network: Network, running: Running, matching: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    mentees = [await network.joins(aspiration=HOPE) for _ in range(3)]
    claims = await unread.claim(matching.pipe, 2)  # by somebody who dies then
    assert len(claims) == 2
    await read_all(by_letters(running))
    assert len(await kept(network)) == 1

    async with matching.pipe.transaction() as connection:  # the time of a claim passes
        await connection.execute("update unread set due_at = now()")
    await read_all(by_letters(running))

    assert {person_id for person_id, _ in await kept(network)} == {each.id for each in mentees}
    assert await unread.count(matching.pipe) == 0


@pytest.mark.parametrize("what", ["changed", "erased", "read by another"])
async def test_what_happens_meanwhile_wins(
    network: Network, running: Running, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Between claiming somebody and keeping what was found, the texts are read."""
    mentee = await network.joins(aspiration=HOPE)
    lock = unread.lock_claimed

    async def late(unit: Unit, claims: Any) -> set[UUID]:
        monkeypatch.setattr(unread, "lock_claimed", lock)
        match what:
            case "changed":
                await network.tell(replace(mentee, aspiration="Something else altogether"))
            case "erased":
                await network.erases(mentee)
            case _:
                async with running.pipe.transaction() as connection:
                    await connection.execute("update unread set due_at = now()")
                await read_all(by_letters(running))
        return await lock(unit, claims)

    monkeypatch.setattr(unread, "lock_claimed", late)
    await by_letters(running).turn()

    after = {key: row["fingerprint"] for key, row in (await kept(network)).items()}
    if what == "read by another":
        assert len(after) == 1
    else:
        assert after == {}  # it waits for its next reading, or for none
        await read_all(by_letters(running))
        assert len(await kept(network)) == (what == "changed")


async def test_nothing_is_left_of_whom_is_erased(network: Network, running: Running) -> None:
    mentor = await network.mentor(aspiration=HOPE)
    await read_all(by_letters(running))
    await network.tell(replace(mentor, aspiration=f"{HOPE} Now."))
    assert len(await kept(network)) == 2

    await network.erases(mentor)

    assert await kept(network) == {}
    assert await unread.count(running.pipe) == 0


async def test_another_way_of_reading_has_all_read_anew(
    network: Network, running: Running, readings: list[str]
) -> None:
    mentee = await network.joins(aspiration=HOPE)
    await unread.read_by(running.pipe, recipe(None))
    await read_all(by_letters(running))
    readings.clear()

    assert not await unread.read_by(running.pipe, recipe(None))
    assert await read_all(by_letters(running)) == 0

    assert await unread.read_by(running.pipe, OFF)
    await read_all(Reading(running, None, OFF))
    assert (await kept(network), readings) == ({}, [])

    assert await unread.read_by(running.pipe, recipe(None))
    await read_all(by_letters(running))
    assert set(await kept(network)) == {(mentee.id, "aspiration")}
    assert HOPE in readings


@pytest.mark.parametrize(
    ("wanted", "spaces"),
    [
        (Meaning.MODEL, {Space.MODEL}),
        (Meaning.LETTERS, {Space.LETTERS}),
        (Meaning.OFF, set[Space]()),
    ],
)
async def test_the_job_reads_as_it_is_told(
    network: Network,
    running: Running,
    monkeypatch: pytest.MonkeyPatch,
    wanted: Meaning,
    spaces: set[Space],
) -> None:
    told = Settings.model_construct(meaning=wanted)
    monkeypatch.setattr("matching.reading_texts.settings", lambda: told)
    await network.joins(aspiration=HOPE)

    async def all_is_read() -> bool:
        return await unread.count(running.pipe) == 0

    job = asyncio.create_task(read_texts(running))
    try:
        await eventually(all_is_read, within=60)
    finally:
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)

    assert {row["space"] for row in (await kept(network)).values()} == spaces


async def test_other_weights_are_as_good_as_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in minilm.SHA256:
        (tmp_path / name).write_text("something else")
    monkeypatch.setattr(minilm, "folder", lambda: tmp_path)
    assert model_files(Meaning.MODEL) is None


async def test_tenants_do_not_see_each_other(
    network: Network, matching: Harness, running: Running
) -> None:
    other = Network(matching)
    ours = await network.joins(aspiration=HOPE)
    theirs = await other.mentor(aspiration=HOPE, skills_offered=["becoming managers"])
    assert await read_all(by_letters(running)) == 1  # of both, in one turn

    assert {person_id for person_id, _ in await kept(network)} == {ours.id}
    async with matching.app.tenant(network.organisation_id) as connection:
        unit = unit_in(network, connection)
        assert await meanings.nearest(unit, ours.id, 5) == []
        found = await meanings.of_people(unit, [theirs.id, ours.id], Kind.ASPIRATION)
    assert found.space.tolist() == [0, Space.LETTERS.number]


async def test_by_the_model_what_is_near_in_meaning_is_near(
    network: Network, running: Running, installed: Path
) -> None:
    mentee = await network.joins(aspiration="I would like to take charge of a group of people.")
    leader = await network.mentor(job_title="Team manager", skills_offered=["staff supervision"])
    chemist = await network.mentor(job_title="Chemist", skills_offered=["chromatography"])
    german = await network.mentor(job_title="Abteilungsleiterin", skills_offered=["Führung"])
    await read_all(Reading(running, installed, recipe(installed)))

    async with network.matching.app.tenant(network.organisation_id) as connection:
        unit = unit_in(network, connection)
        near = await meanings.nearest(unit, mentee.id, 5)
        mentors = [chemist.id, leader.id, german.id, mentee.id]
        experience = await meanings.of_people(unit, mentors, Kind.EXPERIENCE)
        hopes = await meanings.of_people(unit, [mentee.id], Kind.ASPIRATION)

    assert [each.person_id for each in near] == [leader.id, chemist.id]
    assert near[0].cosine > near[1].cosine + 0.1
    assert experience.space.tolist() == [1, 1, 2, 0]
    shares = Closeness(hopes, experience).of(np.array([0]))[0] / HIGHEST
    assert shares[1] > shares[0]
    assert shares[2:].tolist() == [0, 0]


async def test_the_model_is_let_go_when_nothing_is_to_be_read(
    network: Network, running: Running, installed: Path
) -> None:
    await network.joins(aspiration=HOPE)
    reading = Reading(running, installed, recipe(installed))
    await read_all(reading)
    assert reading._reader is not None
    for _ in range(10):
        await reading.turn()
    assert reading._reader is None


@pytest.fixture
def installed() -> Path:
    files = minilm.folder()
    assert files is not None, "make setup installs the model's package"
    return files


ONLY_MEANING: dict[str, Any] = {
    f"weight_{criterion}": 0 for criterion in CRITERIA if criterion != "aspiration"
}


async def test_runs_and_pairs_by_hand_count_what_texts_mean(
    network: Network, running: Running, runner: Runner, installed: Path
) -> None:
    nurse = await network.joins(aspiration="Move from nursing into hospital management")
    speaker = await network.joins(aspiration="Be heard in larger meetings, present with confidence")
    director = await network.mentor(job_title="Clinic Director", skills_offered=["budgeting"])
    seller = await network.mentor(job_title="Sales Director", skills_offered=["public speaking"])
    await read_all(Reading(running, installed, recipe(installed)))
    programme_id, other = [await network.programme(rules=ONLY_MEANING) for _ in range(2)]
    for each in (programme_id, other):
        for mentee in (nurse, speaker):
            await network.enrol(each, mentee, Role.MENTEE)
        for mentor in (director, seller):
            await network.enrol(each, mentor, Role.MENTOR)

    await network.done("start-matching-run", programme_id=programme_id)
    assert await runner.step()

    run = {each.mentee_id: each for each in await network.pairings()}
    assert run[nurse.id].mentor_id == director.id
    assert run[speaker.id].mentor_id == seller.id
    [reason] = run[nurse.id].reasons
    assert reason.criterion == "aspiration"
    assert reason.sentence.endswith("what the mentor does: Clinic Director (budgeting).")
    assert 0 < reason.share <= 1

    await network.tell(replace(director, capacity=2))
    await network.propose(other, director, nurse)
    [by_hand] = [each for each in await network.pairings() if each.programme_id == other]
    assert by_hand.reasons == run[nurse.id].reasons
