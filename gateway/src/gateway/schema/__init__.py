"""The schema: object types with where their fields are read, and the roots."""

import strawberry


def build_schema(mutation: type | None = None) -> strawberry.Schema:
    """The whole API. `mutation` is the type whose fields are the commands."""
    raise NotImplementedError
