"""What a process is told by its environment; read once, checked at the start."""

import sys
from typing import TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings that every service has. Each is the environment variable CAIRN_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="CAIRN_", frozen=True, hide_input_in_errors=True)

    database_app: SecretStr = Field(description="the service's database, as its application role")
    database_pipe: SecretStr = Field(description="the same database, as the role of the pipes")
    database_owner: SecretStr | None = Field(
        default=None, description="the same database, as its owner; only `prepare` needs it"
    )
    kafka: str = Field(description="Kafka's bootstrap servers, host:port[,host:port]")
    command_key: SecretStr = Field(
        min_length=32, description="the secret that the gateway signs callers with"
    )
    host: str = Field(default="127.0.0.1", description="the address to listen on")
    port: int = Field(description="the port to listen on")
    instance: str = Field(
        default="0", description="this replica's stable name among the replicas of its service"
    )
    replication: int = Field(default=1, ge=1, description="copies of each topic; for `prepare`")
    otlp: str = Field(default="", description="OTLP/HTTP endpoint for traces; empty: none are sent")
    trace_ratio: float = Field(
        default=1.0, ge=0, le=1, description="the share of requests that are traced"
    )
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR")


S = TypeVar("S", bound=BaseSettings)


def load(settings: type[S]) -> S:
    """Read the settings, or end the process with one line for each that is missing or wrong."""
    try:
        return settings()
    except ValidationError as error:
        prefix = settings.model_config.get("env_prefix", "")
        for problem in error.errors(include_input=False, include_url=False):
            name = f"{prefix}{'_'.join(str(part) for part in problem['loc'])}".upper()
            print(f"{name}: {problem['msg']}", file=sys.stderr)
        raise SystemExit(2) from None
