"""A step that cannot do its work says why in a sentence, and ends with 1."""

import sys

import pytest
from aiokafka.errors import KafkaConnectionError

from chassis.settings import Settings
from chassis.steps import Step, run_step

GOOD = {
    "CAIRN_DATABASE_APP": "postgresql://a:secret@localhost/a",
    "CAIRN_DATABASE_PIPE": "postgresql://a:secret@localhost/a",
    "CAIRN_KAFKA": "kafka:9092",
    "CAIRN_COMMAND_KEY": "x" * 32,
    "CAIRN_PORT": "8001",
}


def test_kafka_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(*_: object) -> None:
        raise KafkaConnectionError

    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["ledger", "recover"])
    with pytest.raises(SystemExit) as ending:
        run_step("ledger", Settings, [Step(name="recover", help="", run=work)])
    assert str(ending.value) == (
        "Kafka at kafka:9092 does not answer (KafkaConnectionError): is CAIRN_KAFKA right, and"
        " is it up? Then run `python -m ledger recover` again."
    )
