"""How an outbox's rows get into the log: by our relay, by Debezium, and the limit of the client."""
