"""I10: a client that dies, and what bad input is answered."""

import random
import signal
from pathlib import Path
from uuid import uuid4

import pytest

from cairn_local.processes import Program, python, running
from cairn_local.settings import variable
from chassis.identity import Caller
from support.experiments import Experiment
from support.journal import read_journals
from support.oracle import at_rest, judge
from support.running import RunningPlatform, python_path
from support.waiting import eventually

pytestmark = pytest.mark.platform

BAD = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'{"title": 1}',
    b'{"title": "A", "unknown": 1}',
    b'{"title": "\\u0000"}',
    b'{"title": "\\ud800"}',
    b'{"title": "\xff"}',
    b'{"title": "A", "due_on": "never"}',
    b'{"title": 1e400}',
    b"[" * 100_000,
    b'{"title": "' + b"x" * 2_000_000 + b'"}',
)


def program(platform: RunningPlatform, *arguments: str) -> Program:
    settings = platform.settings
    ports = {name: str(port) for name, port, _ in settings.ports()}
    environment = ports | {variable("data"): str(settings.data), "PYTHONPATH": python_path()}
    return python("load", "support.load_program", *arguments, environment=environment)


@pytest.mark.experiment("client killed")
async def test_the_journal_of_a_killed_client_is_judged(
    platform: RunningPlatform, experiment: Experiment, tmp_path: Path
) -> None:
    """What it had sent and heard no answer of is there in whole or not at all."""
    journal, organisation_id = tmp_path / "journal", uuid4()
    load = program(platform, str(journal), str(organisation_id), str(experiment.seed))

    def noted() -> int:
        return journal.read_bytes().count(b"\n") if journal.exists() else 0

    enough = 100 + experiment.chance.randrange(50)
    async with running(load, platform.folder.log("load")) as process:
        await eventually(lambda: noted() >= enough, within=60, every=0.002)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    experiment.did("kill -9 of the client")
    await eventually(lambda: at_rest(platform), within=120, every=0.5)
    entries = read_journals([journal])
    open_at_its_death = [entry for entry in entries if entry.outcome == "pending"]
    print(f"{len(open_at_its_death)} commands were under way")
    verdict = await judge(platform, organisation_id, entries)
    experiment.commands = len(entries)
    experiment.violations += verdict.violations
    assert verdict.events > 0


async def test_bad_input_is_the_clients_fault_and_said_to_be(platform: RunningPlatform) -> None:
    caller = Caller(subject=str(uuid4()), organisation_id=uuid4(), person_id=uuid4())
    for body in BAD:
        answer = await platform.command("sessions", "set-goal", caller, str(uuid4()), body)
        assert 400 <= answer.status_code < 500, (body[:40], answer.text)
        assert answer.json()["refusal"]["code"], body[:40]
    for key in ("", "x" * 201, "a\tb"):
        answer = await platform.command("sessions", "set-goal", caller, key, b'{"title": "A"}')
        assert answer.status_code == 400, answer.text


async def test_a_seed_repeats_its_schedule() -> None:
    def schedule(seed: int) -> list[float]:
        chance = Experiment("any", seed).chance
        return [chance.random() for _ in range(5)]

    seed = random.randrange(2**32)
    assert schedule(seed) == schedule(seed)
    assert schedule(seed) != schedule(seed + 1)
