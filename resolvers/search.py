"""Searching everything at once: by words, accents aside, what is nearest first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    any_,
    cast,
    column,
    func,
    literal_column,
    not_,
    select,
    tablesample,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import aliased

from models.access import Viewer
from models.base import array_of
from models.search import SEARCHED, Searched, SearchKind
from resolvers.engine import Kind, Mixed, bad_search, never_null, through

LONGEST = 200
"""How many characters may be searched for."""
LOOKED_INTO = 20_000
"""How many characters of a body are looked into for a highlight."""
RANKED = 1_001
"""Of a kind of which there are very many rows, so many hits at most are ranked and counted: the newest."""
SAMPLE = "0.25"
"""How many in a hundred pages of a table are looked at for how dense the hits are, always the same ones."""
DENSE = 10
"""Where one in so many rows is a hit, the newest RANKED of them are sooner gone along than looked up."""
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

    The last word may be the beginning of one. Facets count every kind, whichever `kinds` are listed. Of decisions and
    of dossiers the newest 1,001 hits are all that is ranked, listed and counted.
    """
    said = through(text, wording)
    answers = func.search_queries(said).table_valued(*(column(name, TSQUERY) for name in ("found", *WORTH)))
    asked = select(*answers.c).cte()
    return Mixed(tuple(_kind(kind, where, viewer, asked) for kind, where in SEARCHED.items()), kinds, (said,))


def _kind(kind: SearchKind, where: Searched, viewer: Viewer, asked: CTE) -> Kind:
    def meets(query: str, row: Any = where.row) -> ColumnElement[bool]:
        met: ColumnElement[bool] = row.search.bool_op("@@")(select(asked.c[query]).scalar_subquery())
        return met

    score = sum(
        (cast(meets(query), Integer) * literal_column(str(worth)) for query, worth in WORTH.items()),
        start=literal_column("0", Integer()),
    )
    hits = [meets("found"), where.visible(where.row, viewer)]
    if where.many:
        hits = [where.row.id == any_(array_of(_newest(where, viewer, lambda row: meets("found", row))))]
    return Kind(
        kind,
        select(where.row).where(*hits).order_by(never_null(score).desc()),
        lambda row: [
            func.left(getattr(row, field), literal_column(str(LOOKED_INTO)), type_=Text()) for field in where.fields
        ],
    )


def _newest(where: Searched, viewer: Viewer, meets: Callable[[Any], ColumnElement[bool]]) -> Select[Any]:
    """The ids of the newest RANKED hits, by whichever way is short.

    Words that many rows have are met soonest by going along the newest rows; words that few have, by their own index;
    what is left is for PostgreSQL to put in order. It plans for all words alike, so all three ways are said.
    """
    row = aliased(where.row, name=f"{where.row.__tablename__}_searched")
    seen, most = where.visible(row, viewer), literal_column(str(RANKED), Integer())
    pages = tablesample(where.row.__table__, func.system(literal_column(SAMPLE)), seed=literal_column("1"))
    some = aliased(where.row, pages)
    hit = func.count().filter(meets(some), where.visible(some, viewer))
    dense = select(hit * literal_column(str(DENSE)) > func.count()).select_from(some).scalar_subquery()
    sought = select(row.id).where(not_(dense), meets(row), seen).limit(most).offset(literal_column("0"))
    found = sought.cte(f"{where.row.__tablename__}_found")
    full = _counted(select(found.c.id)) >= most
    newest = select(row.id).order_by(row.id.desc()).limit(most)
    # said so that no index serves, and PostgreSQL expects of nearly every row that it is met
    along = newest.where(dense, cast(meets(row), Integer) != literal_column("0"), seen)
    ways = select(found.c.id).where(not_(full)), along, newest.where(not_(dense), full, and_(meets(row), seen))
    either = union_all(*(select(way.subquery().c.id) for way in ways)).subquery()
    return select(either.c.id)


def _counted(rows: Select[Any]) -> ColumnElement[int]:
    return select(func.count()).select_from(rows.subquery()).scalar_subquery()
