"""The partition of a key."""

from uuid import uuid4

from aiokafka.partitioner import DefaultPartitioner

from chassis.batches import partition_of


def test_a_key_goes_where_every_client_of_kafka_would_put_it() -> None:
    for partitions in (1, 3, 12):
        numbers = list(range(partitions))
        for _ in range(200):
            key = str(uuid4()).encode()
            assert partition_of(key, partitions) == DefaultPartitioner()(key, numbers, numbers)
