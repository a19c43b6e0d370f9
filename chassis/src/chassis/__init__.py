"""The mechanism every Cairn service stands on: commands, outbox, consumer, telemetry; it knows no mentor."""
