"""Ending pairings that somebody's going ends."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from chassis.unit import Unit
from contracts.matching import Pairing, PairingChange
from matching.domain.pairing import PLATFORM, Action, act
from matching.store import pairings, standing


async def end_pairings(
    unit: Unit, ending: Sequence[Pairing], *, reason: str, person_id: UUID | None = None
) -> None:
    """End open pairings whose people's standing is locked. `person_id` is who caused it."""
    ended = [
        act(each, Action.END, by=PLATFORM, person_id=person_id, at=unit.now, reason=reason)[0]
        for each in ending
    ]
    await pairings.save_all(unit, ended, PairingChange.ENDED)
    freed = Counter(each.mentor_id for each in ended)
    await standing.add_load(unit, {mentor_id: -count for mentor_id, count in freed.items()})
