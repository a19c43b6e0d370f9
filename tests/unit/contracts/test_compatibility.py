"""Each way to break a reader is found, wherever in the real schemas it happens."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.catalogue import TOPICS, json_schema
from contracts.compatibility import breaking_changes, withdrawn

Schema = dict[str, Any]
Definition = dict[str, Any]

SCHEMAS = [json_schema(topic) for topic in TOPICS.values()]
OBJECTS = [
    (schema, name)
    for schema in SCHEMAS
    for name, definition in schema["$defs"].items()
    if definition.get("type") == "object"
]
WORDS = [
    (schema, name)
    for schema in SCHEMAS
    for name, definition in schema["$defs"].items()
    if "enum" in definition
]


@st.composite
def places(draw: st.DrawFn, where: Callable[[Definition, str], bool]) -> tuple[Schema, str, str]:
    """A schema, the name of an object in it, and the name of one of its fields."""
    schema, name = draw(st.sampled_from(OBJECTS))
    fields = [
        field
        for field in schema["$defs"][name]["properties"]
        if where(schema["$defs"][name], field)
    ]
    assume(fields)
    return schema, name, draw(st.sampled_from(fields))


def _any(*_: object) -> bool:
    return True


def _required(definition: Definition, field: str) -> bool:
    return field in definition["required"]


def _optional(definition: Definition, field: str) -> bool:
    return field not in definition["required"]


def _nullable(definition: Definition, field: str) -> bool:
    return {"type": "null"} in definition["properties"][field].get("anyOf", [])


def _complaints(schema: Schema, name: str, change: Callable[[Definition], object]) -> list[str]:
    """What is said of a schema in which one definition was changed."""
    changed = copy.deepcopy(schema)
    change(changed["$defs"][name])
    return breaking_changes(schema, changed)


@given(places(_any))
def test_a_removed_field(place: tuple[Schema, str, str]) -> None:
    schema, name, field = place

    def remove(definition: Definition) -> None:
        del definition["properties"][field]
        definition["required"] = [other for other in definition["required"] if other != field]

    [complaint] = _complaints(schema, name, remove)
    assert f".{field}: removed" in complaint


@given(places(_any), st.sampled_from([{"type": "array", "items": {}}, {"type": "null"}]))
def test_a_retyped_field(place: tuple[Schema, str, str], form: Schema) -> None:
    schema, name, field = place
    assume(form["type"] != schema["$defs"][name]["properties"][field].get("type"))

    complaints = _complaints(schema, name, lambda it: it["properties"].update({field: form}))

    assert any(f".{field}: " in complaint for complaint in complaints)


@given(places(_any))
def test_a_format_that_comes_or_goes(place: tuple[Schema, str, str]) -> None:
    schema, name, field = place
    form = schema["$defs"][name]["properties"][field]
    assume(form.get("type") == "string")
    other = {"type": "string"} if "format" in form else {"type": "string", "format": "uuid"}

    [complaint] = _complaints(schema, name, lambda it: it["properties"].update({field: other}))

    assert f".{field}: format was" in complaint


@given(places(_optional))
def test_an_optional_field_made_required(place: tuple[Schema, str, str]) -> None:
    schema, name, field = place

    [complaint] = _complaints(schema, name, lambda it: it["required"].append(field))

    assert f".{field}: made required" in complaint


@given(places(_required))
def test_a_required_field_made_optional(place: tuple[Schema, str, str]) -> None:
    schema, name, field = place

    [complaint] = _complaints(schema, name, lambda it: it["required"].remove(field))

    assert f".{field}: no longer required" in complaint


@given(st.sampled_from(OBJECTS))
def test_a_new_required_field(place: tuple[Schema, str]) -> None:
    def add(definition: Definition) -> None:
        definition["properties"]["mood"] = {"type": "string"}
        definition["required"].append("mood")

    [complaint] = _complaints(*place, add)
    assert ".mood: added without a default" in complaint


@given(
    places(_any),
    st.sampled_from(["minimum", "maximum", "minLength", "maxLength", "pattern", "maxItems"]),
)
def test_a_limit_that_is_set_or_lifted(place: tuple[Schema, str, str], keyword: str) -> None:
    schema, name, field = place
    limited = copy.deepcopy(schema)
    limited["$defs"][name]["properties"][field][keyword] = 3
    assume("anyOf" not in schema["$defs"][name]["properties"][field])
    assume("$ref" not in schema["$defs"][name]["properties"][field])

    [narrowed] = breaking_changes(schema, limited)
    [widened] = breaking_changes(limited, schema)

    assert f".{field}: {keyword} was None, is now 3" in narrowed
    assert f".{field}: {keyword} was 3, is now None" in widened


@given(st.data(), st.sampled_from(WORDS))
def test_a_removed_word(data: st.DataObject, place: tuple[Schema, str]) -> None:
    schema, name = place
    word = data.draw(st.sampled_from(schema["$defs"][name]["enum"]))

    [complaint] = _complaints(schema, name, lambda it: it["enum"].remove(word))

    assert f"the word '{word}' was removed" in complaint


@given(places(_nullable))
def test_null_that_comes_or_goes(place: tuple[Schema, str, str]) -> None:
    schema, name, field = place
    strict = copy.deepcopy(schema)
    strict["$defs"][name]["properties"][field]["anyOf"].remove({"type": "null"})

    [forbidden] = breaking_changes(schema, strict)
    [allowed] = breaking_changes(strict, schema)

    assert f".{field}: can no longer be null" in forbidden
    assert f".{field}: can now be null" in allowed


@given(st.sampled_from(OBJECTS))
def test_fields_that_may_no_longer_be_added(place: tuple[Schema, str]) -> None:
    [complaint] = _complaints(*place, lambda it: it.update({"additionalProperties": False}))

    assert "additionalProperties was None, is now False" in complaint


def test_a_field_added_where_none_may_be() -> None:
    closed = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    grown = {**closed, "properties": {"mood": {"type": "string", "default": ""}}}

    [complaint] = breaking_changes(closed, grown)

    assert complaint.startswith("$.mood: added")


@given(st.sampled_from(OBJECTS))
def test_fields_with_a_default_may_be_added(place: tuple[Schema, str]) -> None:
    new = {"mood": {"type": "string", "default": ""}}

    assert _complaints(*place, lambda it: it["properties"].update(new)) == []


@given(st.sampled_from(WORDS))
def test_words_may_be_added_where_unknown_is_one(place: tuple[Schema, str]) -> None:
    schema, name = place
    closed = copy.deepcopy(schema)
    closed["$defs"][name]["enum"].remove("unknown")
    grown = copy.deepcopy(closed)
    grown["$defs"][name]["enum"].append("novel")

    assert _complaints(schema, name, lambda it: it["enum"].append("novel")) == []
    [complaint] = breaking_changes(closed, grown)
    assert "the word 'novel' was added" in complaint


@given(places(_any))
def test_words_for_people_may_change(place: tuple[Schema, str, str]) -> None:
    schema, name, field = place
    about = {"title": "Other", "description": "Other", "default": None, "examples": []}

    assert _complaints(schema, name, lambda it: it.update(about)) == []
    assert _complaints(schema, name, lambda it: it["properties"][field].update(about)) == []


@pytest.mark.parametrize("schema", SCHEMAS, ids=list(TOPICS))
def test_a_schema_that_stays_breaks_nothing(schema: Schema) -> None:
    assert breaking_changes(schema, copy.deepcopy(schema)) == []


def test_a_definition_may_hold_itself() -> None:
    def tree(label: Schema) -> Schema:
        twigs = {"type": "array", "items": {"$ref": "#/$defs/Twig"}}
        twig = {"type": "object", "properties": {"label": label, "twigs": twigs}, "required": []}
        return {"$ref": "#/$defs/Twig", "$defs": {"Twig": twig}}

    assert breaking_changes(tree({"type": "string"}), tree({"type": "integer"})) == [
        "$.label: was string, is now integer"
    ]


def test_what_a_path_says() -> None:
    def body(share: str) -> Schema:
        reason = {"type": "object", "properties": {"share": {"type": share}}, "required": []}
        reasons = {"type": "array", "items": {"$ref": "#/$defs/Reason"}}
        by_name = {"type": "object", "additionalProperties": reasons}
        maybe = {"anyOf": [by_name, {"type": "null"}]}
        pairing = {"type": "object", "properties": {"reasons": maybe}, "required": []}
        return {"$ref": "#/$defs/Pairing", "$defs": {"Pairing": pairing, "Reason": reason}}

    assert breaking_changes(body("number"), body("integer")) == [
        "$.reasons{}[].share: was number, is now integer"
    ]


def test_topics_changes_and_partitions_stay() -> None:
    def document(channels: dict[str, int], *changes: str) -> Schema:
        return {
            "channels": {
                name: {
                    "messages": dict.fromkeys(changes),
                    "bindings": {"kafka": {"partitions": partitions}},
                }
                for name, partitions in channels.items()
            }
        }

    changes = ("a.b.made", "a.b.mended")
    before = document({"a.b": 12, "a.c": 12}, *changes)

    assert (
        withdrawn(before, document({"a.b": 12, "a.c": 12, "a.d": 3}, *changes, "a.b.painted")) == []
    )
    assert withdrawn(before, document({"a.b": 24}, "a.b.made")) == [
        "a.b: a.b.mended was removed, though older events say it",
        "a.b: had 12 partitions, has now 24: order would be lost",
        "a.c: the topic was removed, though its log is read again",
    ]
