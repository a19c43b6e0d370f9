"""The platform file: what operators' commands know of a platform, its secrets included.

It is TOML, and its fields are those of `Platform`; docs/operating.md shows one. `${NAME}` in it
stands for a variable of the environment, so that it need not hold the secrets itself.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from cairn.troubles import Trouble
from contracts.catalogue import TOPICS

DEFAULT = Path(".cairn/platform.toml")
GATEWAY = "gateway"
PROJECTOR = "projector"
SERVICES = tuple(dict.fromkeys(topic.publisher for topic in TOPICS.values()))
PROCESSES = (*SERVICES, GATEWAY, PROJECTOR)
WITH_DATABASE = (*SERVICES, GATEWAY)
NEEDED = ("CAIRN_DATABASE_PIPE", "CAIRN_DATABASE_APP")  # of every process
SECRETS = (*NEEDED, "CAIRN_DATABASE_OWNER", "CAIRN_COMMAND_KEY")
_NAMED = re.compile(r"\$\{(\w+)\}")


class Process(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`command` runs it, once the name of a step is added; its secrets are in `environment`."""

    command: Annotated[list[str], msgspec.Meta(min_length=1)]
    address: Annotated[str, msgspec.Meta(pattern="^https?://")]
    environment: dict[str, str] = {}


class Platform(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kafka: str
    environment: dict[str, str] = {}
    processes: dict[str, Process]

    def environment_of(self, process: str) -> dict[str, str]:
        """All that the process is told, Kafka's address too."""
        own = self.processes[process].environment
        return {"CAIRN_KAFKA": self.kafka, **self.environment, **own}

    def pipe_of(self, service: str) -> str:
        """The service's database as the role of the pipes. It is a secret: do not show it."""
        return self.environment_of(service)["CAIRN_DATABASE_PIPE"]


@Parameter(name="*")
@dataclass(frozen=True)
class PlatformFile:
    """Which platform."""

    platform: Annotated[Path | None, Parameter(env_var="CAIRN_PLATFORM", show_default=False)] = None
    "The platform file; without it, .cairn/platform.toml here or in a folder above."

    def path(self) -> Path:
        """Raises Trouble where there is none."""
        return self.platform or _find(Path.cwd())

    def read(self) -> Platform:
        """Raises Trouble where there is none, or it lacks something."""
        return read(self.path())


def _find(folder: Path) -> Path:
    for each in (folder, *folder.parents):
        if (each / DEFAULT).exists():
            return each / DEFAULT
    raise Trouble(
        f"There is no {DEFAULT} here or in a folder above. `make up` writes it; another platform's "
        "is named with --platform or CAIRN_PLATFORM."
    )


def read(path: Path, around: Mapping[str, str] = os.environ) -> Platform:
    """Raises Trouble. `around` is the environment whose variables it names."""
    platform = _filled_in(_read(path), path, around)
    if lacking := _lacking(platform):
        raise Trouble(f"The platform file {path} lacks {', '.join(lacking)}.")
    return platform


def holds_secrets(path: Path) -> bool:
    """Whether some secret is in the file itself. Raises Trouble."""
    platform = _read(path)
    told = (platform.environment, *(each.environment for each in platform.processes.values()))
    secrets = [each[name] for each in told for name in SECRETS if name in each]
    return not all(_NAMED.fullmatch(secret) for secret in secrets)


def _read(path: Path) -> Platform:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Platform)
    except OSError as error:
        raise Trouble(
            f"The platform file {path} cannot be read: {os.strerror(error.errno or 0)}."
        ) from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        # A parser's own words may quote a line, and lines have secrets in them.
        said = f": {error}" if isinstance(error, msgspec.ValidationError) else ", it is no TOML"
        raise Trouble(f"The platform file {path} cannot be used{said}.") from None


def _filled_in(platform: Platform, path: Path, around: Mapping[str, str]) -> Platform:
    def value(named: re.Match[str]) -> str:
        if named[1] not in around:
            raise Trouble(f"The platform file {path} names ${named[1]}, which is not set.")
        return around[named[1]]

    def fill(part: Any) -> Any:
        match part:
            case str():
                return _NAMED.sub(value, part)
            case dict():
                return {name: fill(each) for name, each in part.items()}
            case _:
                return part

    return msgspec.convert(fill(msgspec.to_builtins(platform)), Platform)


def _lacking(platform: Platform) -> list[str]:
    processes = [name for name in PROCESSES if name not in platform.processes]
    settings = [
        f"{variable} of {name}"
        for name in PROCESSES
        if name in platform.processes
        for variable in NEEDED
        if not platform.environment_of(name).get(variable)
    ]
    return [*(f"the process {name}" for name in processes), *settings]


def encode(platform: Platform) -> bytes:
    return msgspec.toml.encode(platform)


def told(platform: Platform, process: str, around: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a process that we start for it: ours, without our own CAIRN_*."""
    return {
        **{name: value for name, value in around.items() if not name.startswith("CAIRN_")},
        **platform.environment_of(process),
    }
