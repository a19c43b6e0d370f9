"""Whoever reads a log gives up where nothing comes of it."""

import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaTimeoutError

from chassis import own_log
from chassis.own_log import records_until


class Silent:
    """A consumer whose broker has fallen silent."""

    async def position(self, _: TopicPartition) -> int:
        return 7

    async def getmany(self, *_: TopicPartition, timeout_ms: int) -> dict[TopicPartition, Any]:
        await asyncio.sleep(timeout_ms / 10_000)
        return {}


async def test_a_silent_kafka_is_waited_for_no_longer_than_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(own_log, "SILENCE", 0.05)
    consumer: Any = Silent()
    with pytest.raises(KafkaTimeoutError, match="nothing of a, partition 1, came"):
        async for _ in records_until(consumer, TopicPartition("a", 1), 8):
            pass
    assert [each async for each in records_until(consumer, TopicPartition("a", 1), 7)] == []
