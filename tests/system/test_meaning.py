"""What somebody writes is read in the background, and counts in whom they are matched with."""

import pytest

from support.organisation import Organisation, mentee, mentor
from support.running import JSON, RunningPlatform
from support.waiting import eventually

pytestmark = pytest.mark.platform

REASONS = """
query Reasons($id: ID!) {
  node(id: $id) { ... on Pairing { reasons { criterion share sentence } } }
}
"""


async def test_a_pair_is_told_that_hopes_and_experience_are_close(
    platform: RunningPlatform,
) -> None:
    tenant = Organisation(platform)
    await tenant.set_up()
    await tenant.take_up(
        mentor("ana", jobTitle="Clinic Director", skillsOffered=["budgeting"]),
        mentor("eva", jobTitle="Chemist", skillsOffered=["chromatography"]),
        mentee("ben"),
    )
    ben = await tenant.api("ben")
    hope = "Move from nursing into hospital management"
    await ben.done("updateProfile", personId=tenant.ids["ben"], aspiration=hope)
    database = await platform.database("matching")

    async def all_read() -> bool:
        spaces = await database.fetch(
            "select space from meanings where organisation_id = $1", tenant.id
        )
        return [row["space"] for row in spaces] == ["all-MiniLM-L6-v2"] * 3

    try:
        await eventually(all_read, within=90)
    finally:
        await database.close()
    programme_id = await tenant.programme(rules={"weightAspiration": 1})
    told: dict[str, list[JSON]] = {}
    for number in ("eva", "ana"):
        pairing_id = await tenant.propose(programme_id, number, "ben")
        told[number] = (await ben.query(REASONS, id=pairing_id))["node"]["reasons"]
        await ben.done("declinePairing", pairingId=pairing_id)

    why = {
        number: {each["criterion"]: each for each in reasons} for number, reasons in told.items()
    }
    close = why["ana"]["aspiration"]
    assert close["share"] > why["eva"].get("aspiration", {"share": 0})["share"]
    assert close["sentence"].startswith("What the mentee hopes for ")
    assert close["sentence"].endswith(" what the mentor does: Clinic Director (budgeting).")
