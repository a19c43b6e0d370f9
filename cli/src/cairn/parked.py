"""What is parked anywhere on the platform, each by an id: notifications:3, matching:outbox:12."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from cairn import shape
from cairn.databases import ask_each
from cairn.platform import WITH_DATABASE, Platform
from cairn.troubles import Trouble
from chassis.letters import OUTBOX, Letter, letters


class Parked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A letter as operators see it."""

    id: str
    service: str
    topic: str
    partition: int | None = None
    offset: int | None = None
    reaction: str = ""
    type: str | None = None
    subject: str | None = None
    version: int | None = None
    reason: str
    attempts: int | None = None
    parked_at: datetime

    @property
    def place(self) -> str:
        return "outbox" if self.offset is None else f"{self.partition}/{self.offset}"


def parked(service: str, letter: Letter) -> Parked:
    return Parked(
        id=f"{service}:{letter.id}",
        service=service,
        topic=letter.topic,
        partition=letter.partition,
        offset=letter.offset,
        reaction=letter.reaction,
        type=shape.headers(letter.headers).get("ce_type"),
        subject=str(letter.subject) if letter.subject else None,
        version=letter.version,
        reason=letter.reason,
        attempts=letter.attempts,
        parked_at=letter.parked_at,
    )


async def gather(
    platform: Platform, services: Iterable[str] = WITH_DATABASE
) -> tuple[dict[str, Letter], list[str]]:
    """Every letter by its id, the oldest of each service first; and what could not be asked."""
    found, problems = await ask_each(platform, services, letters)
    return {
        f"{service}:{letter.id}": letter for service, all_ in found.items() for letter in all_
    }, problems


def split(ids: Sequence[str]) -> dict[str, list[str]]:
    """What of which service is meant. Raises Trouble where an id is none."""
    meant: dict[str, list[str]] = {}
    for each in ids:
        service, _, own = each.partition(":")
        if service not in WITH_DATABASE or not own.removeprefix(OUTBOX).isdigit():
            raise Trouble(
                f"{each} is no id: one looks like notifications:3, or matching:outbox:12; "
                "`cairn dlq list` shows them."
            )
        meant.setdefault(service, []).append(own)
    return meant


async def find(platform: Platform, ids: Sequence[str]) -> dict[str, Letter]:
    """The letters of these ids. Raises Trouble where one is not there."""
    everything, problems = await gather(platform, split(ids))
    if problems:
        raise Trouble(" ".join(problems))
    if missing := [each for each in ids if each not in everything]:
        raise Trouble(f"Nothing is parked as {', '.join(missing)}; `cairn dlq list` shows what is.")
    return {each: everything[each] for each in ids}
