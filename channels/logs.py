"""What happens, told on stderr: one JSON line a happening, or readable lines where a person looks."""

from __future__ import annotations

import logging
import sys

import orjson
import structlog

_TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
"""Where a fault came from, without the values it met: among them are passwords, tokens and people."""


def tell_by(level: str) -> None:
    """Tell what is of this level or graver, ours and the libraries' alike."""
    for_a_person = sys.stderr.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *(() if for_a_person else (_TRACEBACKS,)),
    ]
    last = _lines_for_a_person() if for_a_person else _text
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, last if for_a_person else _line],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr)
        if for_a_person
        else structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    rendering = structlog.stdlib.ProcessorFormatter(processors=[_without_record, last], foreign_pre_chain=shared)
    handler.setFormatter(rendering)
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)


def _lines_for_a_person() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)


def _line(_: object, __: str, happening: structlog.typing.EventDict) -> bytes:
    """One line of JSON, by orjson: there is one with every request."""
    return orjson.dumps(happening, default=str)


def _text(_: object, __: str, happening: structlog.typing.EventDict) -> str:
    return _line(None, "", happening).decode()


def _without_record(_: object, __: str, happening: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return structlog.stdlib.ProcessorFormatter.remove_processors_meta(None, "", happening)
