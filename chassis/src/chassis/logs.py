"""Structured logs: one JSON object a line, with the trace it belongs to.

The message has no variables; ids stand beside it. No names, addresses, texts or tokens.
"""

import logging
import sys
from typing import Any

import structlog
from opentelemetry import trace
from structlog.typing import EventDict, WrappedLogger


def _add_trace(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
        event["span_id"] = f"{context.span_id:016x}"
    return event


def _name_exception(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Of an exception keep the type and where it was raised: its text may hold a person's data."""
    info: Any = event.pop("exc_info", None)
    error = info[1] if isinstance(info, tuple) else info
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        frames: list[str] = []
        trail = error.__traceback__
        while trail is not None:
            frames.append(f"{trail.tb_frame.f_code.co_filename}:{trail.tb_lineno}")
            trail = trail.tb_next
        event["at"] = frames[-4:]
        if event["logger"] == "asyncio":  # after its first line it shows the task, error and all
            event["event"] = event["event"].partition("\n")[0]
    return event


def start_logs(service: str, level: str) -> None:
    """Route everything, the libraries' own logs too, through one JSON formatter on stderr."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        _name_exception,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # A broker that is away makes aiokafka write hundreds of lines a second, and HTTP clients write
    # one for each request; the metrics tell it.
    for noisy in ("aiokafka", "faststream", "httpx2", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    return structlog.stdlib.get_logger(name)
