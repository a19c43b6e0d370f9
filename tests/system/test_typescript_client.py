"""The TypeScript client, compiled strictly, as a mentee's app uses it."""

import msgspec
import pytest

from support.node import run_node
from support.organisation import Organisation, mentee, mentor
from support.running import RunningPlatform
from support.typescript import BUILD

pytestmark = pytest.mark.platform


async def test_it_signs_in_reads_follows_and_mutates(
    typescript: None, platform: RunningPlatform
) -> None:
    tenant = Organisation(platform)
    await tenant.set_up()
    await tenant.take_up(mentor("ana"), mentee("ben"))
    pairing_id = await tenant.propose(await tenant.programme(), "ana", "ben")
    await (await tenant.api("ana")).done("acceptPairing", pairingId=pairing_id)

    printed = await run_node(
        BUILD / "example/mentee.js",
        URL=platform.gateway,
        ISSUER=platform.settings.issuer,
        SUBJECT="ben",
        ORGANISATION=str(tenant.id),
    )

    found = msgspec.json.decode(printed)
    pairing = {"id": pairing_id, "status": "ACTIVE"}
    payload = {"__typename": "AcceptPairingPayload", "current": True, "pairing": pairing}
    assert found["name"] == "Ines Almeida ben"
    assert found["accepted"] == payload
    assert (found["again"]["__typename"], found["again"]["code"]) == (
        "Refused",
        "illegal-transition",
    )
    assert found["booked"] == found["next"] is not None
    assert {"PAIRING_PROPOSED", "SESSION_SCHEDULED"} <= set(found["told"])
