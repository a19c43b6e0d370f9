"""What notifications is told by its environment."""

from functools import cache

from pydantic import Field

from chassis.settings import Settings as CommonSettings
from chassis.settings import load


class Settings(CommonSettings):
    smtp_host: str = Field(description="the mail server that takes our e-mails")
    smtp_port: int = Field(default=25, description="its port")
    mail_from: str = Field(
        pattern=r"@[^@\s>]+>?$", description='whom e-mails come from: "Cairn <cairn@example.com>"'
    )


@cache
def settings() -> Settings:
    return load(Settings)
