"""Where a session's PostgreSQL and Kafka come from: containers, or the embedded platform."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from support import containers
from support.servers import (
    embedded_kafka,
    embedded_postgres,
    kafka_for_tests,
    postgres_for_tests,
)

Starters = dict[str, Callable[[], AbstractAsyncContextManager[str]]]


def starters(choice: str, folder: Path) -> tuple[Starters, str]:
    """How to start each server, and in words where it comes from.

    `choice` is `containers`, `embedded`, or `auto`: containers where an engine has their images.
    """
    if choice not in ("auto", "containers", "embedded"):
        raise pytest.UsageError(f"TEST_SERVERS: {choice!r} is not auto, containers or embedded.")
    why_not = containers.why_not() if choice == "auto" else None
    if choice == "containers" or (choice == "auto" and why_not is None):
        from_containers: Starters = {
            "postgres": containers.container_postgres,
            "kafka": containers.container_kafka,
        }
        return from_containers, "containers"
    embedded: Starters = {
        "postgres": lambda: embedded_postgres(postgres_for_tests(folder)),
        "kafka": lambda: embedded_kafka(kafka_for_tests(folder)),
    }
    return embedded, f"the embedded platform: {why_not or 'TEST_SERVERS says so'}"
