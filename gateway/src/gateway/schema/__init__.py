"""The schema: the object types with where their fields are read, and where reading begins."""

import strawberry

from gateway.schema import statements as statements
from gateway.schema import vocabularies as vocabularies
from gateway.schema.query import Query
from gateway.schema.scalars import CONFIG
from gateway.schema.subscription import Subscription


def build_schema(mutation: type | None = None) -> strawberry.Schema:
    """The whole API. `mutation` is the type whose fields are the commands."""
    return strawberry.Schema(
        query=Query, mutation=mutation, subscription=Subscription, config=CONFIG
    )
