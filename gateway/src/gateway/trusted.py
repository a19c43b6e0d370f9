"""Trusted documents: those of the manifests that clients' builds made, each known by its SHA-256.

A manifest is a JSON object of documents by their hashes, as the client preset of graphql-codegen
writes it. See the appendix on persisted documents of https://graphql.github.io/graphql-over-http/
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from gateway.errors import Problem
from gateway.requests import Parameters

CHARACTERS = 100  # of a document's text that cost a point


class BadManifest(Exception):  # noqa: N818
    """A manifest cannot be used; the message says which and why."""


@dataclass(frozen=True)
class Asked:
    """The document that a request asks for."""

    text: str
    is_trusted: bool

    @property
    def cost(self) -> int:
        """In points: what it takes to read a document that anybody may have written."""
        return 0 if self.is_trusted else len(self.text) // CHARACTERS


class Documents:
    """Decides which documents run."""

    def __init__(
        self,
        trusted: Mapping[str, str],
        *,
        nothing_else: bool = False,
        exempt: frozenset[str] = frozenset(),
    ) -> None:
        """`trusted` has texts by their hashes. With `nothing_else`, only callers with one of the
        exempt roles may send others.
        """
        self._trusted = trusted
        self._texts = frozenset(trusted.values())
        self._nothing_else = nothing_else
        self._exempt = exempt

    def asked(self, parameters: Parameters, roles: frozenset[str]) -> Asked:
        """Raises Problem for a document that is not known or must not run."""
        if (identifier := parameters.identifier) is not None:
            text = self._trusted.get(identifier.removeprefix("sha256:"))
            # Clients of graphql-transport-ws must have a query, and say an empty one.
            if text is None or (parameters.query or text) != text:
                raise _not_found()
            return Asked(text, is_trusted=True)
        assert parameters.query is not None  # as there is no identifier
        if parameters.query in self._texts:
            return Asked(parameters.query, is_trusted=True)
        if self._nothing_else and not roles & self._exempt:
            raise _not_trusted()
        return Asked(parameters.query, is_trusted=False)


def _not_found() -> Problem:
    return Problem(
        400,
        "PERSISTED_QUERY_NOT_FOUND",
        "No manifest of this gateway has such a document (or it has another text). A manifest is "
        "deployed with the gateway; requests cannot register documents.",
    )


def _not_trusted() -> Problem:
    return Problem(
        400,
        "DOCUMENT_NOT_TRUSTED",
        "Only documents of the deployed manifests run here: send the `documentId` of one instead "
        "of a `query`.",
    )


def read_manifests(path: Path) -> dict[str, str]:
    """The documents of a manifest, or of all in a folder (`*.json`): of every version of a client
    that is in use. Raises BadManifest.
    """
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise BadManifest(f"The folder {path} has no manifest (*.json) in it.")
    return {hash_: text for file in files for hash_, text in _read(file)}


def _read(file: Path) -> Iterator[tuple[str, str]]:
    try:
        documents = msgspec.json.decode(file.read_bytes(), type=dict[str, str])
    except OSError as error:
        raise BadManifest(f"The manifest {file} cannot be read: {error.strerror}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadManifest(f"{file} is not a JSON object of documents by their hashes.") from None
    for name, text in documents.items():
        hash_ = name.removeprefix("sha256:")
        if hash_ != hashlib.sha256(text.encode()).hexdigest():
            raise BadManifest(
                f"{file}: {name} is not the SHA-256 of its document. Of graphql-codegen's client "
                "preset, `persistedDocuments: {hashAlgorithm: 'sha256'}` makes it so."
            )
        yield hash_, text
