"""What can be asked of matching: each command next to what carries it out."""

from matching.commands import (
    drafts,
    enrolments,
    exclusions,
    pairings,
    participation,
    programmes,
    requests,
    runs,
    suggestions,
)
from matching.commands.registry import commands

__all__ = [
    "commands",
    "drafts",
    "enrolments",
    "exclusions",
    "pairings",
    "participation",
    "programmes",
    "requests",
    "runs",
    "suggestions",
]
