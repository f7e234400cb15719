"""The embedded PostgreSQL: its data made once a major version, kept over restarts and crashes."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from channels.embedded import binaries, child
from channels.obstacles import DiskFull, ServerFailed

USER = DATABASE = "laurel"
ROOM = 400 << 20
ALWAYS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "jit": "off",  # compiling costs more than our statements take
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "120",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


@contextmanager
def running(home: Path, choice: binaries.Choice = "any", *, fast: bool = False) -> Iterator[str]:
    """Run PostgreSQL on the data under `home` and give its URL; `fast` forgets all in a power cut, for tests."""
    found = binaries.postgres(choice)
    data, log = home / f"postgres-{found.major}", home / f"postgres-{found.major}.log"
    if not data.exists():
        make(found, data, log, fast=fast)
    clear_what_a_crash_left(data)
    server, port = child.on_a_free_port(lambda port: begin(found, data, log, port, fast=fast))
    try:
        secret = (data / "laurel.secret").read_text().strip()
        yield f"postgresql+asyncpg://{USER}:{secret}@127.0.0.1:{port}/{DATABASE}"
    finally:
        server.stop(*((signal.SIGQUIT,) if fast else (signal.SIGINT, signal.SIGQUIT)))


def begin(found: binaries.Postgres, data: Path, log: Path, port: int, *, fast: bool) -> child.Child:
    """Start the server and wait until it takes connections."""
    settings = ALWAYS | {"port": str(port)} | (FORGETFUL if fast else {})
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    running = child.start(data, log, signal.SIGINT, found.program("postgres"), "-D", str(data), *options)
    running.await_ready("PostgreSQL", lambda: is_ready(data, running.process.pid))
    return running


def is_ready(data: Path, process: int) -> bool:
    """Whether postmaster.pid is of this very process and says, on its eighth line, that it takes connections."""
    lines = pid_file(data)
    return len(lines) >= 8 and lines[0].strip() == str(process) and lines[7].strip() == "ready"


def pid_file(data: Path) -> list[str]:
    """The lines of postmaster.pid; none where there is no such file."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def make(found: binaries.Postgres, data: Path, log: Path, *, fast: bool) -> None:
    """Make the data beside its place and move it there when whole, so that a crash leaves none or all of it."""
    require_room(data.parent)
    raw = data.with_name(f"{data.name}.new")
    shutil.rmtree(raw, ignore_errors=True)
    raw.mkdir(mode=0o700)
    secret = data.with_name(f"{data.name}.secret")
    secret.unlink(missing_ok=True)
    with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as written:
        written.write(child.password() + "\n")
    login = ("-U", USER, "--auth=scram-sha-256", f"--pwfile={secret}")
    speed = ("--no-sync",) if fast else ()
    child.run(raw, log, found.program("initdb"), "-D", str(raw), *login, *speech(found.major), *speed)
    single = ("--single", "-D", str(raw), "postgres")
    child.run(raw, log, found.program("postgres"), *single, told=f"CREATE DATABASE {DATABASE};\n")
    secret.rename(raw / "laurel.secret")
    raw.rename(data)


def speech(major: int) -> tuple[str, ...]:
    """UTF-8, letters by Unicode, order by code point, alike in every version (Vietnamese order is our own `vi_key`)."""
    if major >= 18:
        provider = ("--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST")
    elif major == 17:
        provider = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    else:
        return ("--encoding=UTF8", "--locale=C.UTF-8")
    return ("--encoding=UTF8", *provider, "--lc-collate=C", "--lc-ctype=C.UTF-8")


def require_room(folder: Path, needed: int = ROOM) -> None:
    """Raise DiskFull before a database is begun that could not be finished; `needed` is in bytes."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DiskFull(folder, free, needed)


def clear_what_a_crash_left(data: Path, patience: float = 10.0) -> None:
    """Let a server whose parent was killed finish ending, or end it; remove the pid file of one that was killed itself.

    We hold the folder, so it is nobody's. One that runs out of disk while it ends would hang for ever.
    """
    for firmly in (None, signal.SIGQUIT, signal.SIGKILL):
        if firmly and (orphan := orphan_of(data)):
            orphan.send_signal(firmly)
        end = time.monotonic() + patience
        while orphan_of(data) and time.monotonic() < end:
            time.sleep(0.05)
    if orphan := orphan_of(data):
        raise ServerFailed("PostgreSQL", None, f"process {orphan.pid} still runs on {data}")
    (data / "postmaster.pid").unlink(missing_ok=True)


def orphan_of(data: Path) -> psutil.Process | None:
    """The process that still serves this data, if there is one and its number was not given to another meanwhile."""
    lines = pid_file(data)
    if not lines or not lines[0].strip().isdigit():
        return None
    try:
        process = psutil.Process(int(lines[0]))
        command = process.cmdline()  # empty while a process is ending
        if process.status() == psutil.STATUS_ZOMBIE or str(data) not in (command or [str(data)]):
            return None
        if process.name() != "postgres":
            return None
    except psutil.Error:
        return None
    return process
