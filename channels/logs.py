"""What happens, told on stderr: one JSON line a happening, or readable lines where a person looks."""

from __future__ import annotations

import asyncio
import atexit
import logging
import re
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache, partial
from select import PIPE_BUF
from types import ModuleType
from typing import Any, BinaryIO, cast

import orjson


@contextmanager
def _without(package: str) -> Iterator[None]:
    """Whatever is read meanwhile finds this package not to be installed, also where others have read it already."""
    found = sys.modules.get(package)
    sys.modules[package] = cast("ModuleType", None)  # an import of it fails, as Python's reference has it
    try:
        yield
    finally:
        del sys.modules[package]
        if found is not None:
            sys.modules[package] = found


with _without("rich"):  # structlog would colour tracebacks with it and with Pygments: 3 MB of a server for nothing
    import structlog

get_logger = structlog.get_logger
"""Only here structlog is read."""
_VALUES = re.compile(r"\n(DETAIL|\[SQL).*|'[^'\n]*'|\"[^\"\n]*\"", re.DOTALL)
"""What a fault's text quotes: the database's tells whole rows by it, Python's own what could not be read."""


class _Faults(structlog.tracebacks.ExceptionDictTransformer):
    """Where a fault came from, without the values it met: among them are passwords, tokens and people."""

    def __call__(self, exc_info: Any) -> list[dict[str, Any]]:
        return _without_values(super().__call__(exc_info))


def _without_values(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for fault in told:
        fault |= {"exc_value": _VALUES.sub("…", fault["exc_value"]), "exc_notes": []}
        for one in fault["exceptions"]:
            _without_values(one)
    return told


_TRACEBACKS = structlog.processors.ExceptionRenderer(_Faults(show_locals=False))
_SOON = 0.01
"""Seconds a request's line may wait for others, so that they are written at once; a line of an error never waits."""
_ENOUGH = 256
"""Lines that wait no longer."""

_AS_LINE = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
_UNSAFE = re.compile(r"[^\w.:-]", re.ASCII)

log = get_logger("laurel.http")


class Lines:
    """Lines on their way to a stream, in their order: those added wait a moment, those written take them along."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._waiting = stream, deque[bytes]()
        self._timed, self._writing = False, threading.Lock()
        self._lost = 0
        """Lines that could not be written since one last could."""
        atexit.register(self.flush)

    def add(self, line: bytes) -> None:
        """Write a line soon, with those that come meanwhile; at once where no event loop runs."""
        self._waiting.append(line)
        if len(self._waiting) >= _ENOUGH:
            self.flush()
        elif not self._timed:
            self._timed = self._flush_soon()

    def write(self, line: bytes) -> None:
        """Take what a logger of structlog's writes: it flushes after each line."""
        self._waiting.append(line)

    def flush(self) -> None:
        """Write all that waits. What cannot be fails nobody: it is lost, and how much is told once it can be."""
        lines = b""
        with self._writing:
            self._timed = False
            try:
                self._tell_lost()
                while self._waiting:
                    lines = self._whole()
                    self._put(lines)
            except OSError:  # the disk is full, or nobody reads any more
                self._lost += lines.count(b"\n") + len(self._waiting)
                self._waiting.clear()

    def _put(self, lines: bytes) -> None:
        self._stream.write(lines)
        self._stream.flush()

    def _tell_lost(self) -> None:
        if self._lost:
            said = {"event": "lines could not be written and are lost", "level": "error", "lost": self._lost}
            self._put(orjson.dumps(said | {"timestamp": datetime.now(UTC)}, option=_AS_LINE))
            self._lost = 0

    def _whole(self) -> bytes:
        """As many of the lines that wait as a pipe takes at once, so that another process's never come between."""
        lines = [self._waiting.popleft()]
        size = len(lines[0])
        while self._waiting and (size := size + len(self._waiting[0])) <= PIPE_BUF:
            lines.append(self._waiting.popleft())
        return b"".join(lines)

    def _flush_soon(self) -> bool:
        try:
            asyncio.get_running_loop().call_later(_SOON, self.flush)
        except RuntimeError:
            self.flush()
            return False
        return True


class RequestLog:
    """One line a request: structlog's chain of processors would be a tenth of what a short answer costs."""

    def __init__(self) -> None:
        self.lines: Lines | None = None
        """Where JSON is wanted; else structlog tells."""
        self.wanted = True
        self.always: dict[str, Any] = {}
        """What each line says."""

    def __call__(self, facts: dict[str, Any]) -> None:
        """Tell what a request was and came to, as any other happening is told; the facts are taken over."""
        if self.lines is None:
            log.info("graphql", **facts)
        elif self.wanted:
            facts |= self.always
            facts["timestamp"] = datetime.now(UTC)
            self.lines.add(orjson.dumps(facts, default=str, option=_AS_LINE))


tell_request = RequestLog()


def tell_by(level: str, worker: int | None = None) -> None:
    """Tell what is of this level or graver, ours and the libraries' alike; one of several processes by its number."""
    for_a_person = sys.stderr.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        *(() if worker is None else (partial(_by, worker),)),
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *(() if for_a_person else (_TRACEBACKS,)),
    ]
    last = _lines_for_a_person() if for_a_person else _text
    number = logging.getLevelNamesMapping()[level.upper()]
    lines = None if for_a_person else Lines(sys.stderr.buffer)
    structlog.configure(
        processors=[*shared, last if for_a_person else _line],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(cast("BinaryIO", lines))  # it asks for write and flush alone
        if lines
        else structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    tell_request.lines, tell_request.wanted = lines, number <= logging.INFO
    tell_request.always = {"event": "graphql", "level": "info"} | ({} if worker is None else {"worker": worker})
    handler = logging.StreamHandler(sys.stderr)
    rendering = structlog.stdlib.ProcessorFormatter(processors=[_without_record, last], foreign_pre_chain=shared)
    handler.setFormatter(rendering)
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)


def _by(worker: int, _: object, __: str, happening: structlog.typing.EventDict) -> structlog.typing.EventDict:
    happening["worker"] = worker
    return happening


def _lines_for_a_person() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)


def _line(_: object, __: str, happening: structlog.typing.EventDict) -> bytes:
    """One line of JSON."""
    return orjson.dumps(happening, default=str)


def _text(_: object, __: str, happening: structlog.typing.EventDict) -> str:
    return _line(None, "", happening).decode()


def _without_record(_: object, __: str, happening: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return structlog.stdlib.ProcessorFormatter.remove_processors_meta(None, "", happening)


def safe(name: str | None) -> str | None:
    """A name from outside, fit for one line of a log: cut, and without anything that could break out of it."""
    return _fit(name[:64]) if name else name


@lru_cache(256)
def _fit(name: str) -> str:
    return _UNSAFE.sub("?", name)
