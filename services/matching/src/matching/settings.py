"""What matching is told by its environment."""

from enum import StrEnum
from functools import cache

from pydantic import Field

from chassis.settings import Settings as CommonSettings
from chassis.settings import load


class Meaning(StrEnum):
    MODEL = "model"
    LETTERS = "letters"
    OFF = "off"


class Settings(CommonSettings):
    meaning: Meaning = Field(
        default=Meaning.MODEL,
        description="what free texts are compared by: the model, where its package is installed,"
        " else their letters; their letters alone; or off: nothing is read of them",
    )


@cache
def settings() -> Settings:
    return load(Settings)
