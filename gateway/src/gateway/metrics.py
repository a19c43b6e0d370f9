"""Every metric the gateway keeps besides the chassis's."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("cairn_graphql_requests", "GraphQL requests by outcome", ["kind", "outcome"])
SECONDS = Histogram("cairn_graphql_seconds", "Time to answer a GraphQL request", ["kind"])
NOT_CURRENT = Counter(
    "cairn_graphql_not_current", "Mutations answered before the read model had their writes"
)
