"""Reading public content: articles, exemplary models, guidance documents."""

from __future__ import annotations

import nh3
import strawberry
from markdown_it import MarkdownIt
from sqlalchemy import Select, func, select

import models as rows
from models.access import Viewer
from models.agency import within_code
from models.content import LegalForm, Validity, visible_content

_MARKDOWN = MarkdownIt("commonmark", {"html": False})


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class ExemplaryModelFilter:
    """Which exemplary models; conditions left out do not count."""

    agency_within: str | None = strawberry.field(
        description="Mã cơ quan, kể cả cấp dưới. · Of this agency's subtree.", default=None
    )
    year: int | None = None


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class GuidanceDocumentFilter:
    """Which guidance documents; conditions left out do not count."""

    form: LegalForm | None = None
    validity: Validity | None = None
    text: str | None = strawberry.field(
        description="Tìm không dấu trong số và trích yếu. · In number and title, accents aside.", default=None
    )


def exemplary_models(viewer: Viewer, filter: ExemplaryModelFilter | None = None) -> Select[rows.ExemplaryModel]:
    """Exemplary models, the newest first."""
    row = rows.ExemplaryModel
    found = select(row).where(visible_content(row, viewer))
    if filter and filter.agency_within is not None:
        found = found.where(row.agency_id.in_(within_code(filter.agency_within)))
    if filter and filter.year is not None:
        found = found.where(row.year == filter.year)
    return found.order_by(row.created_at.desc())


def exemplary_model(viewer: Viewer, slug: str) -> Select[rows.ExemplaryModel]:
    """One exemplary model by its slug."""
    row = rows.ExemplaryModel
    return select(row).where(row.slug == slug, visible_content(row, viewer))


def guidance_documents(viewer: Viewer, filter: GuidanceDocumentFilter | None = None) -> Select[rows.GuidanceDocument]:
    """Guidance documents, the newest first."""
    row = rows.GuidanceDocument
    found = select(row).where(visible_content(row, viewer))
    if filter and filter.form is not None:
        found = found.where(row.form == filter.form)
    if filter and filter.validity is not None:
        found = found.where(row.validity == filter.validity)
    if filter and filter.text is not None:
        found = found.where(row.title_folded.like(func.like_text(filter.text)))
    return found.order_by(row.issued_on.desc())


def articles(viewer: Viewer) -> Select[rows.Article]:
    """Articles, the newest first."""
    row = rows.Article
    return select(row).where(visible_content(row, viewer)).order_by(row.created_at.desc())


def body_html(viewer: Viewer, given: list[tuple[str]]) -> list[str]:
    """Markdown as HTML that a browser may show: no script, style, or foreign frame survives."""
    return [nh3.clean(_MARKDOWN.render(body)) for (body,) in given]
