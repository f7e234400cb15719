"""Comments on a posted list: what is said, by which way it came, and, kept from the public, by whom."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.access import Viewer
from models.base import Base, Identified, PersonalData, closed
from models.journal import Entry


class CommentKind(enum.Enum):
    """What a comment on a posted list amounts to."""

    SUPPORT = "tán thành"
    REMARK = "có ý kiến"
    OBJECTION = "phản đối"


class CommentSource(enum.Enum):
    """By which way a comment came."""

    ONLINE = "trực tuyến"
    LETTER = "bằng văn bản, thư"
    EMAIL = "thư điện tử"
    PHONE = "điện thoại"
    IN_PERSON = "trực tiếp"


class PostingComment(Identified, Base):
    """What somebody says of a posted list. It is written once; the public never reads it."""

    __tablename__ = "posting_comment"

    posting_id: Mapped[UUID] = mapped_column(ForeignKey("public_posting.id"))
    kind: Mapped[CommentKind] = mapped_column(closed(CommentKind))
    text: Mapped[str] = mapped_column(info={"class": PersonalData.PERSONAL})
    author_name: Mapped[str] = mapped_column(info={"class": PersonalData.PERSONAL})
    author_contact: Mapped[str | None] = mapped_column(default=None, info={"class": PersonalData.PERSONAL})
    """By what an answer reaches whoever wrote without an account."""
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), default=None, index=True)
    """Whose account it was written by; absent of what an officer recorded, and of what came from the portal."""
    source: Mapped[CommentSource] = mapped_column(closed(CommentSource))
    received_on: Mapped[date]
    at: Mapped[datetime]
    """When it was written or recorded."""
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        CheckConstraint("text = normalize(text, NFC) and btrim(text) <> ''", name="text_is_nfc"),
        CheckConstraint("char_length(text) <= 2000", name="text_is_short"),
        CheckConstraint("author_name = normalize(author_name, NFC) and btrim(author_name) <> ''", name="author_is_nfc"),
        CheckConstraint("author_contact = normalize(author_contact, NFC)", name="contact_is_nfc"),
        CheckConstraint("author_id is null or source = 'ONLINE'", name="who_has_an_account_writes_online"),
        CheckConstraint("version = 1", name="is_written_once"),
        Index("ix_posting_comment_posting", "posting_id", "at", "id"),
        Index("ix_posting_comment_kind", "posting_id", "kind", "at", "id"),
    )

    def entry(self, by: Viewer) -> Entry:
        """The journal entry of its coming: never its words or whose they are, for the journal is kept for ever."""
        return Entry(
            act="COMMENT_ON_POSTING",
            actor_id=by.account_id,
            subject_kind="PostingComment",
            subject_id=self.id,
            subject_version=self.version,
            data={"posting": str(self.posting_id), "kind": self.kind.name, "source": self.source.name},
        )
