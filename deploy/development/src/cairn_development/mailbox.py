"""Mails in a folder: each a file, written for good before its sender hears that it was taken."""

import email.policy
import itertools
import os
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import msgspec

PARSER = BytesParser(policy=email.policy.default)
NAME = re.compile(r"[0-9]{19}-[0-9]+")


class Summary(msgspec.Struct, frozen=True):
    id: str
    received_at: datetime
    sender: str
    recipients: list[str]
    subject: str


class Part(msgspec.Struct, frozen=True):
    """One part of a mail; `text` where it is one, of other kinds only the size in bytes."""

    content_type: str
    filename: str | None
    size: int
    text: str | None


class Mail(Summary, frozen=True):
    headers: list[tuple[str, str]]
    parts: list[Part]


class Mailbox:
    """A mail's id is its file's name; the names sort in the order of arrival."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = itertools.count()

    def keep(self, sender: str | None, recipients: Sequence[str], content: bytes) -> str:
        """Write a mail, with its envelope as headers, and wait until the disk has it."""
        name = f"{time.time_ns():019d}-{next(self._number):06d}"
        envelope = f"X-Envelope-From: {sender or ''}\r\nX-Envelope-To: {', '.join(recipients)}\r\n"
        new = self._folder / f"{name}.new"
        with new.open("wb") as file:
            file.write(envelope.encode() + content)
            file.flush()
            os.fsync(file.fileno())
        new.rename(self._path(name))
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return name

    def names(self) -> list[str]:
        return sorted(path.stem for path in self._folder.glob("*.eml"))

    def summaries(self) -> list[Summary]:
        """Of every mail, the oldest first."""
        return [_summary(name, self._parse(name, headers_only=True)) for name in self.names()]

    def read(self, name: str) -> Mail | None:
        if not NAME.fullmatch(name) or not self._path(name).exists():
            return None
        message = self._parse(name)
        summary = _summary(name, message)
        return Mail(
            **msgspec.structs.asdict(summary),
            headers=[(name, str(value)) for name, value in message.items()],
            parts=[_part(part) for part in message.walk() if not part.is_multipart()],
        )

    def _parse(self, name: str, *, headers_only: bool = False) -> EmailMessage:
        with self._path(name).open("rb") as file:
            return PARSER.parse(file, headersonly=headers_only)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.eml"


def _summary(name: str, message: EmailMessage) -> Summary:
    nanoseconds = int(name.partition("-")[0])
    return Summary(
        id=name,
        received_at=datetime.fromtimestamp(nanoseconds / 1e9, UTC),
        sender=str(message["X-Envelope-From"]),
        recipients=str(message["X-Envelope-To"]).split(", "),
        subject=str(message.get("Subject", "")),
    )


def _part(part: EmailMessage) -> Part:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return Part(
        content_type=part.get_content_type(),
        filename=part.get_filename(),
        size=len(content),
        text=_text(part, content) if part.get_content_maintype() == "text" else None,
    )


def _text(part: EmailMessage, content: bytes) -> str:
    try:
        return content.decode(part.get_content_charset("utf-8"), errors="replace")
    except LookupError:  # a character set that nobody knows
        return content.decode(errors="replace")
