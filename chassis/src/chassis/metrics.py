"""Every metric the chassis keeps, in Prometheus's form."""

from prometheus_client import Counter, Gauge, Histogram

COMMANDS = Counter("cairn_commands", "Commands by outcome", ["command", "outcome"])
COMMAND_SECONDS = Histogram("cairn_command_seconds", "Time to answer a command", ["command"])

OUTBOX_DEPTH = Gauge(
    "cairn_outbox_depth", "Events that wait for the relay; 10,000 stands for more", ["lane"]
)
OUTBOX_AGE = Gauge("cairn_outbox_age_seconds", "Age of the oldest waiting event", ["lane"])
OUTBOX_PARKED = Gauge("cairn_outbox_parked", "Events too large for every topic, put aside")
RELAYED = Counter("cairn_relayed", "Events published", ["topic"])
HEALED = Counter("cairn_healed", "Keys whose last record was stale and was put right", ["topic"])
RELAY_LEADS = Gauge("cairn_relay_leads", "1 where this process holds the relay's lock")

CONSUMER_LAG = Gauge("cairn_consumer_lag", "Records behind the log's end", ["topic"])
HANDLER_SECONDS = Histogram(
    "cairn_handler_seconds", "Time to handle one batch of records", ["topic"]
)
HANDLED = Counter("cairn_handled", "Records by what became of them", ["topic", "outcome"])
PARKED = Counter("cairn_parked", "Records parked", ["topic"])
DROPPED = Counter(
    "cairn_dropped", "Records neither handled nor parked, for they name who was erased", ["topic"]
)
DEAD_LETTERS = Gauge("cairn_dead_letters", "Records that are parked still", ["topic"])
WAITING = Gauge("cairn_waiting", "Events that wait for another to arrive")

DELIVERIES = Counter("cairn_deliveries", "Deliveries by outcome", ["kind", "outcome"])
DELIVERY_DEPTH = Gauge("cairn_delivery_depth", "Deliveries that are planned and not settled")

SOCKETS_CUT_OFF = Counter(
    "cairn_sockets_cut_off",
    "WebSockets ended without a word: what was sent was not read, no pong came, or too much did",
    ["reason"],
)
