"""Jars, such as the embedded Kafka's: pinned by a lock file, fetched once, checked each time."""

import hashlib
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from cairn_local.errors import PlatformError

LOCK = Path(__file__).with_name("jgo.lock.toml")
AT_ONCE = 6


@dataclass(frozen=True)
class Jar:
    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file(self) -> str:
        return f"{self.artifact}-{self.version}.jar"


def folder() -> Path:
    """Kept for the user, not the project: clones, tests and clean starts share it."""
    return platformdirs.user_cache_path("cairn") / "jars"


def locked(lock: Path = LOCK) -> list[Jar]:
    entries = tomllib.loads(lock.read_text())["dependencies"]
    return [Jar(e["groupId"], e["artifactId"], e["version"], e["sha256"]) for e in entries]


def classpath(lock: Path = LOCK) -> str:
    return ":".join(str(folder() / jar.file) for jar in locked(lock))


def missing(lock: Path = LOCK) -> list[Jar]:
    """What is not there, or is not what the lock file says."""
    return [jar for jar in locked(lock) if not _is_right(jar, folder() / jar.file)]


def fetch(jars: Sequence[Jar], fetched: Callable[[Jar], None]) -> None:
    """Download jars, telling of each. Raises PlatformError where one is not to be had."""
    folder().mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=folder()) as repository,
        ThreadPoolExecutor(AT_ONCE) as threads,
    ):
        fetching = [threads.submit(_fetch, jar, Path(repository)) for jar in jars]
        try:
            for each in as_completed(fetching):
                fetched(each.result())
        finally:
            threads.shutdown(cancel_futures=True)


def _fetch(jar: Jar, repository: Path) -> Jar:
    # jgo takes a while to import, and only a first start needs it.
    from jgo.maven import MavenContext

    maven = MavenContext(repo_cache=repository, local_repos=[])
    try:
        path = maven.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
    except (OSError, RuntimeError) as error:  # requests' errors are OSErrors
        raise PlatformError(
            f"{jar.file} could not be downloaded from Maven Central: "
            f"{type(error).__name__}. Is there a network? Try again: what came so far is kept."
        ) from error
    if not _is_right(jar, path):
        raise PlatformError(
            f"{jar.file} came from Maven Central with other contents than the lock file says."
        )
    path.replace(folder() / jar.file)  # in one step: whoever finds it finds the whole of it
    return jar


def _is_right(jar: Jar, path: Path) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256
