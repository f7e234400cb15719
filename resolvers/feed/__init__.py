"""The feed: every entry of the journal, told once and in order to whoever follows one of its topics."""

from resolvers.feed.feed import Feed
from resolvers.feed.follow import Following
from resolvers.feed.happening import Happening, Resync, ResyncReason

__all__ = ["Feed", "Following", "Happening", "Resync", "ResyncReason"]
