"""Reading public content: articles, exemplary models, guidance documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache

import strawberry
from sqlalchemy import Select, select

import models as rows
from models.access import Viewer
from models.content import LegalForm, Validity, visible_content
from resolvers.filters import (
    Condition,
    Filter,
    among,
    asked,
    at_least,
    at_most,
    but,
    containing,
    equal,
    every,
    from_day,
    inside,
    narrowed,
    some,
    to_day,
)


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class ArticleFilter(Filter):
    """Which articles; conditions left out do not count."""

    text: str | None = asked("Tìm không dấu trong tiêu đề và tóm tắt. · In title and summary, accents aside.")
    published_from: date | None = None
    published_to: date | None = None
    and_: list[ArticleFilter] | None = every()
    or_: list[ArticleFilter] | None = some()
    not_: ArticleFilter | None = but()

    def conditions(self, viewer: Viewer) -> Iterable[Condition]:
        """What this filter asks for by itself."""
        row = rows.Article
        return (
            containing(row.title_folded, self.text),
            from_day(row.published_at, self.published_from),
            to_day(row.published_at, self.published_to),
        )


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class ExemplaryModelFilter(Filter):
    """Which exemplary models; conditions left out do not count."""

    agency_within: str | None = asked("Mã cơ quan, kể cả cấp dưới. · Of this agency's subtree.")
    year: int | None = None
    years: list[int] | None = None
    text: str | None = asked("Tìm không dấu trong tiêu đề và tóm tắt. · In title and summary, accents aside.")
    published_from: date | None = None
    published_to: date | None = None
    and_: list[ExemplaryModelFilter] | None = every()
    or_: list[ExemplaryModelFilter] | None = some()
    not_: ExemplaryModelFilter | None = but()

    def conditions(self, viewer: Viewer) -> Iterable[Condition]:
        """What this filter asks for by itself."""
        row = rows.ExemplaryModel
        return (
            inside(row.agency_id, self.agency_within),
            equal(row.year, self.year),
            among(row.year, self.years),
            containing(row.title_folded, self.text),
            from_day(row.published_at, self.published_from),
            to_day(row.published_at, self.published_to),
        )


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class GuidanceDocumentFilter(Filter):
    """Which guidance documents; conditions left out do not count."""

    form: LegalForm | None = None
    forms: list[LegalForm] | None = None
    validity: Validity | None = None
    validities: list[Validity] | None = None
    text: str | None = asked("Tìm không dấu trong số và trích yếu. · In number and title, accents aside.")
    issued_from: date | None = None
    issued_to: date | None = None
    and_: list[GuidanceDocumentFilter] | None = every()
    or_: list[GuidanceDocumentFilter] | None = some()
    not_: GuidanceDocumentFilter | None = but()

    def conditions(self, viewer: Viewer) -> Iterable[Condition]:
        """What this filter asks for by itself."""
        row = rows.GuidanceDocument
        return (
            equal(row.form, self.form),
            among(row.form, self.forms),
            equal(row.validity, self.validity),
            among(row.validity, self.validities),
            containing(row.title_folded, self.text),
            at_least(row.issued_on, self.issued_from),
            at_most(row.issued_on, self.issued_to),
        )


def exemplary_models(viewer: Viewer, filter: ExemplaryModelFilter | None = None) -> Select[rows.ExemplaryModel]:
    """Exemplary models, the newest first."""
    row = rows.ExemplaryModel
    found = narrowed(select(row).where(visible_content(row, viewer)), filter, viewer)
    return found.order_by(row.created_at.desc())


def exemplary_model(viewer: Viewer, slug: str) -> Select[rows.ExemplaryModel]:
    """One exemplary model by its slug."""
    row = rows.ExemplaryModel
    return select(row).where(row.slug == slug, visible_content(row, viewer))


def guidance_documents(viewer: Viewer, filter: GuidanceDocumentFilter | None = None) -> Select[rows.GuidanceDocument]:
    """Guidance documents, the newest first."""
    row = rows.GuidanceDocument
    found = narrowed(select(row).where(visible_content(row, viewer)), filter, viewer)
    return found.order_by(row.issued_on.desc())


def articles(viewer: Viewer, filter: ArticleFilter | None = None) -> Select[rows.Article]:
    """Articles, the newest first."""
    row = rows.Article
    found = narrowed(select(row).where(visible_content(row, viewer)), filter, viewer)
    return found.order_by(row.created_at.desc())


def body_html(viewer: Viewer, given: list[tuple[str]]) -> list[str]:
    """Markdown as HTML that a browser may show: no script, style, or foreign frame survives."""
    rendered = _rendering()
    return [rendered(body) for (body,) in given]


@cache
def _rendering() -> Callable[[str], str]:
    """What makes it; read for the first body that is asked for: 2 MB that a server of officers' work needs not."""
    import nh3
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False})
    return lambda body: nh3.clean(markdown.render(body))
