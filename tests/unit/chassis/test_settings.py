"""A process with wrong settings ends with a line for each, and never with a secret."""

import pytest

from chassis.settings import Settings, load

GOOD = {
    "CAIRN_DATABASE_APP": "postgresql://a:secret@localhost/a",
    "CAIRN_DATABASE_PIPE": "postgresql://a:secret@localhost/a",
    "CAIRN_KAFKA": "localhost:9092",
    "CAIRN_COMMAND_KEY": "x" * 32,
    "CAIRN_PORT": "8001",
}


def test_good_settings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    assert load(Settings).port == 8001
    assert "secret" not in repr(load(Settings))


def test_what_is_missing_or_wrong_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (GOOD | {"CAIRN_PORT": "eighty", "CAIRN_COMMAND_KEY": "short"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CAIRN_KAFKA")
    with pytest.raises(SystemExit) as ending:
        load(Settings)
    assert ending.value.code == 2
    told = capsys.readouterr().err
    assert {line.partition(":")[0] for line in told.splitlines()} == {
        "CAIRN_KAFKA",
        "CAIRN_PORT",
        "CAIRN_COMMAND_KEY",
    }
    assert "secret" not in told
    assert "short" not in told.replace("shorter", "")
