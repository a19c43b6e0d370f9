"""Which fields an object of a type answers, by response key, in order: the spec's CollectFields."""

from collections.abc import Iterable, Iterator, Mapping

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    is_abstract_type,
)

from gateway.planner.errors import refused

Fields = dict[str, list[FieldNode]]


class Collector:
    """Collects with the conditions of `@skip` and `@include` decided by `conditions`."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        conditions: Mapping[str, object],
    ) -> None:
        self.schema = schema
        self.fragments = fragments
        self.conditions = conditions

    def fields(self, type_: GraphQLObjectType, selections: Iterable[SelectionSetNode]) -> Fields:
        collected: Fields = {}
        spread: set[str] = set()
        for selection_set in selections:
            for field in self._flatten(type_, selection_set, spread):
                collected.setdefault((field.alias or field.name).value, []).append(field)
        return collected

    def _flatten(
        self, type_: GraphQLObjectType, selection_set: SelectionSetNode, spread: set[str]
    ) -> Iterator[FieldNode]:
        for selection in selection_set.selections:
            if not self._included(selection):
                continue
            if isinstance(selection, FieldNode):
                yield selection
                continue
            if isinstance(selection, FragmentSpreadNode):
                if selection.name.value in spread:
                    continue
                spread.add(selection.name.value)
                fragment = self.fragments[selection.name.value]
            else:
                assert isinstance(selection, InlineFragmentNode)
                fragment = selection
            condition = fragment.type_condition
            if condition is None or self._applies(condition.name.value, type_):
                yield from self._flatten(type_, fragment.selection_set, spread)

    def _included(self, selection: SelectionNode) -> bool:
        for directive in selection.directives or ():
            name = directive.name.value
            if name in ("skip", "include"):
                asked = next(iter(directive.arguments or ())).value
                if isinstance(asked, VariableNode):
                    met = self.conditions.get(asked.name.value)
                    if met is None:
                        message = f"The condition of `@{name}` is null."
                        raise refused("BAD_USER_INPUT", message, [asked])
                else:
                    assert isinstance(asked, BooleanValueNode)
                    met = asked.value
                if met is (name == "skip"):
                    return False
        return True

    def _applies(self, condition: str, type_: GraphQLObjectType) -> bool:
        named = self.schema.type_map[condition]
        return named is type_ or (is_abstract_type(named) and self.schema.is_sub_type(named, type_))


def selections_of(fields: Iterable[FieldNode]) -> list[SelectionSetNode]:
    return [field.selection_set for field in fields if field.selection_set is not None]
