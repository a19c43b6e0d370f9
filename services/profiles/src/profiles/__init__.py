"""Organisations, sites and people."""
