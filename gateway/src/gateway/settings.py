"""What the gateway is told by its environment."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from chassis.settings import Settings

MOST_COST = 13_000  # points: of rows, of mutations, of a document and of the schema together
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def _secure(url: str) -> str:
    """Keys that vouch for callers come over TLS, or from this very machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return url.rstrip("/")
    raise ValueError("must be an https URL (http is for an issuer on this machine only)")


def _base(url: str) -> str:
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ValueError("must be an http or https URL")
    return url.rstrip("/")


SecureUrl = Annotated[str, AfterValidator(_secure)]
BaseUrl = Annotated[str, AfterValidator(_base)]


class GatewaySettings(Settings):
    """Each is the environment variable CAIRN_<NAME>."""

    issuer: SecureUrl = Field(description="the OIDC issuer of access tokens, as their `iss` says")
    issuer_keys: SecureUrl | None = Field(
        default=None,
        description="where the issuer's keys (JWKS) are, if on another host than the issuer's",
    )
    audience: str = Field(default="cairn", description="the `aud` of tokens that are meant for us")
    token_types: frozenset[str] = Field(
        default=frozenset({"at+jwt"}),
        description="JSON list: the `typ` of the issuer's access tokens (RFC 9068: at+jwt)",
    )
    clients: frozenset[str] = Field(
        default=frozenset(),
        description="JSON list: clients whose tokens may be meant for other services besides us",
    )

    trusted_documents: Path | None = Field(
        default=None,
        description="a manifest of trusted documents, or a folder of manifests; for `serve`",
    )
    only_trusted: bool = Field(
        default=False, description="whether nothing but trusted documents runs"
    )
    any_document_roles: frozenset[str] = Field(
        default=frozenset({"administrator", "operator"}),
        description="JSON list: roles that may send other documents all the same",
    )

    graphiql: bool = Field(
        default=False, description="whether there is a page at /graphiql to try the API out with"
    )
    cost_per_minute: int = Field(
        default=60_000,
        description="points that a caller may spend in a minute, 13,000 or more; 0: no limit",
    )

    origins: frozenset[str] = Field(
        default=frozenset(),
        description="JSON list: origins whose pages may open WebSockets, besides our own",
    )

    profiles: BaseUrl = Field(description="the base URL of the service profiles")
    matching: BaseUrl = Field(description="the base URL of the service matching")
    sessions: BaseUrl = Field(description="the base URL of the service sessions")
    notifications: BaseUrl = Field(description="the base URL of the service notifications")

    @field_validator("only_trusted")
    @classmethod
    def _has_what_it_trusts(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("trusted_documents") is None:
            raise ValueError("nothing would run: set CAIRN_TRUSTED_DOCUMENTS")
        return value

    @field_validator("graphiql")
    @classmethod
    def _is_for_development(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("only_trusted"):
            raise ValueError("it is for development, where any document runs: leave it out")
        return value

    @field_validator("cost_per_minute")
    @classmethod
    def _lets_every_operation_run(cls, value: int) -> int:
        if value != 0 and value < MOST_COST:
            raise ValueError(f"an operation may cost {MOST_COST}: say as much, or 0 for no limit")
        return value

    def services(self) -> dict[str, str]:
        """The base URL of each service that takes commands."""
        return {
            "profiles": self.profiles,
            "matching": self.matching,
            "sessions": self.sessions,
            "notifications": self.notifications,
        }
