"""Settings that would not work keep the gateway from starting, and say why."""

from pathlib import Path

import pytest

from chassis.settings import load
from gateway.main import main
from gateway.settings import GatewaySettings

NEEDED = {
    "CAIRN_DATABASE_APP": "postgresql://app@localhost/gateway",
    "CAIRN_DATABASE_PIPE": "postgresql://pipe@localhost/gateway",
    "CAIRN_KAFKA": "localhost:9092",
    "CAIRN_COMMAND_KEY": "k" * 32,
    "CAIRN_PORT": "8000",
    "CAIRN_ISSUER": "https://id.example",
    **{
        f"CAIRN_{name}": "http://localhost"
        for name in ("PROFILES", "MATCHING", "SESSIONS", "NOTIFICATIONS")
    },
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("CAIRN_ONLY_TRUSTED", "true", "set CAIRN_TRUSTED_DOCUMENTS"),
        ("CAIRN_COST_PER_MINUTE", "12999", "an operation may cost 13000"),
        ("CAIRN_COST_PER_MINUTE", "-1", "an operation may cost 13000"),
    ],
)
def test_a_setting_that_would_not_work(
    name: str,
    value: str,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        load(GatewaySettings)

    said = capsys.readouterr().err
    assert said.startswith(f"{name}: ")
    assert why in said


def test_there_is_no_graphiql_where_only_trusted_documents_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CAIRN_GRAPHIQL", "true")
    assert load(GatewaySettings).graphiql
    monkeypatch.setenv("CAIRN_TRUSTED_DOCUMENTS", "manifest.json")
    monkeypatch.setenv("CAIRN_ONLY_TRUSTED", "true")
    with pytest.raises(SystemExit):
        load(GatewaySettings)

    assert capsys.readouterr().err.startswith("CAIRN_GRAPHIQL: ")


@pytest.mark.parametrize("value", ["0", "13000"])
def test_as_much_as_an_operation_may_cost_or_no_limit(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAIRN_COST_PER_MINUTE", value)
    assert load(GatewaySettings).cost_per_minute == int(value)


def test_a_manifest_that_cannot_be_used_keeps_it_from_starting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "manifest.json").write_text('{"abc": "{ viewer { id } }"}')
    monkeypatch.setenv("CAIRN_TRUSTED_DOCUMENTS", str(tmp_path / "manifest.json"))
    monkeypatch.setattr("sys.argv", ["gateway", "serve"])
    with pytest.raises(SystemExit, match=r"CAIRN_TRUSTED_DOCUMENTS: .*abc is not the SHA-256"):
        main()
