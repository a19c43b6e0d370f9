"""What matching finds when it looks at itself, besides what every service looks at."""

from collections.abc import Iterable

import asyncpg

from chassis.checks.findings import Checked, Finding
from matching.meaning.reading import Space
from matching.settings import Meaning, settings

TOLD: dict[str, str] = {
    Space.MODEL: "compared by their meaning, with the model all-MiniLM-L6-v2",
    Space.LETTERS: "compared by their letters alone",
}
REMEDY = "Install cairn-matching[meaning], or set CAIRN_MEANING=letters if this is meant."


async def check_meaning(checked: Checked) -> Iterable[Finding]:
    """What the service compares free texts by, and whether that is what is wanted."""
    connection = await asyncpg.connect(checked.pipe, timeout=5, command_timeout=10)
    try:
        recipe: str | None = await connection.fetchval("select recipe from reading_by")
    finally:
        await connection.close(timeout=2)
    space = (recipe or "").partition("/")[0]
    wrong = space == Space.LETTERS and settings().meaning is Meaning.MODEL
    return [
        Finding(
            level="wrong" if wrong else "ok",
            where=checked.service,
            what=f"Free texts are {TOLD.get(space, 'not read')}.",
            remedy=REMEDY if wrong else "",
        )
    ]
