"""Where to follow from, and what a follower is told when a cursor cannot be followed."""

from __future__ import annotations

import strawberry

from resolvers import event
from resolvers.engine import expressed
from resolvers.feed import ResyncReason
from resolvers.inputs import Cursor


@strawberry.type
class Resync:
    """The cursor cannot be followed: read everything again, then follow from `head`."""

    reason: ResyncReason = strawberry.field(description="Why.")
    earliest: Cursor = strawberry.field(description="The earliest cursor that can be followed.")
    head: Cursor = strawberry.field(description="Where the feed stands now.")


@strawberry.type
class FeedQuery:
    """Where to follow from."""

    event_head: Cursor = expressed(event.event_head)
