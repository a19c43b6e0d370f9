"""Matching beside exact solvers, flows and a textbook of stable games."""
