"""What happens, told on stderr: one JSON line a happening, or readable lines where a person looks."""

from __future__ import annotations

import logging
import sys

import structlog


def tell_by(level: str) -> None:
    """Tell what is of this level or graver, ours and the libraries' alike."""
    for_a_person = sys.stderr.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *(() if for_a_person else (structlog.processors.dict_tracebacks,)),
    ]
    last: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if for_a_person else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[_without_record, last], foreign_pre_chain=shared)
    )
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)


def _without_record(_: object, __: str, happening: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return structlog.stdlib.ProcessorFormatter.remove_processors_meta(None, "", happening)
