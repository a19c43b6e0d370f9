"""What the stand-ins are told by their environment."""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=1, le=65535)]

AUDIENCE = "cairn"  # whom the tokens are meant for
LOCAL_NAMES = ["localhost", "127.0.0.1"]  # as what they are reached, and nothing else


class Settings(BaseSettings):
    """Each is the environment variable CAIRN_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="CAIRN_", frozen=True)

    data: Path = Field(default=Path(".cairn"), description="where the key and the mails are kept")
    host: str = Field(default="127.0.0.1", description="the address to listen on")
    issuer_port: Port = Field(default=8009, description="the token issuer")
    smtp_port: Port = Field(default=8025, description="the mail sink's SMTP server")
    mail_port: Port = Field(default=8026, description="the mail sink's web page")

    @property
    def issuer(self) -> str:
        """Who the tokens say has issued them: always of the machine that it is asked on."""
        return f"http://127.0.0.1:{self.issuer_port}"

    @property
    def issuer_key(self) -> Path:
        return self.data / "issuer.json"

    @property
    def mail(self) -> Path:
        return self.data / "mail"
