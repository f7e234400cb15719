"""Public content."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

import models as rows
from models.content import LegalForm, Validity, visible_content
from resolvers import content as resolve
from resolvers.engine import Connection, computed, many, reads, shows, to_one
from schema.agency import Agency
from schema.node import Node
from schema.nominee import Nominee


@shows(rows.Article, visible=visible_content)
class Article(Node):
    """A piece of news."""

    slug: str
    """Its name in addresses."""
    title: str
    """Its title."""
    summary: str
    """Two sentences of it."""
    body_html: str = computed(resolve.body_html, reads=("body",))
    published_at: datetime | None
    """When it was published."""


@shows(rows.ExemplaryModel, visible=visible_content)
class ExemplaryModel(Node):
    """A person, unit or way of working held up as an example (điển hình tiên tiến)."""

    slug: str
    """Its name in addresses."""
    title: str
    """Its title."""
    summary: str
    """Two sentences of it."""
    body_html: str = computed(resolve.body_html, reads=("body",))
    field: str
    year: int
    """The year it was honoured."""
    published_at: datetime | None
    """When it was published."""
    agency: Agency = to_one(description="Where it works.")
    nominee: Nominee | None = to_one(description="Whose example it is, where the register knows them.")


@shows(rows.GuidanceDocument, visible=visible_content)
class GuidanceDocument(Node):
    """A law, decree, plan or guidance that the work follows."""

    number: str
    """Its number, `06/2022/QH15`."""
    title: str
    """Its title."""
    form: LegalForm
    """What kind of instrument it is."""
    validity: Validity
    """Whether it is in force."""
    issued_by: str
    """Who issued it."""
    signer_name: str | None
    """Who signed it."""
    issued_on: date
    """The day it was issued."""
    effective_on: date | None
    """The day it takes effect."""
    summary: str
    """What it is about."""
    published_at: datetime | None
    """When it was published here."""


@strawberry.type
class ContentQuery:
    """Public content."""

    exemplary_model: ExemplaryModel | None = reads(resolve.exemplary_model)
    exemplary_models: Connection[ExemplaryModel] = many(resolve.exemplary_models)
    guidance_documents: Connection[GuidanceDocument] = many(resolve.guidance_documents)
    articles: Connection[Article] = many(resolve.articles)
