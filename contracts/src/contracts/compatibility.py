"""Whether what is published now can replace what was published before.

The log keeps old bodies, and services are updated one at a time. So it must hold both ways: a newer
reader reads every older body, and an older reader reads every newer one.
"""

from collections.abc import Iterator, Set
from typing import Any

Schema = dict[str, Any]

UNKNOWN = "unknown"  # what an older reader makes of a word that was added

# Keywords that are compared by what they mean, and those that decide nothing. Every other keyword
# is a constraint.
_STRUCTURE = {"$ref", "type", "enum", "anyOf", "oneOf", "properties", "required"}
_ANNOTATIONS = {"$schema", "$defs", "$comment", "title", "description", "default", "examples"}
_INNER = {"items": "[]", "additionalProperties": "{}"}  # and how a path writes them


def breaking_changes(old_schema: Schema, new_schema: Schema) -> list[str]:
    """Say what would break if the new schema replaced the old one: where, and why.

    Only fields with a default may be added, and words to an enumeration that has `unknown`.
    """
    return list(_Comparison(old_schema, new_schema).of("$", old_schema, new_schema))


def withdrawn(old_document: Schema, new_document: Schema) -> list[str]:
    """Say what an AsyncAPI document promised that its successor does not."""
    found: list[str] = []
    for name, old in old_document["channels"].items():
        new = new_document["channels"].get(name)
        if new is None:
            found.append(f"{name}: the topic was removed, though its log is read again")
            continue
        before, after = (channel["bindings"]["kafka"]["partitions"] for channel in (old, new))
        if before != after:
            found.append(f"{name}: had {before} partitions, has now {after}: order would be lost")
        found += [
            f"{name}: {change} was removed, though older events say it"
            for change in old["messages"].keys() - new["messages"].keys()
        ]
    return sorted(found)


class _Comparison:
    """A walk through two schemas at once."""

    def __init__(self, old_root: Schema, new_root: Schema) -> None:
        self._old_root = old_root
        self._new_root = new_root
        self._met: set[tuple[str, str]] = set()  # a definition may hold itself

    def of(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        if "$ref" in old and "$ref" in new:
            pair = (old["$ref"], new["$ref"])
            if pair in self._met:
                return
            self._met.add(pair)
        old_forms, new_forms = _forms(old, self._old_root), _forms(new, self._new_root)
        yield from _kinds(path, old_forms.keys(), new_forms.keys())
        for kind in sorted(old_forms.keys() & new_forms.keys()):
            yield from self._form(path, old_forms[kind], new_forms[kind])

    def _form(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        yield from _words(path, old.get("enum", []), new.get("enum", []))
        yield from self._fields(path, old, new)
        for keyword in sorted((old.keys() | new.keys()) - _STRUCTURE - _ANNOTATIONS):
            before, after = old.get(keyword), new.get(keyword)
            if keyword in _INNER and isinstance(before, dict) and isinstance(after, dict):
                yield from self.of(path + _INNER[keyword], before, after)
            elif before != after:
                yield (
                    f"{path}: {keyword} was {before}, is now {after}, "
                    "but older bodies and older readers keep to what it was"
                )

    def _fields(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        old_fields, new_fields = old.get("properties", {}), new.get("properties", {})
        needed_before, needed_now = set(old.get("required", [])), set(new.get("required", []))
        for name in old_fields:
            where = f"{path}.{name}"
            if name not in new_fields:
                yield f"{where}: removed, though older readers look for it"
                continue
            if name in needed_now - needed_before:
                yield f"{where}: made required, though older bodies may lack it"
            if name in needed_before - needed_now:
                yield f"{where}: no longer required, though older readers cannot do without it"
            yield from self.of(where, old_fields[name], new_fields[name])
        for name in new_fields.keys() - old_fields.keys():
            where = f"{path}.{name}"
            if name in needed_now:
                yield f"{where}: added without a default, though older bodies lack it"
            if old.get("additionalProperties") is False:
                yield f"{where}: added, though older readers refuse fields they do not know"


def _kinds(path: str, old: Set[str], new: Set[str]) -> Iterator[str]:
    gone, come = sorted(old - new), sorted(new - old)
    if len(gone) == len(come) == 1:
        yield f"{path}: was {gone[0]}, is now {come[0]}"
        return
    for kind in gone:
        yield f"{path}: can no longer be {kind}, as older bodies have it"
    for kind in come:
        yield f"{path}: can now be {kind}, which older readers refuse"


def _words(path: str, old: list[object], new: list[object]) -> Iterator[str]:
    for word in old:
        if word not in new:
            yield f"{path}: the word {word!r} was removed, though older bodies hold it"
    for word in new:
        if word not in old and UNKNOWN not in old:
            yield f"{path}: the word {word!r} was added, though older readers refuse it"


def _forms(schema: Schema, root: Schema) -> dict[str, Schema]:
    """The forms that a value may take, by kind: `{"string": …, "null": …}`."""
    schema = _resolved(schema, root)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices is not None:
        forms = [_resolved(choice, root) for choice in choices]
    elif isinstance(schema.get("type"), list):
        forms = [{**schema, "type": kind} for kind in schema["type"]]
    else:
        forms = [schema]
    several_objects = sum(form.get("type") == "object" for form in forms) > 1
    return {_kind(form, by_title=several_objects): form for form in forms}


def _kind(form: Schema, *, by_title: bool) -> str:
    if "enum" in form:
        return "a word"
    if by_title and form.get("type") == "object":
        return str(form.get("title"))
    return str(form.get("type", "anything"))


def _resolved(schema: Schema, root: Schema) -> Schema:
    """The definition that a reference leads to, or the schema itself."""
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return schema
