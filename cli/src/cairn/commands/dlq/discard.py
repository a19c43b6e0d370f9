"""`cairn dlq discard`: throw away what is parked, and remember who did so and why."""

import asyncio
import getpass
from typing import Annotated

from cyclopts import App, Parameter

from cairn.commands.dlq.replay import Outcome, show
from cairn.databases import connected
from cairn.options import Flag
from cairn.output import print_json
from cairn.parked import find
from cairn.platform import Platform, PlatformFile
from cairn.troubles import Trouble
from chassis.letters import discard as discard_letter

app = App(name="discard")


@app.default
def discard(
    *ids: str,
    reason: str,
    by: Annotated[str | None, Parameter(env_var="CAIRN_OPERATOR", show_default=False)] = None,
    platform: PlatformFile | None = None,
    json: Flag = False,
) -> None:
    """Throw away what is parked. What it would have done never happens.

    Who did it, why and when stay in `cairn.discarded`; what the record said does not. Later events
    of a thing whose event Kafka had refused go on.

    Parameters
    ----------
    ids
        As `cairn dlq list` shows them: notifications:3.
    reason
        Why: for whoever asks later.
    by
        Who; without it, the name you are logged in with.
    platform
        Which platform.
    json
        Print what became of each as JSON.
    """
    if not ids:
        raise Trouble("Say which: ids as `cairn dlq list` shows them.")
    if not reason.strip():
        raise Trouble("Say why, with --reason: whoever asks later has nothing else to go by.")
    who = by or _login()
    found = asyncio.run(_discard((platform or PlatformFile()).read(), ids, who, reason.strip()))
    if json:
        print_json(found)
    else:
        show(found)


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise Trouble("Say who you are, with --by or CAIRN_OPERATOR.") from None


async def _discard(
    platform: Platform, ids: tuple[str, ...], by: str, because: str
) -> list[Outcome]:
    found: list[Outcome] = []
    for id_, letter in (await find(platform, ids)).items():
        async with connected(platform, id_.partition(":")[0]) as db, db.transaction():
            was_there = await discard_letter(db, letter, by=by, because=because)
        found.append(Outcome(id=id_, outcome="discarded" if was_there else "unknown"))
    return found
