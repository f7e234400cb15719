"""What can be searched for: the kinds of rows, and which of their columns a search looks into."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, true

from models.access import Viewer
from models.agency import Agency
from models.base import Base
from models.content import Article, ExemplaryModel, GuidanceDocument, visible_content
from models.decision import Decision, visible_decision
from models.dossier import Dossier, visible_among_all
from models.movement import Movement


class SearchKind(enum.Enum):
    """What a hit is; where hits are equally near, in this order."""

    DECISION = "quyết định khen thưởng"
    EXEMPLARY_MODEL = "điển hình tiên tiến"
    GUIDANCE_DOCUMENT = "văn bản"
    ARTICLE = "tin, bài"
    MOVEMENT = "phong trào thi đua"
    AGENCY = "cơ quan, đơn vị"
    DOSSIER = "hồ sơ khen thưởng"


@dataclass(frozen=True)
class Searched:
    """One kind of rows that are searched."""

    row: Any
    visible: Callable[[Any, Viewer], ColumnElement[bool]]
    many: bool = False
    """Whether there may be so many rows that a common word cannot be looked for in all of them."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns it is found by, those of its title first."""
        found: tuple[str, ...] = self.row.__table__.c.search.info["fields"]
        return found


def _all(_: type[Base], __: Viewer) -> ColumnElement[bool]:
    """Agencies and movements are everybody's to know."""
    return true()


SEARCHED = {
    SearchKind.DECISION: Searched(Decision, visible_decision, many=True),
    SearchKind.EXEMPLARY_MODEL: Searched(ExemplaryModel, visible_content),
    SearchKind.GUIDANCE_DOCUMENT: Searched(GuidanceDocument, visible_content),
    SearchKind.ARTICLE: Searched(Article, visible_content),
    SearchKind.MOVEMENT: Searched(Movement, _all),
    SearchKind.AGENCY: Searched(Agency, _all),
    SearchKind.DOSSIER: Searched(Dossier, visible_among_all, many=True),
}
