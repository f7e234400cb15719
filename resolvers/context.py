"""What a request carries to its resolvers: who asks, how to read, how to write, and what to follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from models.access import ANONYMOUS, Viewer
from models.security_event import SecurityEventKind
from resolvers.account import token_hash
from resolvers.client import Client, SignedIn
from resolvers.incidents import Incident, Incidents
from resolvers.work import Act, Work

if TYPE_CHECKING:
    from resolvers.engine import Engine
    from resolvers.feed import Feed


def _no_session(begun: SignedIn | None) -> None:
    """Where a transport keeps no session, the token in the reply is all there is."""


@dataclass
class Context:
    """One request, or one socket's operation."""

    viewer: Viewer
    engine: Engine
    feed: Feed
    sessions: async_sessionmaker[AsyncSession]
    client: Client = field(default_factory=Client)
    page_limit: int | None = None
    """The largest page this caller may ask for; None: the engine's own."""
    set_session: Callable[[SignedIn | None], None] = _no_session
    """Tells the transport of a new session, or that there is none any more, so that it may set a cookie."""
    secret: Callable[[], bytes] = bytes
    """The key of what is kept as keyed hashes."""
    incidents: Incidents = field(default_factory=Incidents)
    """Where it is noted what was tried in vain."""
    rehearsals: list[AsyncSession] = field(default_factory=list)
    """Transactions of dry runs, read from and then rolled back by whoever answers the mutation."""

    @property
    def channel(self) -> str:
        """Through which channel it came."""
        return self.client.channel

    def signed_in(self, begun: SignedIn) -> None:
        """From here on it is asked by this session: the reply is already read as whoever signed in."""
        self.set_session(begun)
        self.viewer = begun.viewer

    def signed_out(self) -> None:
        """From here on nobody in particular asks."""
        self.set_session(None)
        self.viewer = ANONYMOUS

    def note(self, kind: SecurityEventKind, act: str, code: str | None = None, subject: object = None) -> None:
        """Note what whoever asks tried in vain, and on what, by its id; nothing is written here."""
        viewer, client = self.viewer, self.client
        token = token_hash(client.token) if client.token and viewer.acts is not None else None
        who = viewer.account_id, viewer.session_id
        self.incidents.note(Incident(kind, self.channel, *who, act, code, client.place, token), subject)

    def work(self, act: str, said: Act) -> Work:
        """One transaction for one act; nobody else commits."""
        return Work(act, self.viewer, self.sessions(), said, self.feed.ring, self.rehearsals)

    async def sees(self, row: Any, key: Any, visible: Callable[[Any, Viewer], Any]) -> bool:
        """Whether the viewer may see this row now."""
        async with self.sessions() as session:
            return await session.scalar(select(row.id).where(row.id == key, visible(row, self.viewer))) is not None
