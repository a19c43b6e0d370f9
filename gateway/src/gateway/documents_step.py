"""`python -m gateway documents`: whether a manifest's documents run, and what each may cost."""

import argparse
import sys
from pathlib import Path

import msgspec

from chassis.operating import write_json
from chassis.steps import Step
from gateway.mutations import MutationType
from gateway.planner import Planner, RequestError
from gateway.schema import build_schema
from gateway.settings import GatewaySettings
from gateway.trusted import BadManifest, read_manifests


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A document of a manifest."""

    hash: str
    operations: dict[str, int]  # the most that each can cost, in points, by its name
    problem: str | None  # why it is refused, or may be


def check(path: Path) -> list[Checked]:
    """Raises BadManifest."""
    planner = Planner(build_schema(MutationType))
    return [_checked(planner, hash_, text) for hash_, text in read_manifests(path).items()]


def _checked(planner: Planner, hash_: str, text: str) -> Checked:
    try:
        return Checked(hash=hash_, operations=planner.ceilings(text), problem=None)
    except RequestError as error:
        return Checked(hash=hash_, operations={}, problem=f"{error} ({error.code})")


def documents_step() -> Step[GatewaySettings]:
    return Step(
        name="documents",
        help="check a manifest of trusted documents, and tell the most that each can cost",
        run=_run,
        arguments=_arguments,
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "manifest",
        type=Path,
        nargs="?",
        help="a manifest, or a folder of them; without it, what CAIRN_TRUSTED_DOCUMENTS names",
    )
    parser.add_argument("--json", action="store_true", help="tell it as JSON")


def _run(settings: GatewaySettings, arguments: argparse.Namespace) -> int:
    path = arguments.manifest or settings.trusted_documents
    if path is None:
        sys.exit("Which manifest? Name it, or set CAIRN_TRUSTED_DOCUMENTS.")
    try:
        found = check(path)
    except BadManifest as reason:
        sys.exit(str(reason))
    if arguments.json:
        write_json(found)
    else:
        for each in found:
            _tell(each)
    return 1 if any(each.problem for each in found) else 0


def _tell(checked: Checked) -> None:
    for name, cost in checked.operations.items():
        print(f"{checked.hash[:12]}  {cost:>6,}  {name}")
    if checked.problem:
        print(f"{checked.hash[:12]}          {checked.problem}")
