"""What the compatibility rule promises, put to the readers themselves.

Bodies of random shapes evolve at random. Wherever the rule finds nothing to say, a reader made of
either shape must read what a writer of the other wrote.
"""

from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.compatibility import breaking_changes
from contracts.vocabulary import Instant, Vocabulary


class Words(NamedTuple):
    words: frozenset[str]


class Listed(NamedTuple):
    of: "Shape"


class Mapped(NamedTuple):
    of: "Shape"


class Maybe(NamedTuple):
    of: "Shape"


class Record(NamedTuple):
    fields: dict[str, "Field"]


class Field(NamedTuple):
    shape: "Shape"
    has_default: bool


Shape = str | Words | Listed | Mapped | Maybe | Record

PLAIN: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "bool": (bool, st.booleans()),
    "int": (int, st.integers(-(2**53), 2**53)),
    "small": (Annotated[int, msgspec.Meta(ge=0, le=9)], st.integers(0, 9)),
    "float": (float, st.floats(allow_nan=False, allow_infinity=False)),
    "str": (str, st.text(max_size=5)),
    "short": (Annotated[str, msgspec.Meta(max_length=2)], st.text(max_size=2)),
    "uuid": (UUID, st.uuids().map(str)),
    "instant": (Instant, st.just("2026-03-29T01:30:00.5Z")),
}
NAMES = st.sampled_from("abcdef")

seldom = st.integers(0, 11).map(lambda n: n == 11)
plain = st.sampled_from(sorted(PLAIN))
words = st.frozensets(st.sampled_from(["red", "green", "blue"]), min_size=1).map(Words)


def records(shapes: st.SearchStrategy[Shape]) -> st.SearchStrategy[Record]:
    fields = st.builds(Field, shapes, st.booleans())
    return st.dictionaries(NAMES, fields, max_size=4).map(Record)


def maybe(shape: Shape) -> Shape:
    return shape if isinstance(shape, Maybe) else Maybe(shape)


shapes: st.SearchStrategy[Shape] = st.recursive(
    plain | words,
    lambda inner: st.one_of(inner.map(Listed), inner.map(Mapped), inner.map(maybe), records(inner)),
    max_leaves=4,
)
bodies = records(shapes)


@st.composite
def evolved(draw: st.DrawFn, shape: Shape) -> Shape:
    """The same shape, or one like it: after legal changes, and now and then another."""
    if draw(seldom):
        return draw(plain.map(maybe) | plain | st.just(maybe(shape)))
    match shape:
        case Record(fields=fields):
            kept = {
                name: Field(draw(evolved(field.shape)), field.has_default ^ draw(seldom))
                for name, field in fields.items()
                if not draw(seldom)
            }
            added = {
                name: Field(field.shape, not draw(seldom))
                for name, field in draw(records(shapes)).fields.items()
            }
            return Record(added | kept)
        case Words(words=known):
            return Words(known | draw(words).words)
        case Listed(of=inner):
            return Listed(draw(evolved(inner)))
        case Mapped(of=inner):
            return Mapped(draw(evolved(inner)))
        case Maybe(of=inner):
            return inner if draw(seldom) else maybe(draw(evolved(inner)))
        case str():
            return shape


def reader(shape: Shape, name: str = "Body") -> Any:
    """The type that reads bodies of a shape."""
    match shape:
        case Record(fields=fields):
            return msgspec.defstruct(
                name,
                [
                    (
                        label,
                        reader(field.shape, f"{name}_{label}"),
                        *([msgspec.field(default=None)] if field.has_default else []),
                    )
                    for label, field in fields.items()
                ],
                kw_only=True,
                frozen=True,
            )
        case Words(words=known):
            members = {word.upper(): word for word in sorted({*known, "unknown"})}
            return Vocabulary(name, members)
        case Listed(of=inner):
            return list[reader(inner, f"{name}_item")]
        case Mapped(of=inner):
            return dict[str, reader(inner, f"{name}_value")]
        case Maybe(of=inner):
            return reader(inner, name) | None
        case str():
            return PLAIN[shape][0]


def written(shape: Shape) -> st.SearchStrategy[Any]:
    """What a writer of a shape may write; what has a default may be from before it was added."""
    match shape:
        case Record(fields=fields):
            values = {name: written(field.shape) for name, field in fields.items()}
            needed = {name: values[name] for name, field in fields.items() if not field.has_default}
            rest = {name: values[name] for name in values.keys() - needed.keys()}
            return st.fixed_dictionaries(needed, optional=rest)
        case Words(words=known):
            return st.sampled_from(sorted(known))
        case Listed(of=inner):
            return st.lists(written(inner), max_size=2)
        case Mapped(of=inner):
            return st.dictionaries(st.text(max_size=2), written(inner), max_size=2)
        case Maybe(of=inner):
            return st.none() | written(inner)
        case str():
            return PLAIN[shape][1]


@settings(max_examples=300)
@given(st.data(), bodies)
def test_either_reads_the_other_where_nothing_breaks(data: st.DataObject, old: Record) -> None:
    new = data.draw(evolved(old).filter(lambda it: isinstance(it, Record)))
    old_reader, new_reader = reader(old), reader(new)

    if not breaking_changes(msgspec.json.schema(old_reader), msgspec.json.schema(new_reader)):
        for writer, other in ((old, new_reader), (new, old_reader)):
            body = msgspec.json.encode(data.draw(written(writer)))
            msgspec.json.decode(body, type=other)


@settings(max_examples=50)
@given(bodies)
def test_a_shape_does_not_break_itself(shape: Record) -> None:
    first, second = (msgspec.json.schema(reader(shape)) for _ in range(2))

    assert breaking_changes(first, second) == []


def test_an_older_reader_of_a_newer_body() -> None:
    """The case in which it matters most, spelled out: a field and a word that came later."""
    old = reader(Record({"a": Field(Words(frozenset({"red"})), has_default=False)}))

    body = msgspec.json.decode(b'{"a": "blue", "b": {"c": [1]}}', type=old)

    assert body.a == "unknown"
