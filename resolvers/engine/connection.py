"""Pages as clients see them: Relay connections, with `nodes` for those who need no cursors."""

from __future__ import annotations

import inspect
from typing import Annotated, Any, Generic, TypeVar

import strawberry

T = TypeVar("T")


@strawberry.type(description="Vị trí của trang trong danh sách. · Where a page lies in its list.")
class PageInfo:
    """Where a page lies in its list."""

    has_next_page: bool = strawberry.field(description="Còn mục sau trang này. · More follows this page.")
    has_previous_page: bool = strawberry.field(description="Có mục trước trang này. · Something precedes this page.")
    start_cursor: str | None = strawberry.field(description="Con trỏ của mục đầu. · The first item's cursor.")
    end_cursor: str | None = strawberry.field(description="Con trỏ của mục cuối. · The last item's cursor.")


@strawberry.type(description="Một mục và con trỏ của nó. · An item and its cursor.")
class Edge(Generic[T]):
    """An item and its cursor."""

    node: T = strawberry.field(description="Mục. · The item.")
    cursor: str = strawberry.field(description="Đưa vào `after` hoặc `before`. · Give it as `after` or `before`.")


@strawberry.type(description="Một trang của danh sách. · A page of a list.")
class Connection(Generic[T]):
    """A page of a list; a field of this type is answered by `many()`."""

    nodes: list[T] = strawberry.field(description="Các mục. · The items.")
    edges: list[Edge[T]] = strawberry.field(description="Các mục kèm con trỏ. · The items with their cursors.")
    page_info: PageInfo = strawberry.field(description="Vị trí của trang. · Where the page lies.")
    total_count: int = strawberry.field(
        description="Tổng số mục; với công chúng tối đa 10.001. · All items; for the public at most 10,001."
    )


def _argument(name: str, kind: Any, said: str, default: Any = strawberry.UNSET) -> inspect.Parameter:
    annotation = Annotated.__class_getitem__((kind, strawberry.argument(description=said)))  # type: ignore[attr-defined]  # mypy takes Annotated[…] for a type only
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


PAGING = (
    _argument("first", int | None, "Số mục từ đầu; đúng một trong first, last. · Items from the start; or `last`."),
    _argument("after", str | None, "Chỉ các mục sau con trỏ này. · Only what follows this cursor."),
    _argument("last", int | None, "Số mục từ cuối. · Items from the end."),
    _argument("before", str | None, "Chỉ các mục trước con trỏ này. · Only what precedes this cursor."),
)
"""The arguments of every connection."""
FORWARD = (_argument("first", int, "Số mục từ đầu. · Items from the start.", inspect.Parameter.empty), PAGING[1])
"""The arguments of a connection that is read forward only."""
