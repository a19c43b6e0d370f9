"""What the embedded platform is told by its environment."""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=1, le=65535)]

SERVICES = ("profiles", "matching", "sessions", "notifications")
HOST = "127.0.0.1"  # nothing here is meant to be reached from another machine


class Settings(BaseSettings):
    """Each is the environment variable CAIRN_<NAME>. A port's description says who listens."""

    model_config = SettingsConfigDict(env_prefix="CAIRN_", frozen=True)

    data: Path = Field(default=Path(".cairn"), description="the folder that keeps everything")
    sample_people: Annotated[int, Field(ge=0, le=999_999)] = Field(
        default=2000, description="people of the sample network on the first start; 0: none"
    )
    gateway_port: Port = Field(default=8000, description="the gateway")
    profiles_port: Port = Field(default=8001, description="profiles")
    matching_port: Port = Field(default=8002, description="matching")
    sessions_port: Port = Field(default=8003, description="sessions")
    notifications_port: Port = Field(default=8004, description="notifications")
    projector_port: Port = Field(default=8005, description="the gateway's projector")
    issuer_port: Port = Field(default=8009, description="the development token issuer")
    smtp_port: Port = Field(default=8025, description="the mail sink's SMTP server")
    mail_port: Port = Field(default=8026, description="the mail sink's web page")
    postgres_port: Port = Field(default=15432, description="PostgreSQL")
    kafka_port: Port = Field(default=19092, description="Kafka")
    kafka_controller_port: Port = Field(default=19093, description="Kafka's controller")

    @property
    def issuer(self) -> str:
        return f"http://{HOST}:{self.issuer_port}"

    @property
    def kafka(self) -> str:
        return f"{HOST}:{self.kafka_port}"

    @property
    def graphql(self) -> str:
        return f"http://localhost:{self.gateway_port}/graphql"

    def port_of(self, program: str) -> int:
        """The port of a program that answers /readyz."""
        return getattr(self, f"{program}_port")

    def ports(self) -> list[tuple[str, int, str]]:
        """(environment variable, port, who listens there) of every port."""
        return [
            (variable(name), getattr(self, name), field.description or name)
            for name, field in type(self).model_fields.items()
            if name.endswith("_port")
        ]


def variable(field: str) -> str:
    return f"CAIRN_{field.upper()}"
