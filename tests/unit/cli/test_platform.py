"""The platform file: what is wrong with one is said in a sentence, and never with its secrets."""

import sys
from pathlib import Path

import msgspec
import pytest

from cairn.app import app
from cairn.platform import (
    PROCESSES,
    Platform,
    PlatformFile,
    Process,
    encode,
    holds_secrets,
    read,
    told,
)
from cairn.steps import ask, stream
from cairn.troubles import Trouble

SECRET = "hunter2hunter2"
DSN = f"postgresql://x_pipe:{SECRET}@127.0.0.1:1/x"


def platform(*program: str, **environment: str) -> Platform:
    """One whose every process is the same program of Python."""
    process = Process(
        command=[sys.executable, *program],
        address="http://127.0.0.1:1",
        environment={"CAIRN_DATABASE_PIPE": DSN, "CAIRN_DATABASE_APP": DSN, **environment},
    )
    return Platform(kafka="127.0.0.1:1", processes=dict.fromkeys(PROCESSES, process))


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "platform.toml").write_bytes(encode(platform("-c", "'\"\\é")))
    assert read(tmp_path / "platform.toml") == platform("-c", "'\"\\é")


def test_it_is_found_here_or_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / ".cairn").mkdir()
    (tmp_path / ".cairn" / "platform.toml").write_bytes(encode(platform()))
    monkeypatch.chdir(below)
    assert PlatformFile().read() == platform()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (f"kafka = '{SECRET}", "cannot be used, it is no TOML."),
        (f"kafka = 'x'\nprocesses.x.command = '{SECRET}'", "Expected `array`, got `str`"),
        (
            f"kafka = 'x'\nprocesses = {{}}\nunknown = '{SECRET}'",
            "contains unknown field `unknown`",
        ),
        ("kafka = 'x'\nprocesses = {}", "lacks the process profiles, the process matching"),
    ],
)
def test_what_is_wrong_is_said_without_secrets(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "platform.toml"
    path.write_text(content)
    with pytest.raises(Trouble) as trouble:
        read(path)
    assert says in str(trouble.value)
    assert SECRET not in str(trouble.value)


def test_it_may_name_variables_in_place_of_secrets(tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.write_bytes(encode(platform("-c", "${GREETING}, you")).replace(DSN.encode(), b"${DSN}"))
    found = read(path, {"DSN": DSN, "GREETING": "Hello"})
    assert found == platform("-c", "${GREETING}, you")  # a command is as it is written
    assert not holds_secrets(path)
    with pytest.raises(Trouble, match=r"names \$DSN, which is not set"):
        read(path, {})
    path.write_bytes(encode(platform()))
    assert holds_secrets(path)


def test_a_setting_that_is_missing_is_named(tmp_path: Path) -> None:
    whole = msgspec.to_builtins(platform())
    del whole["processes"]["sessions"]["environment"]["CAIRN_DATABASE_PIPE"]
    (tmp_path / "p").write_bytes(encode(msgspec.convert(whole, Platform)))
    with pytest.raises(Trouble, match=r"lacks CAIRN_DATABASE_PIPE of sessions\.$"):
        read(tmp_path / "p")


def test_none_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAIRN_PLATFORM", raising=False)
    with pytest.raises(Trouble, match="`make up` writes it"):
        app(["lag"])
    with pytest.raises(Trouble, match="cannot be read: No such file"):
        app(["lag", "--platform", "nowhere"])


def test_a_process_is_told_its_own_settings_and_none_of_ours() -> None:
    environment = told(platform(CAIRN_PORT="7"), "gateway", {"PATH": "/bin", "CAIRN_TOKEN": "x"})
    assert environment == {
        "PATH": "/bin",
        "CAIRN_PORT": "7",
        "CAIRN_KAFKA": "127.0.0.1:1",
        "CAIRN_DATABASE_PIPE": DSN,
        "CAIRN_DATABASE_APP": DSN,
    }


def test_a_step_is_run_and_its_answer_read() -> None:
    shows = "import json, os, sys; print(json.dumps([sys.argv[1:], os.environ['CAIRN_PORT']]))"
    answer = ask(platform("-c", shows, CAIRN_PORT="7"), "sessions", "replay", "3")
    assert answer == [["replay", "3", "--json"], "7"]
    assert stream(platform("-c", "import sys; sys.exit(7)"), "sessions", "rebuild") == 7


def test_a_step_that_gives_no_answer_is_said() -> None:
    with pytest.raises(Trouble, match=r"`replay` of sessions failed \(exit code 3\)"):
        ask(platform("-c", "import sys; sys.exit(3)"), "sessions", "replay")
    nothing = msgspec.convert(
        msgspec.to_builtins(platform())
        | {"processes": {"sessions": {"command": ["/no/such"], "address": "http://x"}}},
        Platform,
    )
    with pytest.raises(Trouble, match=r"/no/such, which the platform file names for sessions"):
        ask(nothing, "sessions", "replay")


@pytest.mark.parametrize(
    ("words", "step"),
    [
        (["rebuild"], "gateway rebuild"),
        (["rebuild", "sessions", "matching.pairing"], "sessions rebuild matching.pairing"),
        (["rebuild", "sessions", "--json"], "sessions rebuild --json"),
        (["rebuild", "--force"], "gateway rebuild --force"),
        (["restate", "matching.pairing"], "matching restate matching.pairing"),
        (["recover", "profiles", "--json"], "profiles recover --json"),
        (["documents", "check"], "gateway documents"),
        (["documents", "check", "/m.json", "--json"], "gateway documents /m.json --json"),
    ],
)
def test_glue(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], words: list[str], step: str
) -> None:
    shows = "import os, sys; print(os.environ['NAME'], *sys.argv[1:]); sys.exit(5)"
    whole = msgspec.to_builtins(platform("-c", shows))
    processes = whole["processes"]
    whole["processes"] = {
        name: each | {"environment": each["environment"] | {"NAME": name}}
        for name, each in processes.items()
    }
    (tmp_path / "p").write_bytes(encode(msgspec.convert(whole, Platform)))
    with pytest.raises(SystemExit) as ended:
        app([*words, "--platform", str(tmp_path / "p")])
    assert ended.value.code == 5
    assert capfd.readouterr().out.strip() == step


def test_glue_refuses_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "p").write_bytes(encode(platform()))
    for words, says in (
        (["rebuild", "gateway", "matching.pairing"], "as a whole"),
        (
            ["rebuild", "sessions", "sessions.goal"],
            "sessions does not hear sessions.goal; it hears",
        ),
        (["restate", "pairing"], "pairing is none of profiles.organisation,"),
    ):
        with pytest.raises(Trouble, match=says):
            app([*words, "--platform", str(tmp_path / "p")])
