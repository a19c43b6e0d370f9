"""Who takes part: the people of the sample, and the tokens they sign in with."""

import csv
import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2

from cairn.client import Client
from cairn.options import Connection
from cairn_local.settings import HOST, Settings

TOKEN_SECONDS = 7 * 24 * 60 * 60


class Cast:
    """The sample's people. `folder` holds its files; they need not be there yet."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings = settings
        self.folder = folder

    @property
    def organisation_id(self) -> UUID:
        """Made up once, before anything else, so that every start means the same organisation."""
        file = self.folder / "organisation"
        if not file.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            file.write_text(str(uuid4()))
        return UUID(file.read_text())

    @property
    def introduction(self) -> Path:
        """Whom a newcomer may sign in as; there once all has been played."""
        return self.folder / "introduction.json"

    @property
    def programme(self) -> dict[str, Any]:
        """programme.json: the organisation's name, the programme, coordinator, administrator."""
        return json.loads((self.folder / "programme.json").read_text("utf-8"))

    def subject(self, role: str) -> str:
        return self.programme[role]["subject"]

    def subjects(self) -> dict[str, str]:
        """Who signs in as what, by employee number."""
        with (self.folder / "people.csv").open(encoding="utf-8", newline="") as file:
            return {row["employee_number"]: row["subject"] for row in csv.DictReader(file)}

    def token(self, subject: str, *roles: str) -> str:
        """A token from the development issuer."""
        body = {
            "subject": subject,
            "organisation": str(self.organisation_id),
            "roles": roles,
            "seconds": TOKEN_SECONDS,
        }
        answer = httpx2.post(f"{self._settings.issuer}/token", json=body, timeout=10)
        return answer.raise_for_status().json()["access_token"]

    @contextmanager
    def client(self, subject: str, *roles: str) -> Generator[Client]:
        """The API as this person reaches it."""
        gateway = f"http://{HOST}:{self._settings.gateway_port}/graphql"
        connection = Connection(gateway=gateway, token=self.token(subject, *roles))
        with Client(connection) as client:
            yield client

    @contextmanager
    def administrator(self) -> Generator[Client]:
        with self.client(self.subject("administrator"), "administrator") as client:
            yield client

    @contextmanager
    def coordinator(self) -> Generator[Client]:
        with self.client(self.subject("coordinator")) as client:
            yield client
