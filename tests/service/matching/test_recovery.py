"""Matching on yesterday's database: the log gives back its aggregates, and what follows."""

from collections.abc import Awaitable, Callable

import pytest

from contracts.matching import PAIRING, PairingStatus, Role
from matching.main import service
from support.backups import back_up, restore
from support.databases import ServiceDatabase
from support.harness import harness
from support.network import Network
from support.recovering import empty_topics, publishing, recovered

pytestmark = pytest.mark.platform


async def test_pairings_places_and_runs_are_right_again(
    database: Callable[[str], Awaitable[ServiceDatabase]], kafka: str
) -> None:
    dsn = await database("matching")
    await empty_topics(kafka, service.publishes)
    async with publishing(service, dsn, kafka) as matching:
        network = Network(matching)
        programme_id = await network.programme()
        other = await network.programme(name="Another")
        full, free = await network.mentor(capacity=6), await network.mentor(capacity=6)
        mentees = [await network.joins() for _ in range(6)]
        for mentor in (full, free):
            await network.enrol(programme_id, mentor, Role.MENTOR)
        for mentee in mentees:
            await network.enrol(programme_id, mentee, Role.MENTEE)
            await network.propose(programme_id, full, mentee)
    await back_up(dsn)

    # Each mentee declines one mentor and takes the other: two open pairings are never allowed, and
    # the log has the two pairings in whatever partitions they fall into.
    async with publishing(service, dsn, kafka) as matching:
        network.matching = matching
        for pairing, mentee in zip(await network.pairings(), mentees, strict=True):
            await network.done("decline-pairing", mentee, pairing_id=pairing.id)
        for mentee in mentees[:5]:
            assert (await network.propose(programme_id, free, mentee)).code is None
        run = await network.done("start-matching-run", programme_id=other)
        before = await network.pairings()
    await restore(dsn)

    done = await recovered(service, dsn, kafka)
    assert done.organisations == 1
    assert done.states[PAIRING] == 6 + 5
    async with harness(service, dsn) as matching:
        network.matching = matching
        assert await network.pairings() == before
        assert [await network.load(each) for each in (full, free)] == [0, 5]
        assert (await network.propose(programme_id, free, mentees[0])).code is not None
        assert (await network.propose(programme_id, free, mentees[5])).code is None
        assert await network.load(free) == 6
        told = await matching.outbox(network.organisation_id)
        assert [each.type for each in told] == ["matching.run.failed", "matching.pairing.proposed"]
        assert told[0].state["id"] == str(run.id)
        assert (await network.do("start-matching-run", programme_id=other)).code is None
    open_ones = [each for each in before if each.status is PairingStatus.PROPOSED]
    assert len(open_ones) == 5
