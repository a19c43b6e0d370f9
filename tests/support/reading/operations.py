"""Random valid operations over the schema, with all that GraphQL lets one write.

Where faults are wanted, some of its values are such as must be refused.
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)
from hypothesis import strategies as st

from support.reading.pages import write_cursor

ORDERS = {
    "Site": ("name",),
    "Person": ("family_name", "given_name"),
    "Programme": ("starts_on",),
    "Enrolment": ("enrolled_at",),
    "MatchingRun": ("requested_at",),
    "Pairing": ("proposed_at",),
    "Session": ("starts_at",),
    "Goal": ("set_at",),
    "Feedback": ("given_at",),
    "Notification": ("posted_at",),
    "Erasure": ("requested_at",),
}

ELSEWHERE = {"changes", "eventTrail"}  # they have tests of their own

Composite = Any  # an object type, an interface or a union


@dataclass(frozen=True)
class Operation:
    text: str
    variables: dict[str, Any]
    cursors: dict[str, str]  # of which type's rows the variables that are cursors are
    faults: frozenset[str]  # the codes of what is wrong with it


@st.composite
def operations(
    draw: st.DrawFn, schema: GraphQLSchema, rows: list[Any], *, faults: int = 0
) -> Operation:
    """`faults` is the chance in per cent that a value is not as it should be."""
    writer = _Writer(draw, schema, rows, fault_chance=faults)
    selections = writer.selections(schema.query_type, depth=draw(st.integers(2, 8)))
    declared = f"({', '.join(writer.declarations)})" if writer.declarations else ""
    text = "\n".join([f"query Q{declared} {selections}", *writer.fragments])
    return Operation(text, writer.variables, writer.cursors, frozenset(writer.faults))


@st.composite
def varied(draw: st.DrawFn, operation: Operation, rows: list[Any]) -> dict[str, Any]:
    """Other variables, of a request that the same statement answers."""

    def other(name: str, value: Any) -> Any:
        match value:
            case bool() | None:
                return value
            case int():
                return draw(st.integers(1, 4))
            case list():
                return [other(name, item) for item in value]
            case str() if name in operation.cursors:
                node = operation.cursors[name]
                return cursor_of(draw(st.sampled_from(_of_type(rows, node))))
            case str() if found := _of_type(rows, value.partition(":")[0]):
                row = draw(st.sampled_from(found))
                return f"{type(row).__name__}:{row.id}"
            case _:
                return value

    return {name: other(name, value) for name, value in operation.variables.items()}


def cursor_of(row: Any) -> str:
    columns = (*ORDERS[type(row).__name__], "id")
    return write_cursor(row, tuple(getattr(row, column) for column in columns))


def _of_type(rows: list[Any], name: str) -> list[Any]:
    return [row for row in rows if type(row).__name__ == name]


WRONG = {"Int": "four", "Boolean": "yes", "ID": {"no": "id"}, "Cursor": 7}  # others: of no enum
NO_CURSORS = ("", "nonsense", base64.b64encode(b'["Site","x"]').decode(), "eyJ9")


@dataclass
class _Writer:
    draw: st.DrawFn
    schema: GraphQLSchema
    rows: list[Any]
    fault_chance: int
    declarations: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    cursors: dict[str, str] = field(default_factory=dict)
    faults: set[str] = field(default_factory=set)
    fragments: list[str] = field(default_factory=list)
    spreads: dict[str, list[str]] = field(default_factory=dict)
    names: int = 0
    budget: int = 25  # selections with selections of their own

    def one_of(self, choices: Iterable[Any]) -> Any:
        return self.draw(st.sampled_from(list(choices)))

    def chance(self, per_cent: int) -> bool:
        return self.draw(st.integers(0, 99)) >= 100 - per_cent

    def fault(self, code: str) -> bool:
        """Whether to do something wrong here, which is refused with that code."""
        if not self.fault_chance or not self.chance(self.fault_chance):
            return False
        self.faults.add(code)
        return True

    def name(self, prefix: str) -> str:
        self.names += 1
        return f"{prefix}{self.names}"

    def selections(self, type_: Composite, depth: int) -> str:
        self.budget -= 1
        count = self.draw(st.integers(1, 4)) if self.budget > 0 else 1
        return f"{{ {' '.join(self.selection(type_, depth) for _ in range(count))} }}"

    def selection(self, type_: Composite, depth: int) -> str:
        kind = self.draw(st.integers(0, 14))
        if kind == 0 or (self.budget <= 0 and isinstance(type_, GraphQLUnionType)):
            return f"{self.name('t')}: __typename"
        if self.budget <= 0:
            return self.field(type_, 0)
        if kind == 1:
            return f"... {self.directives()} {self.selections(type_, depth)}"
        if kind == 2 or isinstance(type_, GraphQLUnionType):
            condition = self.one_of(self.conditions(type_))
            return f"... on {condition} {self.selections(self.schema.type_map[condition], depth)}"
        if kind in (3, 4):
            return f"...{self.spread(type_, depth)} {self.directives()}"
        return self.field(type_, depth)

    def conditions(self, type_: Composite) -> list[str]:
        if isinstance(type_, GraphQLObjectType):
            return [type_.name, *(each.name for each in type_.interfaces)]
        return [type_.name, *(each.name for each in self.schema.get_possible_types(type_))]

    def spread(self, type_: Composite, depth: int) -> str:
        condition = self.one_of(self.conditions(type_))
        known = self.spreads.setdefault(condition, [])
        if known and self.chance(50):
            return self.one_of(known)
        selections = self.selections(self.schema.type_map[condition], depth)
        name = self.name("F")
        self.fragments.append(f"fragment {name} on {condition} {selections}")
        known.append(name)
        return name

    def field(self, type_: Composite, depth: int) -> str:
        leaves = [name for name, each in type_.fields.items() if self.is_leaf(each)]
        branches = [name for name in type_.fields if name not in (*leaves, *ELSEWHERE)]
        if depth <= 0 and not leaves:
            return f"{self.name('t')}: __typename"
        branch = branches and depth > 0 and (not leaves or self.chance(75))
        name = self.one_of(branches if branch else leaves)
        definition: GraphQLField = type_.fields[name]
        arguments = self.arguments(definition, name)
        aliased = bool(arguments) or self.chance(50)
        head = f"{self.name('a')}: {name}{arguments}" if aliased else name
        if not branch:
            return f"{head} {self.directives()}"
        target = get_named_type(definition.type)
        text = f"{head} {self.directives()} {self.selections(target, depth - 1)}"
        if self.chance(15):  # the same field again: the two are to be merged
            text += f" {head} {self.selections(target, depth - 1)}"
        return text

    def is_leaf(self, definition: GraphQLField) -> bool:
        return is_leaf_type(get_named_type(definition.type))

    def directives(self) -> str:
        if not self.chance(12):
            return ""
        if self.fault("BAD_USER_INPUT"):
            condition = f"${(name := self.name('v'))}"
            self.declarations.append(f"{condition}: Boolean = true")
            self.variables[name] = None
        else:
            condition = self.value("Boolean!", json.dumps(value := self.chance(60)), value)
        return f"@{self.one_of(('include', 'skip'))}(if: {condition})"

    def value(self, type_: str, literal: str, value: Any) -> str:
        """The value as a literal, as a variable, or as a variable's default."""
        way = self.draw(st.integers(0, 2))
        if way == 0:
            return literal
        name = self.name("v")
        if way == 1:
            self.declarations.append(f"${name}: {type_}")
            self.variables[name] = value
            if self.fault("BAD_USER_INPUT"):
                self.variables[name] = WRONG.get(type_.strip("[]!"), "NOTHING")
            elif type_.endswith("!") and self.fault("BAD_USER_INPUT"):
                del self.variables[name]
            elif isinstance(value, str) and self.fault("BAD_TEXT"):
                self.variables[name] = f"{value}\x00"
        else:
            self.declarations.append(f"${name}: {type_.rstrip('!')} = {literal}")
        return f"${name}"

    def absent(self, type_: str) -> str:
        """A variable that says nothing: null, or left out."""
        name = self.name("v")
        self.declarations.append(f"${name}: {type_}")
        if self.chance(50):
            self.variables[name] = None
        return f"${name}"

    def arguments(self, definition: GraphQLField, name: str) -> str:
        given: dict[str, str] = {}
        if name in ("node", "nodes", "programme"):
            given |= self.ids(name)
        if "first" in definition.args:
            given |= self.paging(definition)
        for argument, each in definition.args.items():
            named = get_named_type(each.type)
            if argument in given or argument in ("first", "last", "after", "before"):
                continue
            if not self.chance(30):
                continue
            if self.chance(20):
                given[argument] = self.absent(named.name)
            elif isinstance(named, GraphQLEnumType):
                word = self.one_of(named.values)
                given[argument] = self.value(named.name, word, word)
            elif named.name == "Boolean":
                given[argument] = self.value("Boolean", json.dumps(yes := self.chance(50)), yes)
            elif named.name == "ID":
                id_ = self.id("Person" if self.fault("BAD_ID") else "Site")
                given[argument] = self.value("ID", json.dumps(id_), id_)
        return f"({', '.join(f'{key}: {value}' for key, value in given.items())})" if given else ""

    def ids(self, name: str) -> dict[str, str]:
        if name == "nodes":
            ids = [self.id() for _ in range(self.draw(st.integers(0, 4)))]
            if ids and self.chance(30):  # a variable within a list
                first = self.value("ID!", json.dumps(ids[0]), ids[0])
                return {"ids": f"[{', '.join([first, *map(json.dumps, ids[1:])])}]"}
            return {"ids": self.value("[ID!]!", json.dumps(ids), ids)}
        id_ = self.id("Programme" if name == "programme" else None)
        return {"id": self.value("ID!", json.dumps(id_), id_)}

    def id(self, type_name: str | None = None) -> str:
        if self.fault("BAD_ID"):
            return self.one_of(("", "Person", "Person:1", f"{self.draw(st.uuids())}"))
        if self.chance(10):
            return f"{type_name or 'Nothing'}:{self.draw(st.uuids())}"
        row = self.one_of(row for row in self.rows if type_name in (None, type(row).__name__))
        return f"{type(row).__name__}:{row.id}"

    def paging(self, definition: GraphQLField) -> dict[str, str]:
        connection: Any = get_named_type(definition.type)
        edge: Any = get_named_type(connection.fields["edges"].type)
        node = get_named_type(edge.fields["node"].type).name
        given: dict[str, str] = {}
        if self.chance(70):
            size = self.draw(st.integers(1, 4))
            if self.fault("BAD_PAGE"):
                size = self.one_of((0, -1, 101, 2**31 - 1))
            given[self.one_of(("first", "last"))] = self.value("Int", str(size), size)
            if self.fault("BAD_PAGE"):
                given |= {"first": "1", "last": "1"}
        for name in ("after", "before"):
            if self.chance(20):
                cursor = cursor_of(self.one_of(_of_type(self.rows, node)))
                if self.fault("BAD_CURSOR"):
                    other = self.one_of(name for name in ORDERS if name != node)
                    cursor = cursor_of(_of_type(self.rows, other)[0])
                    cursor = self.one_of((cursor, *NO_CURSORS))
                given[name] = self.value("Cursor", json.dumps(cursor), cursor)
                if given[name].startswith("$"):
                    self.cursors[given[name][1:]] = node
            elif self.chance(5):
                given[name] = self.absent("Cursor")
        return given
