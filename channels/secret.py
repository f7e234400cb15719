"""The key of what is kept as keyed hashes: LAUREL_SECRET, or one made at the first start and kept with the files."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from channels.obstacles import FolderClosed
from channels.settings import Settings


def secret_of(settings: Settings) -> bytes:
    """The key, the same for all processes of an installation, at least 32 bytes. Raises FolderClosed.

    Without it no tracking code and no link to an identity of elsewhere works any more: keep it with the backups.
    """
    if settings.secret is not None:
        return settings.secret.encode()
    file = settings.data / "secret"
    try:
        return _read(file) or _made(file)
    except OSError as problem:
        raise FolderClosed(settings.data, str(problem)) from None


def _read(file: Path) -> bytes:
    with suppress(FileNotFoundError):
        return file.read_bytes().strip()
    return b""


def _made(file: Path) -> bytes:
    """A new key; of processes that make one at once all take the one that is there first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    own = file.with_name(f"secret.{os.getpid()}")
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as made:
        made.write(secrets.token_urlsafe(48).encode())
        made.flush()
        os.fsync(made.fileno())
    with suppress(FileExistsError):
        os.link(own, file)
    own.unlink()
    return _read(file)
