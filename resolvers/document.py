"""Files of papers: reading them, taking one in, handing one out, and forgetting what belongs to nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

import models as rows
from models.access import Viewer
from models.document import (
    MOST_A_DAY,
    MOST_BYTES_A_DAY,
    MOST_FILES,
    WAITS,
    FileSignature,
    FileType,
    adding_to,
    visible_file,
)
from models.dossier import Dossier, visible_dossier
from models.refusals import NotFound
from resolvers.dossier_steps import DESKS
from resolvers.engine import seen
from resolvers.work import row_key

_KEEPING = 0x4C61_7572_656C
"""The advisory lock of contents: shared by who brings one, whole for who removes those that belong to nothing."""

Sessions = async_sessionmaker[AsyncSession]


@dataclass(frozen=True)
class Upload:
    """A file that came in and was found to be what it should be."""

    name: str
    type: FileType
    size: int
    sha256: str
    signature: FileSignature


def files(viewer: Viewer, parent: type[rows.DossierDocument]) -> Select[rows.DocumentFile]:
    """A paper's files, the newest first: those before were replaced by it."""
    file = rows.DocumentFile
    found = select(file).where(file.document_id == parent.id, visible_file(file, viewer, seen(parent)))
    return found.order_by(file.edition.desc())


@dataclass(frozen=True)
class Room:
    """What may still be sent for a dossier by an account."""

    dossier_id: UUID
    files: int
    """How many more files the dossier takes."""
    sendings: int
    """How many more the account may send today, and how many bytes."""
    bytes: int


async def room(sessions: Sessions, viewer: Viewer, said_id: str) -> Room:
    """What the viewer may send for a dossier now.

    Raises NotFound, NotPermitted or IllegalStep as the act would that names the file in it.
    """
    async with sessions() as session:
        dossier = await session.scalar(
            select(Dossier)
            .where(Dossier.id == row_key("Dossier", said_id), visible_dossier(Dossier, viewer))
            .options(*DESKS)
        )
        if dossier is None:
            raise NotFound
        dossier.take(adding_to(dossier), by=viewer)  # asked for its refusals: nothing of it is written
        held, sendings, size = (await session.execute(_sent(dossier.id, viewer))).one()
    return Room(dossier.id, MOST_FILES - held, MOST_A_DAY - sendings, MOST_BYTES_A_DAY - size)


def _sent(dossier_id: UUID, viewer: Viewer) -> Select[int, int, int]:
    """The files of a dossier's papers and those that wait to be; what the account sent within a day, and its bytes."""
    file, paper = rows.DocumentFile, rows.DossierDocument
    papers = select(func.count(file.document_id.distinct())).join(paper, paper.id == file.document_id)
    papers = papers.where(file.dossier_id == dossier_id, paper.removed_at.is_(None))
    waiting = select(func.count()).where(file.dossier_id == dossier_id, file.document_id.is_(None))
    held = papers.scalar_subquery() + waiting.scalar_subquery()
    return select(held, func.count(file.id), func.coalesce(func.sum(file.size), 0)).where(
        file.uploaded_by_id == viewer.account_id, file.uploaded_at > func.now() - timedelta(days=1)
    )


async def keep(
    sessions: Sessions, viewer: Viewer, dossier_id: UUID, upload: Upload, put: Callable[[], Awaitable[None]]
) -> rows.DocumentFile:
    """Have the content put where contents are, then write that it is there: no row is ever without its content."""
    assert viewer.account_id is not None
    file = rows.DocumentFile(dossier_id=dossier_id, uploaded_by_id=viewer.account_id, **vars(upload))
    async with sessions.begin() as session:
        await session.execute(select(func.pg_advisory_xact_lock_shared(_KEEPING)))
        await put()
        session.add(file)
    return file


async def found(sessions: Sessions, viewer: Viewer, said_id: str) -> rows.DocumentFile:
    """A file that the viewer may have. Raises NotFound, where it is not theirs to see too."""
    file = rows.DocumentFile
    async with sessions() as session:
        held: rows.DocumentFile | None = await session.scalar(
            select(file).where(file.id == row_key("DocumentFile", said_id), visible_file(file, viewer))
        )
    if held is None:
        raise NotFound
    return held


async def forget_waiting(sessions: Sessions, *, after: timedelta = WAITS, most: int = 1_000) -> int:
    """Forget files that were sent so long ago and are no paper's; gives how many."""
    file = rows.DocumentFile
    old = select(file.id).where(file.document_id.is_(None), file.uploaded_at < func.now() - after).limit(most)
    async with sessions.begin() as session:
        gone = await session.execute(
            delete(file).where(file.id.in_(old), file.document_id.is_(None)).returning(file.id)
        )
        return len(gone.all())


async def without_files(sessions: Sessions, contents: list[str], remove: Callable[[list[str]], Awaitable[None]]) -> int:
    """Have those contents removed that no file has, while nobody brings one; gives how many."""
    async with sessions.begin() as session:
        await session.execute(select(func.pg_advisory_xact_lock(_KEEPING)))
        file = rows.DocumentFile
        had = set(await session.scalars(select(file.sha256).where(file.sha256.in_(contents))))
        loose = [sha256 for sha256 in contents if sha256 not in had]
        await remove(loose)
        return len(loose)
