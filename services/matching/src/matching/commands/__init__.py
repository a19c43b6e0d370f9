"""What can be asked of matching: each command next to what carries it out."""

from matching.commands import enrolments, pairings, programmes, requests, runs
from matching.commands.registry import commands

__all__ = ["commands", "enrolments", "pairings", "programmes", "requests", "runs"]
