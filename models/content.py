"""Public content: articles, exemplary models and guidance documents."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, func, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access import Audience, Viewer
from models.agency import Agency
from models.base import Base, Identified, closed, folded, search_index, searched
from models.nominee import Nominee


class LegalForm(enum.Enum):
    """What kind of instrument a guidance document is."""

    LAW = "luật"
    DECREE = "nghị định"
    RESOLUTION = "nghị quyết"
    CIRCULAR = "thông tư"
    DECISION = "quyết định"
    PLAN = "kế hoạch"
    GUIDANCE = "hướng dẫn"
    OTHER = "văn bản khác"


class Validity(enum.Enum):
    """Whether an instrument is in force."""

    IN_FORCE = "còn hiệu lực"
    PARTLY_EXPIRED = "hết hiệu lực một phần"
    EXPIRED = "hết hiệu lực"
    NOT_YET_IN_FORCE = "chưa có hiệu lực"


class Article(Identified, Base):
    """A piece of news, in Markdown."""

    __tablename__ = "article"

    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    summary: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(init=False, server_default=func.now())
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    title_folded: Mapped[str] = folded("title", "summary")
    search: Mapped[str] = searched(("title",), ("summary", "body"))

    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug_is_plain"),
        Index("ix_article_newest", "created_at", "id"),
        search_index("article"),
        Index(
            "ix_article_title_folded",
            "title_folded",
            postgresql_using="gin",
            postgresql_ops={"title_folded": "gin_trgm_ops"},
        ),
    )


class ExemplaryModel(Identified, Base):
    """A person, unit or way of working held up as an example (điển hình tiên tiến), in Markdown."""

    __tablename__ = "exemplary_model"

    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    summary: Mapped[str]
    body: Mapped[str]
    field: Mapped[str]
    """The field of work: education, agriculture, border defence …"""
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    nominee_id: Mapped[UUID | None] = mapped_column(ForeignKey("nominee.id"), default=None, index=True)
    year: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(init=False, server_default=func.now())
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    title_folded: Mapped[str] = folded("title", "summary")
    search: Mapped[str] = searched(("title",), ("summary", "field", "body"))
    agency: Mapped[Agency] = relationship(lazy="raise", init=False)
    nominee: Mapped[Nominee | None] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug_is_plain"),
        CheckConstraint("year between 1945 and 2200", name="year_is_a_year"),
        Index("ix_exemplary_model_newest", "created_at", "id"),
        search_index("exemplary_model"),
        Index(
            "ix_exemplary_model_title_folded",
            "title_folded",
            postgresql_using="gin",
            postgresql_ops={"title_folded": "gin_trgm_ops"},
        ),
    )


class GuidanceDocument(Identified, Base):
    """A law, decree, plan or guidance that the work follows."""

    __tablename__ = "guidance_document"

    number: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    form: Mapped[LegalForm] = mapped_column(closed(LegalForm))
    validity: Mapped[Validity] = mapped_column(closed(Validity))
    issued_by: Mapped[str]
    signer_name: Mapped[str | None] = mapped_column(default=None)
    issued_on: Mapped[date]
    effective_on: Mapped[date | None] = mapped_column(default=None)
    summary: Mapped[str]
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    title_folded: Mapped[str] = folded("number", "title")
    search: Mapped[str] = searched(("number", "title"), ("summary", "issued_by", "signer_name"))

    __table_args__ = (
        CheckConstraint("effective_on >= issued_on", name="takes_effect_after_it_is_issued"),
        Index("ix_guidance_document_newest", "issued_on", "id"),
        search_index("guidance_document"),
        Index(
            "ix_guidance_document_title_folded",
            "title_folded",
            postgresql_using="gin",
            postgresql_ops={"title_folded": "gin_trgm_ops"},
        ),
    )


def visible_content(
    row: type[Article] | type[ExemplaryModel] | type[GuidanceDocument], viewer: Viewer
) -> ColumnElement[bool]:
    """Staff: all. Everybody else: what has been published."""
    return true() if viewer.audience is Audience.STAFF else row.published_at.is_not(None)
