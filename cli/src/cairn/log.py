"""Kafka, as operators' commands ask it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiokafka.errors import KafkaError

from cairn.platform import Platform
from cairn.troubles import Trouble

PATIENCE = 20.0  # seconds

T = TypeVar("T")


async def asked(platform: Platform, ask: Callable[[str], Awaitable[T]]) -> T:
    """What Kafka answers. Raises Trouble where it does not."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what fails is said in a sentence
    try:
        async with asyncio.timeout(PATIENCE):
            return await ask(platform.kafka)
    except (KafkaError, TimeoutError, OSError, ValueError) as error:
        raise Trouble(
            f"Kafka at {platform.kafka} does not answer ({type(error).__name__}). Does it run, and "
            "is its address in the platform file right?"
        ) from None
