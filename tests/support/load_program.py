"""A load as a program of its own: `python -m support.load_program <journal> <organisation> <seed>`

It works until it is killed, on the platform that CAIRN_DATA and the ports of the environment name.
"""

import asyncio
import random
import sys
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import httpx2

from cairn_local.folder import Folder
from cairn_local.settings import Settings
from support.journal import Journal
from support.load import Load, Refused
from support.running import RunningPlatform

CLIENTS = 4


async def work(journal: Path, organisation_id: UUID, seed: int) -> None:
    settings = Settings()
    async with httpx2.AsyncClient(timeout=15) as http:
        platform = RunningPlatform(settings, Folder(settings.data), http)
        load = Load(platform, random.Random(seed), Journal(journal), organisation_id)
        await load.set_up(mentors=CLIENTS, mentees=CLIENTS)
        async with asyncio.TaskGroup() as clients:
            for mentor, mentee in zip(load.mentors, load.mentees, strict=True):
                clients.create_task(_for_ever(load, mentor, mentee))


async def _for_ever(load: Load, mentor: UUID, mentee: UUID) -> None:
    while True:
        with suppress(Refused):
            await load.relationship(mentor, mentee)


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), UUID(sys.argv[2]), int(sys.argv[3])))
