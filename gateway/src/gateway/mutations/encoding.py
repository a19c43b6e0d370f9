"""From the arguments of a mutation to the body of its command, and back for what is refused."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from strawberry.types import has_object_definition
from strawberry.types.base import StrawberryList, StrawberryOptional
from strawberry.utils.str_converters import to_camel_case

from gateway.mutations.declaring import CLEARS, ID_OF
from gateway.planner import read_global_id

Convert = Callable[[Any, str], Any]  # the value, and where it stands in the request


class BadId(Exception):  # noqa: N818
    """An id that is not one of the type that the argument takes."""


class Encoder:
    """Turns an input object, as GraphQL coerced it, into the members of a command's body.

    Global ids become UUIDs. A null is left out, unless it is an order to take the value away.
    """

    def __init__(self, input_type: type) -> None:
        definition = input_type.__strawberry_definition__  # pyright: ignore  # every input has one
        self._fields = {
            to_camel_case(field.python_name): (
                field.python_name,
                _converter(field.type, field.metadata.get(ID_OF)),
                bool(field.metadata.get(CLEARS)),
            )
            for field in definition.fields
        }

    def encode(self, values: Mapping[str, Any], where: str) -> dict[str, Any]:
        """Raises BadId."""
        body: dict[str, Any] = {}
        for name, value in values.items():
            python_name, convert, clears = self._fields[name]
            if value is not None:
                body[python_name] = convert(value, f"{where}.{name}")
            elif clears:
                body[python_name] = None
        return body


def _converter(type_: Any, id_of: str | None) -> Convert:
    match type_:
        case StrawberryOptional():
            return _converter(type_.of_type, id_of)
        case StrawberryList():
            item = _converter(type_.of_type, id_of)
            return lambda values, where: [
                item(value, f"{where}[{place}]") for place, value in enumerate(values)
            ]
        case _ if id_of is not None:
            return lambda text, where: _id(text, id_of, where)
        case _ if isinstance(type_, type) and has_object_definition(type_):
            return Encoder(type_).encode
        case _:
            return lambda value, _: value


def _id(text: str, type_name: str, where: str) -> Any:
    found = read_global_id(text)
    if found is None:
        raise BadId(f"`{where}` takes the global id of a {type_name}; this is no global id.")
    if found[0] != type_name:
        raise BadId(f"`{where}` takes the global id of a {type_name}, not of a {found[0]}.")
    return found[1]


def path_in_input(path: str | None) -> str | None:
    """Where in the mutation's input a service found something wrong in the command's body."""
    if path is None or path == "$":
        return None
    return to_camel_case(re.sub(r"^\$", "input", path))
