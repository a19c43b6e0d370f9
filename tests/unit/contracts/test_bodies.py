"""What every body and every change in the catalogue must keep to."""

from collections.abc import Iterator
from enum import Enum
from typing import Any

import msgspec
import pytest

from contracts.catalogue import TOPICS, Topic, json_schema, topics_heard_by, topics_of
from contracts.vocabulary import Vocabulary

EVERY_TOPIC = [pytest.param(topic, id=topic.name) for topic in TOPICS.values()]
SERVICES = {"profiles", "matching", "sessions", "notifications"}


@pytest.mark.parametrize("topic", EVERY_TOPIC)
def test_a_body_names_its_aggregate_and_its_tenant(topic: Topic) -> None:
    schema = json_schema(topic)
    body = schema["$defs"][topic.body.__name__]

    assert {"id", "organisation_id"} <= set(body["required"])
    assert body["properties"]["id"] == {"type": "string", "format": "uuid"}
    assert body["properties"]["organisation_id"] == {"type": "string", "format": "uuid"}


@pytest.mark.parametrize("topic", EVERY_TOPIC)
def test_a_change_starts_with_the_name_of_its_topic(topic: Topic) -> None:
    assert [change.value.rpartition(".")[0] for change in topic.changes] == [topic.name] * len(
        topic.changes
    )
    assert f"{topic.name}.restated" in [change.value for change in topic.changes]


@pytest.mark.parametrize("topic", EVERY_TOPIC)
def test_an_enumeration_reads_a_word_added_later_as_unknown(topic: Topic) -> None:
    for enumeration in _enumerations(topic.body):
        assert issubclass(enumeration, Vocabulary), enumeration
        unknown = msgspec.json.decode(b'"a_word_added_later"', type=enumeration)
        assert unknown is enumeration("unknown")
        assert unknown.name == "UNKNOWN"


@pytest.mark.parametrize("topic", EVERY_TOPIC)
def test_a_body_lets_fields_be_added(topic: Topic) -> None:
    for struct in _structs(topic.body):
        config = struct.__struct_config__
        assert config.frozen, struct
        assert not config.forbid_unknown_fields, struct
        assert not config.omit_defaults, f"{struct}: older readers look for every field"


@pytest.mark.parametrize("topic", EVERY_TOPIC)
def test_a_moment_has_its_offset(topic: Topic) -> None:
    for struct in _structs(topic.body):
        for field in msgspec.structs.fields(struct):
            for part in _parts(field.type):
                if isinstance(part, msgspec.inspect.DateTimeType):
                    assert part.tz is True, f"{struct.__name__}.{field.name}: use Instant"


def test_a_topic_is_published_by_one_service_which_does_not_hear_it() -> None:
    assert {topic.publisher for topic in TOPICS.values()} == SERVICES
    for service in SERVICES:
        published = {topic.name for topic in topics_of(service)}
        assert published
        assert not published & {topic.name for topic in topics_heard_by(service)}


def test_the_gateway_hears_everything() -> None:
    assert topics_heard_by("gateway") == list(TOPICS.values())


def _structs(body: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    parts = [part for part in _parts(body) if isinstance(part, msgspec.inspect.StructType)]
    return [part.cls for part in parts]


def _enumerations(body: type[msgspec.Struct]) -> list[type[Enum]]:
    parts = [part for part in _parts(body) if isinstance(part, msgspec.inspect.EnumType)]
    return [part.cls for part in parts]


def _parts(kind: Any) -> Iterator[msgspec.inspect.Type]:
    """A type and all that it is made of."""
    waiting = [msgspec.inspect.type_info(kind)]
    while waiting:
        part = waiting.pop()
        yield part
        match part:
            case msgspec.inspect.StructType(fields=fields):
                waiting += [field.type for field in fields]
            case msgspec.inspect.ListType(item_type=item):
                waiting.append(item)
            case msgspec.inspect.UnionType(types=types):
                waiting += types
            case _:
                pass
