"""PostgreSQL and Valkey for the demo and the tests: real servers, from the wheels, that need no set-up.

    with embedded.servers(Settings.from_environment()) as settings:
        settings.database_url, settings.redis_url

What the environment names wins (DATABASE_URL, REDIS_URL); then the wheel's programs; then the system's.
Data are under `.laurel/` and stay; the servers end with the process that started them, even when it is killed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import disk_usage

from channels.embedded import home, postgres, valkey
from channels.embedded.binaries import Choice
from channels.obstacles import DiskFull
from channels.settings import Settings

__all__ = ["servers", "shared_with", "watching_the_disk"]


@contextmanager
def servers(settings: Settings, *, fast: bool = False, postgres_from: Choice = "any") -> Iterator[Settings]:
    """Give the settings with both URLs filled in, the servers they name running until the end of the block.

    A second process of the same folder shares the servers of the first (and loses them when the first ends).
    `fast`: for tests; data in a folder of its own that is forgotten. `postgres_from`: the wheel or the system.
    Call it in the main thread. Raises CannotStart, saying what to do.
    """
    if settings.database_url and settings.redis_url != "":
        yield settings
        return
    with home.throwaway(settings.data) if fast else home.held(settings.data) as place:
        if place.shared is not None:
            yield given_or(settings, place.shared["database_url"], place.shared["redis_url"])
            return
        with started(settings, place, postgres_from, fast=fast) as running:
            yield running


@contextmanager
def started(settings: Settings, place: home.Home, choice: Choice, *, fast: bool) -> Iterator[Settings]:
    """Start what the settings do not name, and tell other processes of this folder where it is."""
    with ExitStack() as stack:
        redis_url = None if settings.redis_url != "" else stack.enter_context(valkey.running(place.folder))
        database_url = settings.database_url or stack.enter_context(postgres.running(place.folder, choice, fast=fast))
        place.tell(database_url=database_url, redis_url=redis_url)
        yield given_or(settings, database_url, redis_url)


@contextmanager
def watching_the_disk(settings: Settings, little: int = 32 << 20) -> Iterator[None]:
    """Raise DiskFull for whatever went wrong while our own server had this little room left, in bytes."""
    try:
        yield
    except Exception as problem:
        if settings.database_url or disk_usage(settings.data).free > little:
            raise
        raise DiskFull.met(settings.data, f"{type(problem).__name__}: {problem}") from problem


def given_or(settings: Settings, database_url: str | None, redis_url: str | None) -> Settings:
    """The settings, with these URLs where they name none themselves."""
    return replace(
        settings,
        database_url=settings.database_url or database_url or "",
        redis_url=redis_url if settings.redis_url == "" else settings.redis_url,
    )


def shared_with(data: Path) -> int | None:
    """The process that runs this folder's servers now, if another one does."""
    if not data.exists():
        return None
    with home.held(data) as place:
        return None if place.shared is None else int(place.shared["process"] or 0)
