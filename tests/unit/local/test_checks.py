"""What stands in the way is said in one sentence, before anything is started."""

import shutil
import socket
from pathlib import Path

import pytest

from cairn_local.checks import check_ports, check_room
from cairn_local.errors import PlatformError
from cairn_local.settings import Settings
from support.servers import free_ports


def all_free() -> dict[str, int]:
    names = [name for name in Settings.model_fields if name.endswith("_port")]
    return dict(zip(names, free_ports(len(names)), strict=True))


def test_free_ports_pass() -> None:
    check_ports(Settings.model_validate(all_free()))


def test_a_taken_port_is_named_with_its_owner_and_its_variable() -> None:
    ports = all_free()
    with (
        socket.create_server(("127.0.0.1", ports["gateway_port"])),
        pytest.raises(PlatformError) as refused,
    ):
        check_ports(Settings.model_validate(ports))
    assert str(refused.value) == (
        f"Port {ports['gateway_port']} is in use, and the gateway needs it: "
        "free it, or choose another with CAIRN_GATEWAY_PORT."
    )


def test_a_port_given_twice_is_refused() -> None:
    ports = all_free()
    ports["kafka_port"] = ports["gateway_port"]
    with pytest.raises(PlatformError, match=r"both the gateway and Kafka.*CAIRN_KAFKA_PORT"):
        check_ports(Settings.model_validate(ports))


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(PlatformError, match=r"0\.0 GB free.*needs 2 GB.*CAIRN_DATA"):
        check_room(tmp_path)
