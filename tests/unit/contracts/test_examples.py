"""The golden bodies: whatever becomes of the contracts, every one of them stays readable."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from contracts.catalogue import TOPICS, Topic, json_schema

EXAMPLES = Path(__file__).parents[3] / "contracts" / "examples"
FILES = sorted(EXAMPLES.glob("*/*.json"))
EVERY_EXAMPLE = [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in FILES]
EVERY_TOPIC = [pytest.param(topic, id=topic.name) for topic in TOPICS.values()]


@pytest.mark.parametrize("path", EVERY_EXAMPLE)
def test_an_example_is_read_and_written_again(path: Path) -> None:
    topic = TOPICS[path.parent.name]
    body = msgspec.json.decode(path.read_bytes(), type=topic.body)

    written = msgspec.json.encode(body)

    assert msgspec.json.decode(written, type=topic.body) == body
    if path.stem != "of-a-kind-added-later":  # its word is unknown, and nobody writes that again
        assert _is_kept(msgspec.json.decode(path.read_bytes()), msgspec.json.decode(written))


@pytest.mark.parametrize("path", EVERY_EXAMPLE)
def test_an_example_written_again_fits_the_schema(path: Path) -> None:
    topic = TOPICS[path.parent.name]
    body = msgspec.json.decode(path.read_bytes(), type=topic.body)
    validator = Draft202012Validator(
        json_schema(topic), format_checker=Draft202012Validator.FORMAT_CHECKER
    )

    validator.validate(msgspec.to_builtins(body))


@pytest.mark.parametrize("topic", EVERY_TOPIC)
def test_every_state_has_an_example(topic: Topic) -> None:
    schema = json_schema(topic)
    fields = schema["$defs"][topic.body.__name__]["properties"]
    bodies = [msgspec.json.decode(path.read_bytes()) for path in FILES if _is_of(topic, path)]
    for name in {"status", "standing", "role", "visibility"} & fields.keys():
        definition = fields[name]["$ref"].removeprefix("#/$defs/")
        words = set(schema["$defs"][definition]["enum"]) - {"unknown"}
        assert words <= {body.get(name) for body in bodies}, name


@pytest.mark.parametrize("topic", EVERY_TOPIC)
def test_the_oldest_body_has_an_example(topic: Topic) -> None:
    """One with its required fields only, which is as old as a body can be."""
    required = set(json_schema(topic)["$defs"][topic.body.__name__]["required"])
    bodies = [msgspec.json.decode(path.read_bytes()) for path in FILES if _is_of(topic, path)]

    assert any(body.keys() == required for body in bodies)


def test_every_example_is_of_a_topic() -> None:
    assert {path.parent.name for path in FILES} == set(TOPICS)


def _is_of(topic: Topic, path: Path) -> bool:
    return path.parent.name == topic.name


def _is_kept(before: Any, after: Any) -> bool:
    """Whether all that was said is still said, in the same words; more may have come."""
    match before:
        case dict():
            return all(name in after and _is_kept(before[name], after[name]) for name in before)
        case list():
            return len(before) == len(after) and all(map(_is_kept, before, after))
        case _:
            return before == after
