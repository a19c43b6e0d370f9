"""What the gateway is told by its environment."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from chassis.settings import Settings

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

    profiles: BaseUrl = Field(description="the base URL of the service profiles")
    matching: BaseUrl = Field(description="the base URL of the service matching")
    sessions: BaseUrl = Field(description="the base URL of the service sessions")
    notifications: BaseUrl = Field(description="the base URL of the service notifications")

    def services(self) -> dict[str, str]:
        """The base URL of each service that takes commands."""
        return {
            "profiles": self.profiles,
            "matching": self.matching,
            "sessions": self.sessions,
            "notifications": self.notifications,
        }
