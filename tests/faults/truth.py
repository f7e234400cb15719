"""What is there in the end, read from the database past every proxy, as lines of the history."""

from __future__ import annotations

import asyncio
import hashlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from channels.files.endpoint import folder
from tests.faults.cluster import Cluster
from tests.faults.history import History
from tests.faults.site import ROOT, Site, data

ENTRIES = """
select n.seq, journal_cursor(n.seq, n.hash) as cursor, encode(n.hash, 'hex') as hash,
  encode(journal_digest(entry), 'hex') as digest, entry.id as entry, entry.key as event, entry.act,
  entry.subject_kind || '_' || entry.subject_id as subject, entry.subject_version as version,
  entry.actor_id as actor, entry.topics, entry.data->>'before' as before, entry.data->>'after' as after
from journal entry left join journal_seq n on n.entry_id = entry.id order by n.seq nulls last, entry.id
"""
DOSSIERS = "select 'Dossier_' || id as subject, version, status, title from dossier"
DECISIONS = """
select 'Decision_' || id as subject, version, status, number, agency_id as agency, year, ordinal from decision
order by agency_id, year, ordinal
"""
REPLIES = """
select account_id as account, key, subject_kind || '_' || subject_id as subject from stored_reply
"""
KINDS = {"entry": ENTRIES, "dossier": DOSSIERS, "decision": DECISIONS, "reply": REPLIES}

Connection: TypeAlias = "asyncpg.Connection[Any]"


async def head(connection: Connection) -> str:
    """The cursor of the last numbered entry."""
    cursor: str = await connection.fetchval("select journal_cursor(seq, hash) from journal_head")
    return cursor


async def first(connection: Connection) -> str:
    """The cursor before the first entry."""
    cursor: str = await connection.fetchval("select journal_cursor(0, journal_origin())")
    return cursor


async def unnumbered(connection: Connection) -> int:
    """How many entries have no number yet."""
    count: int = await connection.fetchval("select (select count(*) from journal) - (select seq from journal_head)")
    return count


async def last_of(connection: Connection, topic: str) -> int:
    """The number of the last entry about a topic; 0 where there is none."""
    found: int = await connection.fetchval(
        "select coalesce(max(n.seq), 0) from journal_seq n join journal entry on entry.id = n.entry_id"
        " where entry.topics @> array[$1]",
        topic,
    )
    return found


async def note(cluster: Cluster, history: History, since: dict[str, int]) -> None:
    """Note every row that a check looks at, and what the servers have logged as their own faults since a place."""
    connection = await cluster.database.connect()
    try:
        for kind, query in KINDS.items():
            for row in await connection.fetch(query):
                history.note(kind, **{name: _plain(value) for name, value in row.items()})
        for row in await connection.fetch("select 'DocumentFile_' || id as id, sha256 from document_file"):
            history.note("file", **row, whole=_is_whole(cluster.home, row["sha256"]))
    finally:
        await connection.close()
    for site in cluster.sites:
        for said in faults_in(site, since[site.name]):
            history.note("logged", site=site.name, said=said[:1000])


def _is_whole(home: Path, sha256: str) -> bool:
    """Whether a content is kept under its hash."""
    try:
        with folder(data(home)).opened(sha256) as file:
            return hashlib.sha256(file.read()).hexdigest() == sha256
    except FileNotFoundError:
        return False


def _plain(value: Any) -> Any:
    """A value as a history that was read again has it."""
    return str(value) if isinstance(value, UUID) else value


def faults_in(site: Site, since: int) -> list[str]:
    """What a server has logged that nobody foresaw: tracebacks, masked faults, tasks whose error nobody took."""
    text = site.log.read_bytes()[since:].decode(errors="replace")
    said = [line for line in text.splitlines() if _is_fault(line)]
    return [*said, *re.findall(r"^Traceback[^\0]{0,600}", text, re.MULTILINE)[:1]]


def _is_fault(line: str) -> bool:
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    if not isinstance(told, dict):
        return False
    event = str(told.get("event", ""))
    return told.get("level") in {"error", "critical"} and not event.startswith(FORESEEN)


FORESEEN = (
    "the database cannot be reached",
    "a page could not be read",
    "the timekeeper stumbled",
    "Exception closing connection",
    "Exception terminating connection",
    "the virus scanner",
    "lines could not be written",
    "the machine has run short",
    "a worker ended and is begun again",
)
"""How errors begin that a server logs because of what is done to it."""


async def verified(cluster: Cluster, *options: str) -> tuple[bool, str]:
    """What `python -m channels verify` says of the journal."""
    process = await asyncio.to_thread(
        subprocess.run,
        (sys.executable, "-m", "channels", "verify", *options),
        cwd=ROOT,
        env={
            "DATABASE_URL": cluster.database.at(cluster.database.port),
            "REDIS_URL": "none",
            "LAUREL_DATA": str(cluster.home),
            "PATH": "/usr/bin:/bin",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return process.returncode == 0, process.stdout + process.stderr
