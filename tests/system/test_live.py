"""What one of the two does reaches the other's screen by itself."""

import signal
from collections.abc import Callable

import pytest

from support.live import opened
from support.organisation import Organisation, mentee, mentor, slot
from support.running import JSON, RunningPlatform
from support.waiting import eventually

pytestmark = pytest.mark.platform

MEETING = "subscription($id: ID!) { session(id: $id) { topic place status } }"
HOME = "subscription { home { nextSession { topic } } }"
PAIRING = """subscription($id: ID!) { pairing(id: $id) {
    sessions(first: 5) { edges { node { topic status } } } } }"""
INBOX = "subscription { inbox(first: 9) { edges { node { kind } } } }"


def is_now(wanted: JSON) -> Callable[[JSON], bool]:
    return lambda data: data == wanted


async def test_a_session_reaches_those_who_follow(platform: RunningPlatform) -> None:
    tenant = Organisation(platform)
    await tenant.set_up()
    await tenant.take_up(mentor("ana"), mentee("ben"))
    pairing_id = await tenant.pair(await tenant.programme(), "ana", "ben")
    ana, ben = await tenant.api("ana"), await tenant.api("ben")

    async with opened(platform.gateway, ben.token) as live:
        home, inbox = await live.subscribe(HOME), await live.subscribe(INBOX)
        pairing = await live.subscribe(PAIRING, id=pairing_id)
        await live.told_at_last(home, is_now({"home": {"nextSession": None}}))
        await live.told_at_last(pairing, is_now({"pairing": {"sessions": {"edges": []}}}))

        booked = await ana.done(
            "bookSession", "session { id }", pairingId=pairing_id, topic="Goals", **slot(days=3)
        )
        await live.told_at_last(home, is_now({"home": {"nextSession": {"topic": "Goals"}}}))
        scheduled = {"node": {"topic": "Goals", "status": "SCHEDULED"}}
        booked_in = {"pairing": {"sessions": {"edges": [scheduled]}}}
        await live.told_at_last(pairing, is_now(booked_in))
        news = {"node": {"kind": "SESSION_SCHEDULED"}}
        await live.told_at_last(inbox, lambda data: news in data["inbox"]["edges"])

        session_id = booked["session"]["id"]
        session = await live.subscribe(MEETING, id=session_id)
        meeting = {"topic": "Goals", "place": "", "status": "SCHEDULED"}
        await live.told_at_last(session, is_now({"session": meeting}))
        assert platform.kill("projector")
        await ana.mutate("moveSession", sessionId=session_id, place="Room 5", **slot(days=4))
        await live.told_at_last(session, is_now({"session": meeting | {"place": "Room 5"}}))


async def test_who_is_told_that_the_gateway_restarts_finds_all_again(
    platform: RunningPlatform,
) -> None:
    tenant = Organisation(platform)
    await tenant.set_up()
    await tenant.take_up(mentee("ben"))
    ben = await tenant.api("ben")
    name = "subscription { home { aspiration } }"
    async with opened(platform.gateway, ben.token) as live:
        await live.told_at_last(await live.subscribe(name), is_now({"home": {"aspiration": ""}}))
        assert platform.signal("gateway", signal.SIGTERM)
        assert (await live.ending())[0] == 1012

    await eventually(lambda: platform.ready("gateway"), within=60)
    async with opened(platform.gateway, ben.token) as live:
        home = await live.subscribe(name)
        await live.told_at_last(home, is_now({"home": {"aspiration": ""}}))
        person = tenant.ids["ben"]
        await ben.done("updateProfile", personId=person, aspiration="A team of five")
        await live.told_at_last(home, is_now({"home": {"aspiration": "A team of five"}}))
