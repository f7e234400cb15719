"""Searching everything at once: by words, accents aside, what is nearest first."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import CTE, ColumnElement, Integer, Text, cast, column, func, literal_column, select
from sqlalchemy.dialects.postgresql import TSQUERY

from models.access import Viewer
from models.search import SEARCHED, Searched, SearchKind
from resolvers.engine import Kind, Mixed, bad_search, never_null, through

LONGEST = 200
"""How many characters may be searched for."""
LOOKED_INTO = 20_000
"""How many characters of a body are looked into for a highlight."""
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
WORTH = {"titled": 8, "titled_exactly": 4, "exactly": 2, "together": 1}
"""What it counts that every word is met in the title, there with its accents, with them anywhere, or all in a row."""


def wording(said: str) -> str:
    """What is searched for, in NFC, without blanks around it; BAD_SEARCH where it is empty, too long, or no text."""
    text = said.strip()
    text = unicodedata.normalize("NFC", text) if len(text) <= 4 * LONGEST else text  # a letter is at most four in NFD
    if not 1 <= len(text) <= LONGEST or _NO_TEXT.search(text):
        raise bad_search(LONGEST)
    return text


def search(viewer: Viewer, text: str, kinds: list[SearchKind] | None = None) -> Mixed:
    """What the viewer may see that has all these words: title before body, accents as typed before others, then newest.

    The last word may be the beginning of one. Facets count every kind, whichever `kinds` are listed.
    """
    said = through(text, wording)
    answers = func.search_queries(said).table_valued(*(column(name, TSQUERY) for name in ("found", *WORTH)))
    asked = select(*answers.c).cte()
    return Mixed(tuple(_kind(kind, where, viewer, asked) for kind, where in SEARCHED.items()), kinds, (said,))


def _kind(kind: SearchKind, where: Searched, viewer: Viewer, asked: CTE) -> Kind:
    def meets(query: str) -> ColumnElement[bool]:
        met: ColumnElement[bool] = where.row.search.bool_op("@@")(select(asked.c[query]).scalar_subquery())
        return met

    score = sum(
        (cast(meets(query), Integer) * literal_column(str(worth)) for query, worth in WORTH.items()),
        start=literal_column("0", Integer()),
    )
    chosen = select(where.row).where(meets("found"), where.visible(where.row, viewer))
    return Kind(
        kind,
        chosen.order_by(never_null(score).desc()),
        lambda row: [
            func.left(getattr(row, field), literal_column(str(LOOKED_INTO)), type_=Text()) for field in where.fields
        ],
    )
