"""Which documents run, and what a manifest must be."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.errors import Problem
from gateway.requests import Extensions, Parameters, PersistedQuery
from gateway.trusted import Asked, BadManifest, Documents, read_manifests

HOME = "query Home { viewer { fullName } }"
OTHER = "query Other { viewer { email } }"
NOBODY = frozenset[str]()


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


KNOWN = hash_of(HOME)
TRUSTED = {KNOWN: HOME}


def by_apollo(hash_: str, query: str | None = None) -> Parameters:
    persisted = PersistedQuery(sha256_hash=hash_)
    return Parameters(query=query, extensions=Extensions(persisted_query=persisted))


@pytest.mark.parametrize("nothing_else", [False, True])
@pytest.mark.parametrize(
    "parameters",
    [
        Parameters(document_id=KNOWN),
        Parameters(document_id=f"sha256:{KNOWN}"),
        Parameters(document_id=KNOWN, query=HOME),
        Parameters(document_id=KNOWN, query=""),
        by_apollo(KNOWN),
        by_apollo(KNOWN, HOME),
        Parameters(query=HOME),
    ],
)
def test_a_trusted_document_runs_however_it_is_named(
    parameters: Parameters, nothing_else: bool
) -> None:
    documents = Documents(TRUSTED, nothing_else=nothing_else)

    assert documents.asked(parameters, NOBODY) == Asked(HOME, is_trusted=True)


@pytest.mark.parametrize(
    "parameters",
    [
        Parameters(document_id=hash_of(OTHER)),
        Parameters(document_id=""),
        Parameters(document_id=KNOWN.upper()),
        Parameters(document_id=KNOWN, query=OTHER),
        by_apollo(hash_of(OTHER)),
        by_apollo(hash_of(OTHER), OTHER),  # how a client of Apollo's would register it
    ],
)
def test_an_identifier_that_no_manifest_has(parameters: Parameters) -> None:
    with pytest.raises(Problem) as caught:
        Documents(TRUSTED).asked(parameters, frozenset({"operator"}))

    assert (caught.value.status, caught.value.code) == (400, "PERSISTED_QUERY_NOT_FOUND")


def test_others_run_unless_nothing_else_does() -> None:
    parameters = Parameters(query=OTHER)
    strict = Documents(TRUSTED, nothing_else=True, exempt=frozenset({"operator"}))

    assert Documents(TRUSTED).asked(parameters, NOBODY) == Asked(OTHER, is_trusted=False)
    assert not strict.asked(parameters, frozenset({"operator"})).is_trusted
    with pytest.raises(Problem, match="documentId") as caught:
        strict.asked(parameters, frozenset({"administrator"}))
    assert (caught.value.status, caught.value.code) == (400, "DOCUMENT_NOT_TRUSTED")


def write(file: Path, manifest: Any) -> Path:
    file.write_bytes(msgspec.json.encode(manifest))
    return file


def test_a_folder_of_manifests_is_all_of_them(tmp_path: Path) -> None:
    write(tmp_path / "1.json", TRUSTED)
    write(tmp_path / "2.json", {f"sha256:{KNOWN}": HOME, hash_of(OTHER): OTHER})

    assert read_manifests(tmp_path) == {**TRUSTED, hash_of(OTHER): OTHER}
    assert read_manifests(tmp_path / "1.json") == TRUSTED


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        ([], "not a JSON object"),
        ({KNOWN: 7}, "not a JSON object"),
        ({KNOWN: OTHER}, "is not the SHA-256 of its document"),
        ({hashlib.sha1(HOME.encode()).hexdigest(): HOME}, "hashAlgorithm: 'sha256'"),
    ],
)
def test_what_is_no_manifest(tmp_path: Path, manifest: Any, why: str) -> None:
    with pytest.raises(BadManifest, match=why):
        read_manifests(write(tmp_path / "manifest.json", manifest))


def test_a_manifest_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadManifest, match="No such file"):
        read_manifests(tmp_path / "manifest.json")
    with pytest.raises(BadManifest, match="has no manifest"):
        read_manifests(tmp_path)
