"""Documents: parsed, measured and validated, before anything of them is compiled."""

from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    StringValueNode,
    Visitor,
    parse,
    validate,
    visit,
)

from gateway.planner.errors import RequestError, beyond, refused
from gateway.planner.limits import MOST_CHARACTERS, MOST_COMMENTS, MOST_TOKENS, measure
from gateway.planner.variables import Variables, require_storable

MOST_ERRORS = 3  # that are told of; each may take as long as writing the whole document does

SMALLER = "put values into variables, and ask in several requests"


@dataclass(frozen=True, eq=False)
class Document:
    """A valid document."""

    text: str
    ast: DocumentNode
    operations: tuple[OperationDefinitionNode, ...]
    fragments: dict[str, FragmentDefinitionNode]
    _variables: dict[str | None, Variables] = field(default_factory=dict[str | None, Variables])

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation of that name, or the only one."""
        named = [
            each
            for each in self.operations
            if name is None or (each.name is not None and each.name.value == name)
        ]
        match named:
            case [operation]:
                return operation
            case []:
                message = f"The document has no operation named {name!r}."
            case _:
                message = "The document has several operations: `operationName` must say which."
        raise refused("OPERATION_RESOLUTION_FAILURE", message)

    def variables(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> Variables:
        """What an operation of the document declares."""
        name = operation.name and operation.name.value
        declared = self._variables.get(name)
        if declared is None:
            declared = self._variables[name] = Variables(schema, operation)
        return declared


def read_document(schema: GraphQLSchema, text: str) -> Document:
    """Raises RequestError for a document that is malformed, too large, or not of the schema."""
    require_storable(text, "the document")
    if len(text) > MOST_CHARACTERS:
        raise beyond("characters", len(text), MOST_CHARACTERS, SMALLER)
    try:
        ast = parse(
            text,
            max_lexical_tokens=MOST_TOKENS,
            max_comments=MOST_COMMENTS,
            allow_empty_selection_sets=False,
        )
    except GraphQLError as error:
        for limit, most in (("tokens", MOST_TOKENS), ("comments", MOST_COMMENTS)):
            if f"more than {most} {limit}" in error.message:
                raise beyond(limit, None, most, SMALLER) from None
        raise RequestError("GRAPHQL_PARSE_FAILED", [error]) from None
    document = Document(
        text=text,
        ast=ast,
        operations=tuple(
            each for each in ast.definitions if isinstance(each, OperationDefinitionNode)
        ),
        fragments={
            each.name.value: each
            for each in ast.definitions
            if isinstance(each, FragmentDefinitionNode)
        },
    )
    measure(document.operations, document.fragments)
    errors = validate(schema, ast, max_errors=MOST_ERRORS, hide_suggestions=True)
    if errors:
        raise RequestError("GRAPHQL_VALIDATION_FAILED", errors)
    visit(ast, _StorableText())
    return document


class _StorableText(Visitor):
    """A literal may spell a NUL with an escape."""

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        require_storable(node.value, "a literal in the document")
