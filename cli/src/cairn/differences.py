"""What of a topic is not as it should be: missing, unknown, or with other settings than ours."""

from collections.abc import Iterator, Mapping

import msgspec

from cairn.platform import SERVICES
from chassis.cluster import Described
from chassis.topics import SETTINGS
from contracts.catalogue import TOPICS, Topic


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence, and what to do; a setting of its own is named."""

    topic: str
    what: str
    remedy: str
    setting: str | None = None


def differences(found: Mapping[str, Described]) -> list[Difference]:
    """Of all topics of the catalogue, and of those whose names are ours but that nobody knows."""
    return [
        each
        for topic in TOPICS.values()
        for each in (_of(topic, found[topic.name]) if topic.name in found else _missing(topic))
    ] + [
        Difference(
            topic=name,
            what="It is not in the catalogue.",
            remedy="Find who made it. If nobody needs it, delete it.",
        )
        for name in sorted(unknown(found))
    ]


def unknown(found: Mapping[str, Described]) -> list[str]:
    """Topics with a name of ours that are not in the catalogue."""
    ours = tuple(f"{service}." for service in SERVICES)
    return [name for name in found if name not in TOPICS and name.startswith(ours)]


def _missing(topic: Topic) -> Iterator[Difference]:
    yield Difference(
        topic=topic.name,
        what="It is missing.",
        remedy=f"python -m {topic.publisher} prepare makes it; if it was there before, restore it.",
    )


def _of(topic: Topic, found: Described) -> Iterator[Difference]:
    if len(found.partitions) != topic.partitions:
        yield Difference(
            topic=topic.name,
            what=f"It has {len(found.partitions)} partitions, not {topic.partitions}.",
            remedy="That number never changes: restore the topic.",
        )
    for name, ours in SETTINGS.items():
        theirs = found.settings.get(name)
        if theirs != ours:
            yield Difference(
                topic=topic.name,
                setting=name,
                what=f"{name} is {theirs}, not {ours}.",
                remedy=f"kafka-configs.sh --alter --topic {topic.name} --add-config {name}={ours}",
            )
    wanted = int(found.settings.get("min.insync.replicas", "1"))
    if found.replication < wanted:
        yield Difference(
            topic=topic.name,
            setting="min.insync.replicas",
            what=f"It has {found.replication} copies and min.insync.replicas is {wanted}: nothing"
            " can be published.",
            remedy="Give it more copies (kafka-reassign-partitions.sh), or lower the setting.",
        )
    if lacking := [each.number for each in found.partitions if each.in_sync < each.replicas]:
        yield Difference(
            topic=topic.name,
            what=f"Copies of its partitions {', '.join(map(str, lacking))} are behind.",
            remedy="Look after the brokers: one is away, or slow.",
        )
