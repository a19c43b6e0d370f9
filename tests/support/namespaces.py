"""A network namespace with a link of its own to each server: links can be cut, one way or both."""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass


def missing() -> str | None:
    """Why there can be no namespaces here, in a sentence; None where there can."""
    if os.geteuid() != 0:
        return "Network namespaces need root."
    tools = [name for name in ("ip", "nft") if shutil.which(name) is None]
    return f"Network namespaces need {' and '.join(tools)}." if tools else None


async def run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL
    )
    _, said = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {said.decode().strip()}")


@dataclass(frozen=True)
class Link:
    """Between a server, on the machine's side, and the namespace."""

    name: str
    namespace: str
    server: str  # the address that the server listens on
    client: str  # the address within the namespace

    @property
    def device(self) -> str:
        """The namespace's end of it."""
        return f"in-{self.name}"

    async def make_chains(self) -> None:
        await self._nft("add", "table", "inet", self.name)
        for chain, hook in (("in", "input"), ("out", "output")):
            hooked = f"{{ type filter hook {hook} priority 0; }}"
            await self._nft("add", "chain", "inet", self.name, chain, hooked)

    async def cut(self, *, sent: bool = True, received: bool = True) -> None:
        """Drop what is sent, received, or both; nobody is told."""
        for is_cut, chain, way in ((sent, "out", "oifname"), (received, "in", "iifname")):
            if is_cut:
                await self._nft("add", "rule", "inet", self.name, chain, way, self.device, "drop")

    async def heal(self) -> None:
        await run("ip", "-n", self.namespace, "link", "set", self.device, "up")
        await self._nft("flush", "table", "inet", self.name)

    async def unplug(self) -> None:
        await run("ip", "-n", self.namespace, "link", "set", self.device, "down")

    async def _nft(self, *arguments: str) -> None:
        await run("ip", "netns", "exec", self.namespace, "nft", *arguments)


@dataclass(frozen=True)
class Namespace:
    name: str
    links: dict[str, Link]

    @property
    def within(self) -> Sequence[str]:
        """What a command begins with that runs in it."""
        return ("ip", "netns", "exec", self.name)


@asynccontextmanager
async def namespace(*names: str) -> AsyncGenerator[Namespace]:
    """A namespace that has a link of each name, and nothing else."""
    this = f"cairn-{os.getpid()}"
    third = os.getpid() % 200 + 20
    links = {
        name: Link(name, this, f"10.231.{third}.{4 * n + 1}", f"10.231.{third}.{4 * n + 2}")
        for n, name in enumerate(names)
    }
    await run("ip", "netns", "add", this)
    try:
        await run("ip", "-n", this, "link", "set", "lo", "up")
        for n, link in enumerate(links.values()):
            outside = f"cairn{os.getpid() % 100_000}-{n}"
            peer = ("peer", "name", link.device, "netns", this)
            await run("ip", "link", "add", outside, "type", "veth", *peer)
            await run("ip", "address", "add", f"{link.server}/30", "dev", outside)
            await run("ip", "link", "set", outside, "up")
            await run("ip", "-n", this, "address", "add", f"{link.client}/30", "dev", link.device)
            await run("ip", "-n", this, "link", "set", link.device, "up")
            await link.make_chains()
        yield Namespace(this, links)
    finally:
        with suppress(RuntimeError):  # the links go with it
            await run("ip", "netns", "delete", this)
