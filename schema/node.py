"""What everything with an id has in common, and the two fields that find it again."""

from __future__ import annotations

import strawberry

from resolvers.engine import node_of


@strawberry.interface
class Node:
    """Something with an id of its own: `<Type>_<uuid>`, opaque to clients."""

    id: strawberry.ID = strawberry.field(description="Mã định danh toàn cục. · The global id.")


@strawberry.type
class NodeQuery:
    """Finding things again by their ids."""

    node: Node | None = node_of(
        id=strawberry.ID,
        description="Một đối tượng theo mã; không có hay không được xem đều là null. · Absent or unseen: null.",
    )
    nodes: list[Node | None] = node_of(
        ids=list[strawberry.ID],
        description="Tối đa 100 đối tượng, theo thứ tự đã hỏi. · At most 100, in the order asked for.",
    )
