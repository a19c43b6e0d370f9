"""Options that commands share."""

from dataclasses import dataclass
from typing import Annotated, Literal

from cyclopts import Parameter

Service = Literal["profiles", "matching", "sessions", "notifications", "gateway"]
Flag = Annotated[bool, Parameter(negative="", show_default=False)]


@Parameter(name="*")
@dataclass(frozen=True)
class Connection:
    """Where the platform is, and who asks."""

    gateway: Annotated[str, Parameter(env_var="CAIRN_GATEWAY")] = "http://localhost:8000/graphql"
    "The address of the GraphQL API."

    token: Annotated[str | None, Parameter(env_var="CAIRN_TOKEN", show_default=False)] = None
    "Who asks: an access token, better given as CAIRN_TOKEN than here, where others may see it."
