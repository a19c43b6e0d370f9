"""What matching says of how texts are compared, when it looks at itself."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from matching.checks import check_meaning
from matching.meaning import minilm
from matching.settings import Meaning, Settings

CHECKED: Any = SimpleNamespace(service="matching")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Any:
    def tell(wanted: Meaning) -> None:
        settings = Settings.model_construct(meaning=wanted)
        monkeypatch.setattr("matching.checks.settings", lambda: settings)

    return tell


@pytest.mark.parametrize(
    ("wanted", "says"),
    [(Meaning.MODEL, "by the model"), (Meaning.LETTERS, "letters"), (Meaning.OFF, "not read")],
)
async def test_what_is_meant_is_right(told: Any, wanted: Meaning, says: str) -> None:
    told(wanted)
    [finding] = await check_meaning(CHECKED)
    assert (finding.level, says in finding.what) == ("ok", True)


@pytest.mark.parametrize("installed", [False, True])
async def test_letters_in_place_of_the_model_are_told(
    told: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, installed: bool
) -> None:
    for name in minilm.SHA256:
        (tmp_path / name).write_text("something else")
    monkeypatch.setattr(minilm, "folder", lambda: tmp_path if installed else None)
    told(Meaning.MODEL)
    [finding] = await check_meaning(CHECKED)
    assert finding.level == "wrong"
    assert "by their letters" in finding.what
