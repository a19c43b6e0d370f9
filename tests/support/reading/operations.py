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

from contracts.profiles import Person, Site
from gateway import terms
from support.reading.orders import NAMED, USUAL, Keys, key_of, keys_of
from support.reading.pages import write_cursor

ELSEWHERE = {"changes", "eventTrail", "occupations", "occupation"}  # they have tests of their own

Composite = Any  # an object type, an interface or a union


@dataclass(frozen=True)
class Operation:
    text: str
    variables: dict[str, Any]
    cursors: dict[str, tuple[str, Keys]]  # of which rows, and in which order, which variables are
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
                node, keys = operation.cursors[name]
                row = draw(st.sampled_from(_of_type(rows, node)))
                return cursor_of(row, keys, draw(st.integers(0, 4)))
            case str() if found := _of_type(rows, value.partition(":")[0]):
                row = draw(st.sampled_from(found))
                return f"{type(row).__name__}:{row.id}"
            case _:
                return value

    return {name: other(name, value) for name, value in operation.variables.items()}


def cursor_of(row: Any, keys: Keys, rank: int = 0) -> str:
    """`rank` is how closely a search would have met the row."""
    return write_cursor(row, keys, key_of(row, keys, {row.id: rank}))


def _of_type(rows: list[Any], name: str) -> list[Any]:
    return [row for row in rows if type(row).__name__ == name]


WRONG = {"Int": "four", "Boolean": "yes", "ID": {"no": "id"}, "Cursor": 7}  # others: of no enum
MOMENTS = {
    "DateTime": ("2026-03-01T09:30:00Z", "2026-03-02T09:30:00.5+01:00", "9999-12-31T23:59:59Z"),
    "Date": ("2026-03-01", "0001-01-01"),
}
NO_CURSORS = ("", "nonsense", base64.b64encode(b'["Site","x"]').decode(), "eyJ9")


@dataclass
class _Writer:
    draw: st.DrawFn
    schema: GraphQLSchema
    rows: list[Any]
    fault_chance: int
    declarations: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    cursors: dict[str, tuple[str, Keys]] = field(default_factory=dict)
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
        order, searched = None, False
        if name in ("node", "nodes", "programme", "inRun"):
            given |= self.ids(name)
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
                order = word if argument == "orderBy" else order
            elif named.name == "Boolean":
                given[argument] = self.value("Boolean", json.dumps(yes := self.chance(50)), yes)
            elif named.name == "ID":
                wanted = "MatchingRun" if argument == "differsFrom" else "Site"
                id_ = self.id("Person" if self.fault("BAD_ID") else wanted)
                given[argument] = self.value("ID", json.dumps(id_), id_)
            else:
                text = self.text(argument, named.name)
                given[argument] = self.value(named.name, json.dumps(text), text)
                searched = searched or argument == "search"
        if "first" in definition.args:
            given |= self.paging(definition, order, searched=searched)
        return f"({', '.join(f'{key}: {value}' for key, value in given.items())})" if given else ""

    def text(self, argument: str, type_name: str) -> str:
        """What an argument is asked for with: mostly what somebody has, written somehow."""
        if type_name in MOMENTS:
            return self.one_of(MOMENTS[type_name])
        if argument == "country":
            return self.one_of(("PT", "pt", "ES"))
        if argument == "search":
            return " ".join(self.word() for _ in range(self.draw(st.integers(1, 3))))
        person = self.one_of(_of_type(self.rows, "Person"))
        has = {"language": person.languages, "department": [person.department]}
        return self.one_of([*has.get(argument, person.skills), "SAO tome osaka lodz", ""])

    def word(self) -> str:
        found = self.one_of(row for row in self.rows if isinstance(row, Person | Site))
        words = sorted(word for kind, word in terms.terms_of(found) if kind in terms.WORDS)
        word = self.one_of([*words, "nobody"])
        at = self.draw(st.integers(0, len(word)))
        ways = (word, word.upper(), word[:at] or word, word[:at] + word[at + 1 :], f"{word[:at]}x")
        return self.one_of((*ways, f"{word[:at]}é{word[at:]}", word[:at] + word[at:][::-1]))

    def ids(self, name: str) -> dict[str, str]:
        if name == "nodes":
            ids = [self.id() for _ in range(self.draw(st.integers(0, 4)))]
            if ids and self.chance(30):  # a variable within a list
                first = self.value("ID!", json.dumps(ids[0]), ids[0])
                return {"ids": f"[{', '.join([first, *map(json.dumps, ids[1:])])}]"}
            return {"ids": self.value("[ID!]!", json.dumps(ids), ids)}
        id_ = self.id({"programme": "Programme", "inRun": "MatchingRun"}.get(name))
        argument = "run" if name == "inRun" else "id"
        return {argument: self.value("ID!", json.dumps(id_), id_)}

    def id(self, type_name: str | None = None) -> str:
        if self.fault("BAD_ID"):
            return self.one_of(("", "Person", "Person:1", f"{self.draw(st.uuids())}"))
        if self.chance(10):
            return f"{type_name or 'Nothing'}:{self.draw(st.uuids())}"
        row = self.one_of(row for row in self.rows if type_name in (None, type(row).__name__))
        return f"{type(row).__name__}:{row.id}"

    def paging(
        self, definition: GraphQLField, order: str | None, *, searched: bool
    ) -> dict[str, str]:
        connection: Any = get_named_type(definition.type)
        edge: Any = get_named_type(connection.fields["edges"].type)
        node = get_named_type(edge.fields["node"].type).name
        keys = keys_of(node, order, searched=searched)
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
                row = self.one_of(_of_type(self.rows, node))
                cursor = cursor_of(row, keys, self.draw(st.integers(0, 4)))
                if self.fault("BAD_CURSOR"):
                    cursor = self.one_of((*self.other_cursors(row, keys), *NO_CURSORS))
                given[name] = self.value("Cursor", json.dumps(cursor), cursor)
                if given[name].startswith("$"):
                    self.cursors[given[name][1:]] = node, keys
            elif self.chance(5):
                given[name] = self.absent("Cursor")
        return given

    def other_cursors(self, row: Any, keys: Keys) -> list[str]:
        """Of a row of another type, and of the same one in another order."""
        node = type(row).__name__
        other = self.one_of(name for name in USUAL if name != node)
        elsewhere = cursor_of(_of_type(self.rows, other)[0], USUAL[other])
        orders = [USUAL[node], *NAMED[node].values()]
        return [elsewhere, *(cursor_of(row, each) for each in orders if each != keys)]
