"""How large a document may be, measured in time linear in its length, before it is validated.

Fragments make a document expand. Each is measured once, however often it is spread; and only one
that is small when written out is looked at as written out.
"""

from collections.abc import Mapping, Sequence

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from gateway.planner.errors import refused

MOST_CHARACTERS = 64 * 1024
MOST_TOKENS = 2000
MOST_COMMENTS = 200
DEEPEST = 20  # fields within fields
MOST_FIELDS = 1000  # with every fragment written out where it is spread
MOST_COMPARISONS = 5000  # of selections that meet under one name; they cost validation 2 us each
SPREAD_WEIGHT = 8  # comparisons of fields that a comparison of two fragments costs

Definition = OperationDefinitionNode | FragmentDefinitionNode


def measure(
    operations: Sequence[OperationDefinitionNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> None:
    """Raises RequestError for a document beyond the limits."""
    sizes = _Sizes(fragments)
    definitions: list[Definition] = [*operations, *fragments.values()]
    for definition in definitions:
        fields, depth = sizes.of(definition.selection_set)
        if depth > DEEPEST:
            message = f"The document nests fields {depth} deep: {DEEPEST} is the most, so split it."
            raise refused("TOO_LARGE", message, [definition])
        if fields > MOST_FIELDS:
            message = (
                f"The document asks for {fields} fields, its fragments written out:"
                f" {MOST_FIELDS} is the most, so split it."
            )
            raise refused("TOO_LARGE", message, [definition])
    comparisons = sum(_comparisons(fragments, [each.selection_set], 1) for each in definitions)
    if comparisons > MOST_COMPARISONS:
        message = "The document repeats the same names or fragments too often: say each once."
        raise refused("TOO_LARGE", message)


class _Sizes:
    """The number of fields and the depth of selections, each fragment's worked out once."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, tuple[int, int] | None] = {}  # None: being worked out

    def of(self, selections: SelectionSetNode) -> tuple[int, int]:
        fields, depth = 0, 0
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                inner = self.of(selection.selection_set) if selection.selection_set else (0, 0)
                size = (inner[0] + 1, inner[1] + 1)
            elif isinstance(selection, FragmentSpreadNode):
                size = self._of_fragment(selection)
            else:
                assert isinstance(selection, InlineFragmentNode)
                size = self.of(selection.selection_set)
            fields, depth = fields + size[0], max(depth, size[1])
        return fields, depth

    def _of_fragment(self, spread: FragmentSpreadNode) -> tuple[int, int]:
        name = spread.name.value
        if name not in self._fragments:
            return 0, 0  # which validation reports
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
