"""How large a document may be, measured in time linear in its length.

Fragments make documents expand: each is measured once, however often it is spread.
"""

from collections.abc import Iterable, Mapping

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
DEEPEST = 20  # fields within fields
MOST_FIELDS = 1000  # with every fragment written out where it is spread


def measure(
    operations: Iterable[OperationDefinitionNode],
    fragments: Mapping[str, FragmentDefinitionNode],
) -> None:
    """Raises RequestError for a document beyond the limits; cycles are left to validation."""
    sizes = _Sizes(fragments)
    for operation in operations:
        fields, depth = sizes.of(operation.selection_set)
        if depth > DEEPEST:
            message = (
                f"The operation nests fields {depth} deep: {DEEPEST} is the most, so split it."
            )
            raise refused("TOO_LARGE", message, [operation])
        if fields > MOST_FIELDS:
            message = (
                f"The operation asks for {fields} fields, its fragments written out:"
                f" {MOST_FIELDS} is the most, so split it."
            )
            raise refused("TOO_LARGE", message, [operation])


class _Sizes:
    """The number of fields and the depth of selections, each fragment's worked out once."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, tuple[int, int]] = {}

    def of(self, selections: SelectionSetNode) -> tuple[int, int]:
        fields, depth = 0, 0
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                inner = self.of(selection.selection_set) if selection.selection_set else (0, 0)
                size = (inner[0] + 1, inner[1] + 1)
            elif isinstance(selection, FragmentSpreadNode):
                size = self._of_fragment(selection.name.value)
            else:
                assert isinstance(selection, InlineFragmentNode)
                size = self.of(selection.selection_set)
            fields, depth = fields + size[0], max(depth, size[1])
        return fields, depth

    def _of_fragment(self, name: str) -> tuple[int, int]:
        if name not in self._known:
            self._known[name] = (0, 0)  # what a cycle comes back to
            if name in self._fragments:
                self._known[name] = self.of(self._fragments[name].selection_set)
        return self._known[name]
