"""A log line is JSON, knows its trace, and keeps of an error the type alone."""

import asyncio
import gc
import logging
from collections.abc import Generator

import msgspec
import pytest
import structlog
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from chassis.logs import logger, start_logs


@pytest.fixture(autouse=True)
def _as_before() -> Generator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_an_error_is_told_by_its_type_and_place_not_by_its_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    start_logs("ledger", "INFO")
    try:
        raise ValueError("Ines Almeida, ines@example.org")
    except ValueError:
        logger("test").exception("it failed", account="7")
        logging.getLogger("library").exception("so did this")
    lines = capsys.readouterr().err.splitlines()
    told = [msgspec.json.decode(line) for line in lines]
    assert [each["event"] for each in told] == ["it failed", "so did this"]
    for each in told:
        assert (each["service"], each["level"], each["error"]) == ("ledger", "error", "ValueError")
        assert any("test_logs.py" in place for place in each["at"])
    assert told[0]["account"] == "7"
    assert "Ines" not in "".join(lines)
    assert "example.org" not in "".join(lines)


async def test_a_task_that_nobody_waited_for_is_told_of_without_its_errors_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    start_logs("ledger", "INFO")

    async def fail() -> None:
        raise ValueError("Ines Almeida")

    task = asyncio.create_task(fail())
    await asyncio.wait((task,))
    del task
    gc.collect()
    line = capsys.readouterr().err
    told = msgspec.json.decode(line)
    assert (told["event"], told["error"]) == ("Task exception was never retrieved", "ValueError")
    assert "Ines" not in line


def test_a_line_names_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    start_logs("ledger", "INFO")
    context = SpanContext(1, 2, is_remote=False, trace_flags=TraceFlags(1))
    with trace.use_span(NonRecordingSpan(context)):
        logger("test").info("done")
    told = msgspec.json.decode(capsys.readouterr().err)
    assert (told["trace_id"], told["span_id"]) == (f"{1:032x}", f"{2:016x}")
