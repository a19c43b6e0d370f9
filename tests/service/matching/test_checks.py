"""What matching says of how texts are compared, when it looks at itself."""

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from matching.checks import check_meaning
from matching.main import service
from matching.meaning.reading import Space
from matching.settings import Meaning, Settings
from matching.store.unread import read_by
from support.databases import ServiceDatabase
from support.harness import harness


async def test_what_texts_are_compared_by_is_told_and_letters_by_mistake_are_wrong(
    database: Callable[[str], Awaitable[ServiceDatabase]], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await database("matching")
    checked: Any = SimpleNamespace(service="matching", pipe=made.pipe)
    async with harness(service, made) as running:

        async def found(wanted: Meaning, recipe: str) -> tuple[str, str]:
            settings = Settings.model_construct(meaning=wanted)
            monkeypatch.setattr("matching.checks.settings", lambda: settings)
            await read_by(running.pipe, recipe)
            [finding] = await check_meaning(checked)
            return finding.level, finding.what

        told = "Free texts are compared by their letters alone."
        assert await found(Meaning.MODEL, f"{Space.LETTERS}/1") == ("wrong", told)
        assert await found(Meaning.LETTERS, f"{Space.LETTERS}/1") == ("ok", told)
        assert await found(Meaning.OFF, "off") == ("ok", "Free texts are not read.")
        assert (await found(Meaning.MODEL, f"{Space.MODEL}/1"))[0] == "ok"
