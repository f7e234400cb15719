"""What each channel may ask and hear. Three instances of one contract; one code path serves them all."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from models.access import Audience


class Documents(enum.Enum):
    """Which documents a channel answers."""

    TRUSTED = "only those registered at start"
    ANY = "any within the limits"


class Transport(enum.Enum):
    """How answers travel."""

    HTTP = "GraphQL over HTTP"
    SSE = "graphql-sse, distinct connections"
    WS = "graphql-transport-ws"


@dataclass(frozen=True)
class Limits:
    """How much one request may ask. Counts through fragments are upper bounds: a fragment counts at each spread."""

    body_bytes: int = 100_000
    source_bytes: int = 10_000
    tokens: int = 1_000
    depth: int = 8
    aliases: int = 15
    root_fields: int = 5
    fields: int = 250
    directives: int = 10
    fragments: int = 20
    """Fragment definitions, spreads and inline fragments, as written."""
    page: int = 50
    """The largest `first` or `last`."""
    cost: int = 1_000
    """Objects built at most: each page size times what lies under it."""
    variables_depth: int = 32
    objects: int = 60
    """Objects in the variables: each part of a filter is one, and becomes a piece of the statement."""
    reveal: bool = False
    """Whether a refusal tells the numbers."""


STRICT = Limits()
WIDE = Limits(
    source_bytes=40_000,
    tokens=4_000,
    depth=15,
    aliases=60,
    root_fields=20,
    fields=1_000,
    fragments=100,
    page=100,
    cost=20_000,
    objects=600,
    reveal=True,
)


@dataclass(frozen=True)
class Channel:
    """One way in: who may come, what may be asked, how it is answered."""

    name: str
    path: str
    documents: Documents
    transports: frozenset[Transport]
    audience: Audience
    """Whom the channel serves. PUBLIC: it takes no session at all."""
    limits: Limits
    open_fields: frozenset[str] = frozenset()
    """Root fields that nobody needs a session for, on a channel that takes sessions."""
    introspection: bool = False
    explains: bool = False
    """Whether those it serves may ask how an answer came about (`X-Laurel-Explain`)."""
    cache_control: str = "no-store"
    """What a GET of a registered query answers with; anything else is never stored."""

    @property
    def sessions(self) -> bool:
        """Whether it matters here who asks."""
        return self.audience is not Audience.PUBLIC

    def limits_of(self, audience: Audience) -> Limits:
        """The limits for this caller: a stranger on a staff channel gets the strict ones."""
        return self.limits if audience is self.audience else STRICT


_SIGNING_IN = frozenset({"signIn", "__typename"})

PORTAL = Channel(
    name="portal",
    path="/portal/graphql",
    documents=Documents.TRUSTED,
    transports=frozenset({Transport.HTTP, Transport.SSE}),
    audience=Audience.PUBLIC,
    limits=STRICT,
    cache_control="public, max-age=5, stale-while-revalidate=30",
)
MOBILE = Channel(
    name="mobile",
    path="/mobile/graphql",
    documents=Documents.TRUSTED,
    transports=frozenset({Transport.HTTP, Transport.SSE, Transport.WS}),
    audience=Audience.NOMINEE,
    limits=STRICT,
    open_fields=_SIGNING_IN,
)
WEB = Channel(
    name="web",
    path="/web/graphql",
    documents=Documents.ANY,
    transports=frozenset({Transport.HTTP, Transport.SSE, Transport.WS}),
    audience=Audience.STAFF,
    limits=WIDE,
    open_fields=_SIGNING_IN,
    introspection=True,
    explains=True,
)
CHANNELS = (PORTAL, MOBILE, WEB)
