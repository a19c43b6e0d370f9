"""Whom a newcomer may sign in as, and what to ask first."""

import textwrap

import msgspec

from cairn_local.first_run.cast import Cast
from cairn_local.first_run.documents import HOME
from cairn_local.settings import Settings


class Introduction(msgspec.Struct, frozen=True, kw_only=True):
    """Subjects of the sample's people, by their part in the play."""

    mentee: str
    mentor: str
    coordinator: str
    administrator: str


TEXT = """
Sign in as one of these; a token is good for a week, `cairn token` gives more:

{sign_ins}

Ask what the mentee sees on her screen:

{command}
"""


def introduce(cast: Cast, settings: Settings) -> str:
    """The words that follow the addresses, with fresh tokens."""
    introduction = msgspec.json.decode(cast.introduction.read_bytes(), type=Introduction)
    sign_ins: list[str] = []
    for role, subject in msgspec.structs.asdict(introduction).items():
        roles = ("administrator",) if role == "administrator" else ()
        token = cast.token(subject, *roles)
        sign_ins.append(f"  {role}: {subject}\n    {token}")
    query = " ".join(HOME.split())
    command = (
        f"curl -s {settings.graphql} -H 'content-type: application/json' \\\n"
        f"  -H 'authorization: Bearer {cast.token(introduction.mentee)}' \\\n"
        f'  -d \'{{"query": "{query}"}}\''
    )
    return TEXT.format(
        sign_ins="\n".join(sign_ins), command=textwrap.indent(command, "  ")
    ).rstrip()
