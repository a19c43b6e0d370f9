"""Programmes, enrolments, matching runs and pairings."""
