"""Whether Kafka answers, and its topics are as they should be."""

from collections.abc import Iterable

from cairn.differences import differences
from cairn.log import asked
from cairn.platform import Platform
from cairn.troubles import Trouble
from chassis.checks.findings import Finding
from chassis.cluster import describe_topics
from contracts.catalogue import TOPICS


async def check(platform: Platform) -> Iterable[Finding]:
    try:
        found = await asked(platform, describe_topics)
    except Trouble as trouble:
        return [Finding(level="wrong", where="Kafka", what=str(trouble))]
    wrong = [
        Finding(level="wrong", where=each.topic, what=each.what, remedy=each.remedy)
        for each in differences(found)
    ]
    if not wrong:
        what = f"All {len(TOPICS)} have their partitions, copies and settings."
        wrong = [Finding(level="ok", where="topics", what=what)]
    return wrong
