"""`cairn token`: a token of the development issuer."""

from typing import Annotated
from uuid import UUID

import httpx2
import msgspec
from cyclopts import App, Parameter

from cairn.options import Flag
from cairn.output import print_json
from cairn.troubles import Trouble

app = App(name="token")


class Token(msgspec.Struct, frozen=True):
    access_token: str
    token_type: str
    expires_in: int  # seconds


@app.default
def token(
    subject: str,
    /,
    *,
    organisation: Annotated[UUID, Parameter(env_var="CAIRN_ORGANISATION")],
    role: Annotated[list[str] | None, Parameter(negative="")] = None,
    seconds: int = 3600,
    issuer: Annotated[str, Parameter(env_var="CAIRN_ISSUER")] = "http://localhost:8009",
    json: Flag = False,
) -> None:
    """Print a token for someone, to try Cairn out, as in CAIRN_TOKEN=$(cairn token ana.silva).

    In production an OpenID provider gives tokens; this command knows the development issuer only.

    Parameters
    ----------
    subject
        Who the token is for: the `subject` of a person in people.csv.
    organisation
        The id of the organisation.
    role
        A role besides being a member, as administrator or operator; may be given again.
    seconds
        How long the token is good for.
    issuer
        The address of the issuer.
    json
        Print the issuer's whole answer as JSON.
    """
    given = _ask(
        issuer,
        {
            "subject": subject,
            "organisation": organisation,
            "roles": role or [],
            "seconds": seconds,
        },
    )
    if json:
        print_json(given)
    else:
        print(given.access_token)


def _ask(issuer: str, wish: dict[str, object]) -> Token:
    try:
        response = httpx2.post(
            f"{issuer.rstrip('/')}/token",
            content=msgspec.json.encode(wish),
            headers={"content-type": "application/json"},
        )
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise Trouble(
            f"The issuer at {issuer} does not answer ({type(error).__name__}). "
            "Does it run? The address is set with --issuer or CAIRN_ISSUER."
        ) from None
    if response.is_success:
        return msgspec.json.decode(response.content, type=Token)
    try:
        why = msgspec.json.decode(response.content)["error_description"]
    except (msgspec.DecodeError, KeyError, TypeError):
        why = f"it answered {response.status_code}"
    raise Trouble(f"The issuer at {issuer} gives no token: {why}")
