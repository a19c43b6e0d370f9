"""What a check finds, and what it is told."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import asyncpg
import msgspec
from aiokafka.errors import KafkaError

from chassis.database import TRANSIENT
from chassis.settings import Settings
from chassis.subscriptions import Subscriptions
from chassis.topics import Topic


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at. `remedy` says what to do, where something is to be done."""

    level: Literal["ok", "wrong", "unknown"]
    where: str
    what: str
    remedy: str = ""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A service, or the gateway, with the settings of one of its processes."""

    service: str
    settings: Settings
    migrations: Path
    publishes: Sequence[Topic]
    hears: Sequence[Topic]
    subscriptions: Subscriptions
    own: Mapping[str, "Check"] = field(default_factory=dict[str, "Check"])  # what only it has

    @property
    def app(self) -> str:
        return self.settings.database_app.get_secret_value()

    @property
    def pipe(self) -> str:
        return self.settings.database_pipe.get_secret_value()

    @property
    def owner(self) -> str | None:
        owner = self.settings.database_owner
        return owner.get_secret_value() if owner else None


Check = Callable[[Checked], Awaitable[Iterable[Finding]]]


async def failing(service: str, name: str, looking: Awaitable[Iterable[Finding]]) -> list[Finding]:
    """What a check found, or that it could not be made."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it is said in a finding
    try:
        return list(await looking)
    except (*TRANSIENT, KafkaError, asyncpg.PostgresError, TimeoutError) as error:
        return [
            Finding(
                level="unknown",
                where=service,
                what=f"Its {name} could not be checked ({type(error).__name__}).",
                remedy="Mend what else is said here, then look again.",
            )
        ]
