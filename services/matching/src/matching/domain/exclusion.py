"""Exclusions: whose they are, and who may know of them."""

from chassis.identity import Caller
from contracts.matching import Exclusion, Programme
from matching.domain.programme import is_coordinator


def is_own(exclusion: Exclusion) -> bool:
    """Whether the person said it themselves: then nobody else may know."""
    return exclusion.made_by == exclusion.person_id


def is_seen_by(exclusion: Exclusion, caller: Caller, programme: Programme | None) -> bool:
    """Whether the caller may know of it; `programme` is the exclusion's."""
    if is_own(exclusion):
        return caller.person_id == exclusion.person_id
    return programme is not None and is_coordinator(programme, caller)
