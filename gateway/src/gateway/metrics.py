"""Every metric the gateway keeps besides the chassis's."""

from functools import cache

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("cairn_graphql_requests", "GraphQL requests by outcome", ["kind", "outcome"])
SECONDS = Histogram("cairn_graphql_seconds", "Time to answer a GraphQL request", ["kind"])


@cache  # the library's own look-up takes longer than counting does
def requests(kind: str, outcome: str) -> Counter:
    return REQUESTS.labels(kind, outcome)


@cache
def seconds(kind: str) -> Histogram:
    return SECONDS.labels(kind)


NOT_CURRENT = Counter(
    "cairn_graphql_not_current", "Mutations answered before the read model had their writes"
)
SHARED = Histogram(
    "cairn_graphql_shared",
    "Queries that one statement answered, of those that had to wait",
    buckets=(1, 2, 4, 8, 16, 32),
)
SHARED_FAILED = Counter(
    "cairn_graphql_shared_failed", "Shared statements that failed; their queries ran again, alone"
)

LIVE_SOCKETS = Gauge("cairn_live_sockets", "WebSockets that are open")
LIVE_SUBSCRIPTIONS = Gauge("cairn_live_subscriptions", "What is followed over them")
LIVE_UPDATES = Counter("cairn_live_updates", "Answers sent to those who follow something")
LIVE_COALESCED = Counter(
    "cairn_live_coalesced", "Changes of what was to be read anew already: they need no answer more"
)
LIVE_ENDED = Counter(
    "cairn_live_ended",
    "WebSockets that ended: by our close code, or because the client left",
    ["code"],
)
