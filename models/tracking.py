"""Following one dossier without an account: a code that cannot be guessed, something the nominee knows, a short pass.

A dossier's own code counts the day's dossiers, so it proves nothing; and of what the nominee knows only a keyed hash is
kept, for six digits are soon tried.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, LargeBinary, and_, exists, false, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access import Audience, Viewer
from models.award_code import canonical, new_code
from models.base import Base, Identified
from models.dossier import Dossier, visible_line
from models.dossier_line import DossierLine
from models.journal import Entry
from models.nominee import Nominee
from models.secret import keyed

RANDOM_SIGNS = 15
"""Of a code: 75 bits, and one sign that checks them."""
LASTS = timedelta(minutes=20)
"""How long one may look with a pass."""
FACTOR = re.compile(r"[0-9]{6}")
"""What the nominee knows: the last six digits of their personal number, or of the collective's tax code."""
_BETWEEN = re.compile(r"[\s.\-]")


class Tracking(Identified, Base):
    """By which code, and what else they know, one nominee of one dossier follows it."""

    __tablename__ = "tracking"

    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"))
    nominee_id: Mapped[UUID] = mapped_column(ForeignKey("nominee.id"))
    code: Mapped[str] = mapped_column(unique=True, default_factory=lambda: new_code(signs=RANDOM_SIGNS), repr=False)
    factor_hash: Mapped[bytes] = mapped_column(LargeBinary, init=False, repr=False)
    """See `hash_of`; what was hashed is never shown again."""
    issued_at: Mapped[datetime] = mapped_column(init=False, server_default=func.now())
    issued_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    """When another code took its place."""
    dossier: Mapped[Dossier] = relationship(lazy="raise", init=False, repr=False)
    nominee: Mapped[Nominee] = relationship(lazy="raise", init=False, repr=False)

    __table_args__ = (
        CheckConstraint("octet_length(factor_hash) = 32", name="factor_hash_is_sha256"),
        CheckConstraint("code ~ '^[0-9A-HJKMNP-TV-Z]{16}$'", name="code_is_long_enough"),
        Index("uq_tracking_now", "dossier_id", "nominee_id", unique=True, postgresql_where="ended_at is null"),
    )

    def entry(self, by: Viewer) -> Entry:
        """The journal entry of its being issued; the code is not in it."""
        return Entry(
            act="ISSUE_TRACKING_CODE",
            actor_id=by.account_id,
            subject_kind="Tracking",
            subject_id=self.id,
            subject_version=1,
            data={"dossier": str(self.dossier_id), "nominee": str(self.nominee_id)},
        )


class TrackingPass(Identified, Base):
    """A token by which somebody may look for a while. Only its SHA-256 is kept."""

    __tablename__ = "tracking_pass"

    tracking_id: Mapped[UUID] = mapped_column(ForeignKey("tracking.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, repr=False)
    expires_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (CheckConstraint("octet_length(token_hash) = 32", name="token_hash_is_sha256"),)


def factor_of(said: str) -> str | None:
    """The six digits somebody typed, spaces, dots and dashes aside; None where it is anything else."""
    digits = _BETWEEN.sub("", said[:40])
    return digits if FACTOR.fullmatch(digits) else None


def code_of(said: str) -> str:
    """A code as it is kept, however it was typed; no longer than it can be, so that nobody's is as cheap as any."""
    return canonical(said[:60])[: RANDOM_SIGNS + 1]


def hash_of(secret: bytes, tracking: UUID, factor: str) -> bytes:
    """What is kept of what a nominee knows: nothing that could be tried without the key, nor compared with others'."""
    return keyed(secret, "tracking-factor", tracking.bytes + factor.encode())


def visible_tracking(row: type[Tracking], viewer: Viewer) -> ColumnElement[bool]:
    """Staff who see the nominee's case, to print the receipt again; nobody else."""
    if viewer.audience is not Audience.STAFF:
        return false()
    case = select(DossierLine.id).where(
        DossierLine.dossier_id == row.dossier_id,
        DossierLine.nominee_id == row.nominee_id,
        visible_line(DossierLine, viewer),
    )
    return and_(row.ended_at.is_(None), exists(case))
