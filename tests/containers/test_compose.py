"""`docker compose up --wait`: the same platform, from images."""

import csv

import httpx2
import msgspec
import pytest

from cairn_local.first_run import Cast, Introduction
from contracts.catalogue import TOPICS
from support.compose import JSON, ComposeProject
from support.waiting import eventually

pytestmark = pytest.mark.containers

OURS = ("profiles", "matching", "sessions", "notifications", "gateway", "projector", "development")


async def test_the_main_job_is_played_through_its_ports(
    compose: ComposeProject, played: Cast
) -> None:
    introduction = msgspec.json.decode(played.introduction.read_bytes(), type=Introduction)
    with (played.folder / "people.csv").open(encoding="utf-8", newline="") as file:
        pair = {
            row["email"]
            for row in csv.DictReader(file)
            if row["subject"] in (introduction.mentee, introduction.mentor)
        }
    assert len(pair) == 2
    async with httpx2.AsyncClient() as http:

        async def both_have_mail() -> bool:
            address = f"http://127.0.0.1:{compose.settings.mail_port}/messages"
            mails: list[JSON] = (await http.get(address)).raise_for_status().json()
            return pair <= {recipient for mail in mails for recipient in mail["recipients"]}

        await eventually(both_have_mail)


async def test_every_container_is_confined(compose: ComposeProject) -> None:
    containers = await compose.containers()
    assert set(OURS) < set(containers)
    for service, container in containers.items():
        host = container["HostConfig"]
        assert host["ReadonlyRootfs"], service
        assert not host["Privileged"], service
        assert host["CapDrop"] == ["ALL"], service
        assert not host["CapAdd"], service
        assert "no-new-privileges:true" in host["SecurityOpt"], service
        assert host["Memory"] > 0, service
        assert host["NanoCpus"] > 0, service
        assert host["PidsLimit"] > 0, service
        assert container["Config"]["User"] not in {"", "root", "0"}, service
        bindings = (host["PortBindings"] or {}).values()
        addresses = {each["HostIp"] for binding in bindings for each in binding}
        assert addresses <= {"127.0.0.1"}, service


async def test_an_image_has_what_runs_and_no_tools_to_build(compose: ComposeProject) -> None:
    look = "id -u; for each in uv gcc cc make; do command -v $each || true; done"
    for service in OURS:
        assert await compose.run("exec", "-T", service, "sh", "-c", look) == "10001\n", service


async def test_what_serves_does_not_know_the_owners_password(compose: ComposeProject) -> None:
    for service, container in (await compose.containers()).items():
        told = {variable.partition("=")[0] for variable in container["Config"]["Env"]}
        privileged = told & {"CAIRN_DATABASE_OWNER", "CAIRN_DATABASE_SUPERUSER"}
        assert bool(privileged) == service.endswith("-prepare"), service


async def test_operators_commands_have_a_container_of_their_own(compose: ComposeProject) -> None:
    """It has every program, so that it can have each look at itself."""
    await compose.run("build", "operator")
    said = await compose.run("run", "--rm", "-T", "operator", "cairn", "topics", "--json")
    topics: list[JSON] = msgspec.json.decode(said)
    assert {topic["name"] for topic in topics} == set(TOPICS)
    assert all(not topic["differences"] for topic in topics)
    command = "cairn doctor --json || true"  # it finds the secrets for development
    said = await compose.run("run", "--rm", "-T", "operator", "sh", "-c", command)
    wrong = [found["what"] for found in msgspec.json.decode(said) if found["level"] == "wrong"]
    assert all(what.startswith("Everybody knows its") for what in wrong), wrong
