"""Where tests take their servers from is said, and can be said."""

from pathlib import Path

import pytest

from support.choice import starters


def test_without_an_engine_they_come_from_the_embedded_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    found, source = starters("auto", tmp_path)
    assert set(found) == {"postgres", "kafka"}
    assert source == "the embedded platform: there is no container engine on this machine"


@pytest.mark.parametrize("choice", ["containers", "embedded"])
def test_the_setting_decides(choice: str, tmp_path: Path) -> None:
    found, source = starters(choice, tmp_path)
    assert set(found) == {"postgres", "kafka"}
    assert choice in source


def test_a_choice_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(pytest.UsageError, match="TEST_SERVERS"):
        starters("both", tmp_path)
