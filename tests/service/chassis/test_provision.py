"""A service's database and roles are made from what the service itself is told."""

import asyncio
import os
import sys
from urllib.parse import quote, urlsplit

import asyncpg
import pytest

PASSWORDS = {"owner": "o/w:n@er", "app": "ap'p", "pipe": "%70ipe"}


def told(superuser: str, service: str) -> dict[str, str]:
    host = urlsplit(superuser).netloc.rpartition("@")[2]
    return {"CAIRN_DATABASE_SUPERUSER": superuser} | {
        f"CAIRN_DATABASE_{kind.upper()}": (
            f"postgresql://{service}_{kind}:{quote(password, safe='')}@{host}/{service}"
        )
        for kind, password in PASSWORDS.items()
    }


async def provision(service: str, environment: dict[str, str]) -> tuple[int | None, str]:
    """The exit code, and what was said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chassis.provision", service),
        env=os.environ | environment,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    return process.returncode, said.decode()


async def test_each_role_can_sign_in_with_its_dsn(postgres: str) -> None:
    environment = told(postgres, "granite")
    for _ in range(2):
        assert await provision("granite", environment) == (0, "")
    for kind in PASSWORDS:
        connection = await asyncpg.connect(environment[f"CAIRN_DATABASE_{kind.upper()}"])
        assert await connection.fetchval("select current_user") == f"granite_{kind}"
        await connection.close()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"CAIRN_DATABASE_APP": "postgresql://slate_app:secret@localhost/slate"}, "granite_app"),
        ({"CAIRN_DATABASE_PIPE": "postgresql://granite_pipe@localhost/granite"}, "granite_pipe"),
        ({"CAIRN_DATABASE_OWNER": ""}, "granite_owner"),
    ],
)
async def test_a_dsn_of_another_role_is_refused(changed: dict[str, str], reason: str) -> None:
    environment = told("postgresql://nobody@localhost:1/postgres", "granite") | changed
    code, said = await provision("granite", environment)
    assert (code, reason in said, "secret" in said) == (1, True, False)


async def test_a_name_that_is_no_plain_name_is_refused() -> None:
    code, said = await provision("granite; drop database slate", {})
    assert (code, "lower-case letters" in said) == (2, True)
