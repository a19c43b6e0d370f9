"""Reading people's texts in the background: each once, until it changes.

Whoever claims people reads them outside of any transaction, and keeps what came of it only where
nobody has changed, read or erased them meanwhile. So it may end anywhere, and others go on.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from prometheus_client import Gauge

from chassis.logs import logger
from chassis.service import Running
from chassis.turns import Turns
from chassis.unit import Unit
from matching.by_itself import unit_of
from matching.meaning import minilm
from matching.meaning.reading import Reader, fingerprint, recipe
from matching.meaning.texts import texts_of
from matching.settings import Meaning as Wanted
from matching.settings import settings
from matching.store import meanings, unread
from matching.store.meanings import Key, Meaning
from matching.store.unread import Claim

AT_ONCE = 64  # people: a second's work
POLL = 2.0  # seconds between looks for work
PATIENCE = 10  # looks without work, after which the model's memory is given back

OFF = "off"  # the recipe by which nothing is read

UNREAD = Gauge("cairn_texts_unread", "People whose texts are to be read, or to be read again")

log = logger("matching.reading")


async def read_texts(running: Running) -> None:
    """The service's job: until cancelled."""
    wanted = settings().meaning
    files = await asyncio.to_thread(model_files, wanted)
    how = OFF if wanted is Wanted.OFF else recipe(files)
    if await unread.read_by(running.pipe, how):
        log.info("everybody's texts are read anew", by=how)
    reading = Reading(running, None if how == OFF else files, how)
    await Turns(reading.turn, every=POLL, called="the reader of texts").run()


def model_files(wanted: Wanted) -> Path | None:
    """The model's folder, where it is wanted, installed, and what it should be."""
    files = minilm.folder() if wanted is Wanted.MODEL else None
    try:
        if files is not None:
            minilm.check(files)
    except minilm.NotTheWeights as reason:
        log.error("texts are compared by their letters", reason=str(reason))
        return None
    return files


class Reading:
    """Reads whoever is unread, by one recipe."""

    def __init__(self, running: Running, files: Path | None, how: str) -> None:
        """`files` is the model's folder, or None; `how` is the recipe, or OFF."""
        self._running = running
        self._files = files
        self._how = how
        self._reader: Reader | None = None
        self._looks = 0  # since there was work

    async def turn(self) -> bool:
        """Read some; returns whether there was anybody to be read."""
        claims = await unread.claim(self._running.pipe, AT_ONCE)
        if not claims:
            await self._rest()
            return False
        self._looks = 0
        by_organisation: defaultdict[UUID, list[Claim]] = defaultdict(list)
        for each in claims:
            by_organisation[each.organisation_id].append(each)
        for organisation_id, theirs in by_organisation.items():
            await self._read(organisation_id, theirs)
        return True

    async def _rest(self) -> None:
        """Give the model's memory back, once nothing has come for a while."""
        UNREAD.set(await unread.count(self._running.pipe))
        self._looks += 1
        if self._looks > PATIENCE:
            self._reader = None

    async def _read(self, organisation_id: UUID, claims: Sequence[Claim]) -> None:
        ids = [each.person_id for each in claims]
        async with unit_of(self._running, organisation_id) as unit:
            texts = await self._texts(unit, ids)
            known = await meanings.fingerprints(unit, ids)
        prints = {key: fingerprint(self._how, text) for key, text in texts.items()}
        new = {key: text for key, text in texts.items() if known.get(key) != prints[key]}
        found = await asyncio.to_thread(self._meanings, new, prints) if new else []
        async with unit_of(self._running, organisation_id) as unit:
            held = await unread.lock_claimed(unit, claims)
            empty = {key for key in known if key not in texts or key in new}
            await meanings.drop(unit, [key for key in empty if key[0] in held])
            await meanings.keep(unit, [each for each in found if each.person_id in held])
            await unread.settle(unit, held)

    async def _texts(self, unit: Unit, person_ids: Sequence[UUID]) -> dict[Key, str]:
        if self._how == OFF:
            return {}
        return {
            (person.id, kind): text
            for person in await unread.states(unit, person_ids)
            for kind, text in texts_of(person).items()
        }

    def _meanings(self, texts: dict[Key, str], prints: dict[Key, bytes]) -> list[Meaning]:
        """What the texts mean, of those that say something; for a thread."""
        if self._reader is None:
            self._reader = Reader(self._files)
        vectors, spaces = self._reader.read([(kind, text) for (_, kind), text in texts.items()])
        return [
            Meaning(
                person_id=person_id,
                kind=kind,
                fingerprint=prints[person_id, kind],
                space=space,
                vector=vector,
            )
            for (person_id, kind), vector, space in zip(texts, vectors, spaces, strict=True)
            if vector.any()
        ]
