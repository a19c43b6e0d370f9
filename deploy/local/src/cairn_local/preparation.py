"""Brings the databases and topics of all services up to date."""

import os
import runpy
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager

from cairn_local.folder import Folder
from cairn_local.programs import WITH_DATABASE, Programs
from cairn_local.settings import Settings


def prepare(settings: Settings) -> None:
    """Do `python -m <service> prepare` for each, in this one process.

    A process each would import the same libraries again, which takes longer than the work.
    """
    programs = Programs(settings, Folder(settings.data))
    for service in WITH_DATABASE:
        print(f"Preparing {service}", flush=True)
        sys.argv = [service, "prepare"]
        with _environment(programs.preparation(service)):
            runpy.run_module(service, run_name="__main__")


@contextmanager
def _environment(added: Mapping[str, str]) -> Generator[None]:
    before = dict(os.environ)
    os.environ.update(added)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
