"""What these tests are about is what a log and a database hold: each test has its own."""

from support.fresh_ledger import app, databases, hasty, ledger, pipe, producer, sent, watching

__all__ = ["app", "databases", "hasty", "ledger", "pipe", "producer", "sent", "watching"]
