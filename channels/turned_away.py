"""Who is turned away, at the door or by what lies behind it: noted where nobody else would, for who looks later."""

from __future__ import annotations

from collections.abc import Callable

from channels.absent import absent
from channels.admission import Admitted
from channels.exchange import Exchange
from channels.refusals import Refusal, Refused
from channels.session import Caller
from models.security_event import SecurityEventKind
from resolvers.account import token_hash
from resolvers.incidents import Incident, Incidents

_BY_TOKEN = frozenset({Refusal.UNAUTHENTICATED, Refusal.FORBIDDEN, Refusal.BEYOND_TOKEN})
"""What is refused for the sake of the token that came with it: it holds no more, here, or for this."""


class TurnedAway:
    """Notes it for one channel."""

    def __init__(self, channel: str, incidents: Incidents, hashed: Callable[[str], bytes | None]) -> None:
        self._channel, self._incidents, self._hashed = channel, incidents, hashed

    def by_token(self, refused: Refused, caller: Caller, address: str | None) -> None:
        """Note a refusal for the sake of the token; whoever came without one is no stranger than others."""
        if refused.refusal in _BY_TOKEN and caller.token is not None:
            kind, digest = SecurityEventKind.TOKEN_REFUSED, token_hash(caller.token)
            self._note(kind, caller, address, refused.act, refused.refusal.name, token=digest)

    def of_stream(self, refused: Refused, caller: Caller, address: str | None) -> None:
        """Note that somebody wanted to follow what is not theirs, or by a token that holds no more."""
        if refused.refusal is not Refusal.FORBIDDEN:
            return self.by_token(refused, caller, address)
        code: str = refused.errors[0]["extensions"]["code"]
        act, kind = refused.act or "", SecurityEventKind.STREAM_REFUSED
        return self.note(kind, caller, address, act, code, refused.subject)

    def of_reading(self, exchange: Exchange, admitted: Admitted, body: bytes) -> None:
        """Note what was asked for by its id and is not in the answer."""
        caller = exchange.caller
        if caller is None:
            return
        for field, said in absent(admitted.operation.sought, admitted.variables, body):
            self.note(SecurityEventKind.ACT_REFUSED, caller, exchange.address, field, "NOT_FOUND", said)

    def note(
        self, kind: SecurityEventKind, caller: Caller, address: str | None, act: str, code: str, subject: object = None
    ) -> None:
        """Note what somebody tried in vain."""
        token = caller.token if caller.viewer.acts is not None else None
        self._note(kind, caller, address, act, code, subject, token_hash(token) if token else None)

    def _note(
        self,
        kind: SecurityEventKind,
        caller: Caller,
        address: str | None,
        act: str | None,
        code: str,
        subject: object = None,
        token: bytes | None = None,
    ) -> None:
        place = self._hashed(address) if address else None
        who = caller.viewer.account_id, caller.viewer.session_id
        self._incidents.note(Incident(kind, self._channel, *who, act, code, place, token), subject)
