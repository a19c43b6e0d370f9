"""Where the embedded platform keeps things."""

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Folder:
    """The data folder (`.cairn`) and what lies in it."""

    path: Path

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def secrets(self) -> Path:
        return self.path / "secrets.json"

    @property
    def platform(self) -> Path:
        """What `cairn`'s operators' commands are told of the platform, passwords included."""
        return self.path / "platform.toml"

    @property
    def issuer_key(self) -> Path:
        return self.path / "issuer.json"

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def kafka(self) -> Path:
        return self.path / "kafka"

    @property
    def mail(self) -> Path:
        return self.path / "mail"

    @property
    def sample(self) -> Path:
        """The files of the sample network, and whom to sign in as."""
        return self.path / "sample"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def running(self) -> Path:
        """One file for each program that was started and has not been seen to end."""
        return self.path / "running"

    def make(self) -> None:
        for each in (self.path, self.mail, self.logs, self.running):
            each.mkdir(parents=True, exist_ok=True)

    def log(self, program: str) -> Path:
        return self.logs / f"{program}.log"

    def keep_previous_logs(self) -> None:
        """Begin new logs; those of the start before stay beside them."""
        for log in self.logs.glob("*.log"):
            if not log.name.endswith(".previous.log"):
                log.replace(log.with_suffix(".previous.log"))

    def remove(self) -> None:
        """Remove what the platform made, and the folder where nothing else is in it."""
        for each in (self.postgres, self.kafka, self.mail, self.sample, self.logs, self.running):
            shutil.rmtree(each, ignore_errors=True)
        for each in (self.secrets, self.platform, self.issuer_key, self.lock):
            each.unlink(missing_ok=True)
        if self.path.is_dir() and not any(self.path.iterdir()):
            self.path.rmdir()
