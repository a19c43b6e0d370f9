"""Measured work, each beside its peer or its limit: `make bench`. Nothing here is a test."""
