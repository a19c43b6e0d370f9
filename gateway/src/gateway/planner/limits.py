"""How large a document may be, measured in time linear in its length, before it is validated.

Fragments make a document expand. Each is measured once, however often it is spread; and only one
that is small when written out is looked at as written out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from gateway.planner.errors import beyond, refused

MOST_CHARACTERS = 64 * 1024
MOST_TOKENS = 2000
MOST_COMMENTS = 200
DEEPEST = 20  # fields within fields
BROADEST = 100  # fields side by side, in one object
MOST_ALIASES = 100
MOST_FIELDS = 1000  # of an operation
MOST_FIELDS_IN_ALL = 5000  # of all operations and fragments: validation looks at each by itself
MOST_COMPARISONS = 5000  # of selections that meet under one name; they cost validation 2 us each
SPREAD_WEIGHT = 8  # comparisons of fields that a comparison of two fragments costs

Definition = OperationDefinitionNode | FragmentDefinitionNode


def measure(
    operations: Sequence[OperationDefinitionNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> None:
    """Raises RequestError for a document beyond the limits."""
    sizes = _Sizes(fragments)
    definitions: list[Definition] = [*operations, *fragments.values()]
    in_all = 0
    for definition in definitions:
        size = sizes.of(definition.selection_set)
        _check(size, definition)
        in_all += size.fields
    if in_all > MOST_FIELDS_IN_ALL:
        raise beyond(
            "fields in all",
            in_all,
            MOST_FIELDS_IN_ALL,
            "send the operation that you want with the fragments that it needs, and no others",
        )
    comparisons = sum(_comparisons(fragments, [each.selection_set], 1) for each in definitions)
    if comparisons > MOST_COMPARISONS:
        raise beyond(
            "repetitions",
            comparisons,
            MOST_COMPARISONS,
            "say each field and spread each fragment once in an object",
        )


@dataclass(frozen=True, slots=True)
class _Size:
    """Of selections, with every fragment written out where it is spread."""

    fields: int = 0
    depth: int = 0
    breadth: int = 0  # fields side by side, at the top
    broadest: int = 0  # the same, wherever it is most
    aliases: int = 0

    def beside(self, other: "_Size") -> "_Size":
        breadth = self.breadth + other.breadth
        return _Size(
            fields=self.fields + other.fields,
            depth=max(self.depth, other.depth),
            breadth=breadth,
            broadest=max(breadth, self.broadest, other.broadest),
            aliases=self.aliases + other.aliases,
        )

    def within(self, field: FieldNode) -> "_Size":
        return _Size(
            fields=self.fields + 1,
            depth=self.depth + 1,
            breadth=1,
            broadest=max(self.broadest, 1),
            aliases=self.aliases + (field.alias is not None),
        )


def _check(size: _Size, definition: Definition) -> None:
    """Raises RequestError for a definition beyond the limits."""
    written_out = "(its fragments written out)"
    for limit, asked, most, advice in (
        ("depth", size.depth, DEEPEST, "ask for what lies deeper by its id, in another request"),
        ("fields", size.fields, MOST_FIELDS, f"ask in several requests {written_out}"),
        ("breadth", size.broadest, BROADEST, f"ask for fewer fields of an object {written_out}"),
        ("aliases", size.aliases, MOST_ALIASES, "ask for many alike by `nodes`, or in a list"),
    ):
        if asked > most:
            raise beyond(limit, asked, most, advice, [definition])


class _Sizes:
    """Sizes of selections, each fragment's worked out once."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, _Size | None] = {}  # None: being worked out

    def of(self, selections: SelectionSetNode | None) -> _Size:
        size = _Size()
        for selection in selections.selections if selections else ():
            size = size.beside(self._of_one(selection))
        return size

    def _of_one(self, selection: SelectionNode) -> _Size:
        if isinstance(selection, FieldNode):
            return self.of(selection.selection_set).within(selection)
        if isinstance(selection, FragmentSpreadNode):
            return self._of_fragment(selection)
        assert isinstance(selection, InlineFragmentNode)
        return self.of(selection.selection_set)

    def _of_fragment(self, spread: FragmentSpreadNode) -> _Size:
        name = spread.name.value
        if name not in self._fragments:
            return _Size()  # which validation reports
        if name not in self._known:
            self._known[name] = None
            self._known[name] = self.of(self._fragments[name].selection_set)
        size = self._known[name]
        if size is None:
            message = f"The fragment {name} spreads itself."
            raise refused("GRAPHQL_VALIDATION_FAILED", message, [spread])
        return size


def _comparisons(
    fragments: Mapping[str, FragmentDefinitionNode], merged: list[SelectionSetNode], level: int
) -> int:
    """How many pairs of selections validation compares, to see that those of one name agree.

    It does so for each pair once from every level above it.
    """
    fields: dict[str, list[SelectionSetNode | None]] = {}
    spreads: set[str] = set()
    waiting = list(merged)
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FieldNode):
                key = (selection.alias or selection.name).value
                fields.setdefault(key, []).append(selection.selection_set)
            elif isinstance(selection, InlineFragmentNode):
                waiting.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                fragment = fragments.get(selection.name.value)
                if fragment is not None and selection.name.value not in spreads:
                    spreads.add(selection.name.value)
                    waiting.append(fragment.selection_set)
    inner = 0
    for sets in fields.values():
        below = [each for each in sets if each is not None]
        inner += level * _pairs(len(sets)) + (
            _comparisons(fragments, below, level + 1) if below else 0
        )
    return inner + level * SPREAD_WEIGHT * _pairs(len(spreads))


def _pairs(count: int) -> int:
    return count * (count - 1) // 2
