"""What each channel may ask and hear. Three instances of one contract; one code path serves them all."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from models.access import Audience, Permission, Viewer


class Documents(enum.Enum):
    """Which documents a channel answers."""

    TRUSTED = "only those registered at start"
    ANY = "any within the limits"


class Transport(enum.Enum):
    """How answers travel."""

    HTTP = "GraphQL over HTTP"
    SSE = "graphql-sse, distinct connections"
    WS = "graphql-transport-ws"


class Tier(enum.IntEnum):
    """Whom limits are for."""

    STRANGER = 0
    CITIZEN = 1
    OFFICER = 2
    ANALYST = 3
    """Staff who may compose large questions of their own (`Permission.COMPOSE_QUESTIONS`)."""


def tier_of(viewer: Viewer) -> Tier:
    """Which limits hold for a viewer."""
    if viewer.audience is Audience.STAFF:
        return Tier.ANALYST if Permission.COMPOSE_QUESTIONS in viewer.permissions else Tier.OFFICER
    return Tier.CITIZEN if viewer.audience is Audience.NOMINEE else Tier.STRANGER


@dataclass(frozen=True)
class Limits:
    """How much one request may ask. Counts through fragments are upper bounds: a fragment counts at each spread."""

    body_bytes: int = 100_000
    variables_bytes: int = 65_536
    """Of the variables as compact JSON."""
    variables_depth: int = 32
    objects: int = 60
    """Objects in the variables: each part of a filter is one, and becomes a piece of the statement."""
    source_bytes: int = 10_000
    tokens: int = 1_000
    comments: int = 0
    """Of documents that are not ours."""
    depth: int = 8
    introspection_depth: int = 2
    """Lists of fields, types and the like in one another, where the schema itself is asked for."""
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
    seconds: float = 5.0
    """That a statement may run."""
    response_bytes: int = 5_000_000
    reveal: bool = False
    """Whether a refusal tells the numbers."""


STRICT = Limits()
OFFICER = Limits(
    source_bytes=20_000,
    tokens=2_000,
    comments=50,
    depth=12,
    aliases=30,
    root_fields=10,
    fields=500,
    fragments=50,
    page=100,
    cost=5_000,
    objects=600,
    seconds=10.0,
    reveal=True,
)
ANALYST = replace(
    OFFICER,
    source_bytes=40_000,
    tokens=4_000,
    depth=15,
    aliases=60,
    root_fields=20,
    fields=1_000,
    fragments=100,
    page=200,
    cost=20_000,
    seconds=30.0,
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
    """For those it serves."""
    composing: Limits | None = None
    """For those of them who compose large questions of their own."""
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

    def limits_of(self, tier: Tier) -> Limits:
        """The limits for these callers: a stranger on a staff channel gets the strict ones."""
        if tier is Tier.ANALYST and self.composing:
            return self.composing
        return self.limits if tier in _TIERS[self.audience] else STRICT


_TIERS = {
    Audience.PUBLIC: {Tier.STRANGER},
    Audience.NOMINEE: {Tier.CITIZEN},
    Audience.STAFF: {Tier.OFFICER, Tier.ANALYST},
}
_SIGNING_IN = frozenset({"signIn", "__typename"})
GUESSED = frozenset({"signIn", "trackDossier"})
"""Root fields by which one might guess: a request has one attempt, whoever sends it."""

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
    open_fields=_SIGNING_IN | {"trackDossier"},
)
WEB = Channel(
    name="web",
    path="/web/graphql",
    documents=Documents.ANY,
    transports=frozenset({Transport.HTTP, Transport.SSE, Transport.WS}),
    audience=Audience.STAFF,
    limits=OFFICER,
    composing=ANALYST,
    open_fields=_SIGNING_IN,
    introspection=True,
    explains=True,
)
CHANNELS = (PORTAL, MOBILE, WEB)
