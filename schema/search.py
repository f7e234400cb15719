"""Searching everything at once."""

from __future__ import annotations

from typing import Annotated

import strawberry

from models.search import SearchKind
from resolvers.engine import PageInfo, computed, mixed
from resolvers.highlights import highlights
from resolvers.search import search
from schema.agency import Agency
from schema.content import Article, ExemplaryModel, GuidanceDocument
from schema.decision import Decision
from schema.dossier import Dossier
from schema.movement import Movement

SearchHit = Annotated[
    Decision | ExemplaryModel | GuidanceDocument | Article | Movement | Agency | Dossier,
    strawberry.union(
        "SearchHit",
        description="Kết quả tìm kiếm. Hãy đặt bí danh cho `code`, `kind`, `status`: mỗi kiểu một loại riêng. · What "
        "a search finds. Give `code`, `kind` and `status` aliases: each type has them of its own kind.",
    ),
]


@strawberry.type(description="Một mẩu của đoạn trích. · A piece of a fragment.")
class HighlightPart:
    """A piece of a fragment."""

    text: str = strawberry.field(description="Nguyên văn, không phải HTML. · Plain text, never HTML.")
    matched: bool = strawberry.field(description="Có khớp từ cần tìm. · Whether it is what was searched for.")


@strawberry.type(description="Đoạn trích có từ cần tìm. · Where a hit has the words.")
class Highlight:
    """Where a hit has the words."""

    field: str = strawberry.field(description="Trường chứa đoạn trích. · The field it is of.")
    text: list[HighlightPart] = strawberry.field(description="Các mẩu nối lại là đoạn trích. · Joined: the fragment.")


@strawberry.type(description="Một kết quả và vì sao. · A hit and why it is one.")
class SearchEdge:
    """A hit and why it is one."""

    node: SearchHit = strawberry.field(description="Kết quả. · The hit.")
    cursor: str = strawberry.field(description="Đưa vào `after`. · Give it as `after`.")
    score: int = strawberry.field(
        description="Độ khớp, 0 đến 15: 8 mọi từ ở tiêu đề, 4 ở đó đúng dấu, 2 đúng dấu, 1 liền nhau. · How near, "
        "0 to 15: 8 for all words in the title, 4 there with their accents, 2 anywhere with their accents, 1 in a row."
    )
    highlights: list[Highlight] = computed(
        highlights, description="Các đoạn trích, tiêu đề trước. · Where it has the words, the title first."
    )


@strawberry.type(description="Số kết quả của một loại. · How many hits are of one kind.")
class SearchFacet:
    """How many hits are of one kind."""

    kind: SearchKind = strawberry.field(description="Loại. · The kind.")
    count: int = strawberry.field(
        description="Số kết quả; quyết định, hồ sơ mỗi loại tối đa 1.001, nghĩa là hơn 1.000: mới nhất."
        " · Hits; of decisions and of dossiers at most 1,001, which means over 1,000: the newest."
    )


@strawberry.type(description="Một trang kết quả, gần nhất trước. · A page of hits, the nearest first.")
class SearchConnection:
    """A page of hits, the nearest first."""

    nodes: list[SearchHit] = strawberry.field(description="Các kết quả. · The hits.")
    edges: list[SearchEdge] = strawberry.field(description="Các kết quả và vì sao. · The hits and why.")
    page_info: PageInfo = strawberry.field(description="Vị trí của trang. · Where the page lies.")
    total_count: int = strawberry.field(
        description="Số kết quả thuộc `kinds`, mỗi loại đếm như `facets`. · Hits of `kinds`, each as `facets` count it."
    )
    facets: list[SearchFacet] = strawberry.field(
        description="Số kết quả mỗi loại, không kể `kinds`. · Hits of every kind, whichever `kinds` are listed."
    )


@strawberry.type
class SearchQuery:
    """Searching everything at once."""

    search: SearchConnection = mixed(search)
