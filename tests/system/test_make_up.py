"""What `make up`, `make status` and `make down` do, as a person at a terminal sees it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import pytest

from cairn_local.settings import Settings, variable
from support.servers import free_ports

STARTS_WITHIN = 240.0  # seconds


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    names = [name for name in Settings.model_fields if name.endswith("_port")]
    ports = zip(names, free_ports(len(names)), strict=True)
    data = tmp_path_factory.mktemp("up") / "data"
    return {variable(name): str(port) for name, port in ports} | {
        "CAIRN_DATA": str(data),
        "CAIRN_SAMPLE_PEOPLE": "0",
    }


@asynccontextmanager
async def cairn_local(
    command: str, environment: Mapping[str, str]
) -> AsyncGenerator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cairn_local", command),
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await process.communicate()


async def said(command: str, environment: Mapping[str, str]) -> tuple[int | None, str]:
    """The exit code and the output of a command that ends by itself."""
    async with cairn_local(command, environment) as process:
        output, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, output.decode()


async def until_banner(process: asyncio.subprocess.Process) -> str:
    """The output up to the banner's last line."""
    assert process.stdout is not None
    lines: list[str] = []
    async with asyncio.timeout(STARTS_WITHIN):
        async for line in process.stdout:
            lines.append(line.decode())
            if "make clean" in lines[-1]:
                return "".join(lines)
    pytest.fail(f"it ended before it was up:\n{''.join(lines)}")


@pytest.mark.platform
async def test_it_starts_is_looked_at_is_stopped_and_is_removed(
    environment: dict[str, str],
) -> None:
    async with cairn_local("up", environment) as up:
        banner = await until_banner(up)
        assert f"http://localhost:{environment['CAIRN_GATEWAY_PORT']}/graphql" in banner

        code, output = await said("status", environment)
        assert (code, output.count("ready")) == (0, 6), output
        code, output = await said("up", environment)
        assert (code, "already runs" in output) == (1, True), output
        code, output = await said("clean", environment)
        assert (code, "stop it first" in output) == (1, True), output

        code, output = await said("down", environment)
        assert (code, "stopped" in output) == (0, True), output
        assert await asyncio.wait_for(up.wait(), 10) == 0

    code, output = await said("status", environment)
    assert (code, output) == (3, "Cairn does not run here.\n")
    assert await said("clean", environment) == (
        0,
        f"Removed the data in {environment['CAIRN_DATA']}.\n",
    )
