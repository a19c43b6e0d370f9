"""Each experiment has a ledger of its own."""

from support.fresh_ledger import app, databases, ledger, pipe, producer, sent, watching

__all__ = ["app", "databases", "ledger", "pipe", "producer", "sent", "watching"]
