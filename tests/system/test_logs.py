"""What people say, and what proves who they are, is in no log, whatever went well or wrong."""

import re

import pytest

from support.canaries import Canaries
from support.running import RunningPlatform

pytestmark = pytest.mark.platform


def logs(platform: RunningPlatform) -> dict[str, str]:
    return {
        path.stem: path.read_text(errors="replace") for path in platform.folder.logs.glob("*.log")
    }


def test_no_log_has_a_persons_words(platform: RunningPlatform, canaries: Canaries) -> None:
    found = [
        (program, line)
        for program, log in logs(platform).items()
        for line in log.splitlines()
        if any(word in line for word in canaries.words)
    ]
    assert found == []


def test_no_log_has_an_address(platform: RunningPlatform, canaries: Canaries) -> None:
    """Of anybody in any test so far: all of them are of example domains."""
    assert canaries.words
    found = [
        (program, address)
        for program, log in logs(platform).items()
        for address in re.findall(r"\S+@\S*example\S*", log)
    ]
    assert found == []


def test_no_log_has_what_proves_who_somebody_is(
    platform: RunningPlatform, canaries: Canaries
) -> None:
    assert canaries.words
    found = [
        (program, secret[:8])
        for program, log in logs(platform).items()
        for secret in platform.secrets
        if secret in log
    ]
    assert found == []
    assert [program for program, log in logs(platform).items() if "eyJ" in log] == []  # a JWT
