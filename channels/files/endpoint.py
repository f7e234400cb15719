"""What the two addresses of files have in common: whom they serve, and how they refuse."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from channels import faults
from channels.contract import WEB
from channels.exchange import ClientGone, Exchange
from channels.files.scanner import scanner
from channels.files.store import Folder, Store
from channels.headers import Standing, security
from channels.logs import get_logger
from channels.refusals import Refusal, Refused, later
from channels.session import Door
from models import refusals
from models.access import Audience, Viewer
from models.security_event import SecurityEventKind
from resolvers.unfinished import FAULTS, unfinished

if TYPE_CHECKING:
    from channels.app import Laurel

log = get_logger("laurel.files")

POLICY = b"content-security-policy", b"sandbox; default-src 'none'; frame-ancestors 'none'"
"""What somebody sent is no page of ours, whatever a browser may make of it."""
_IN_VAIN = {
    Refusal.INFECTED_FILE: SecurityEventKind.INFECTED_FILE,
    Refusal.NOT_FOUND: SecurityEventKind.ACT_REFUSED,
    Refusal.NOT_PERMITTED: SecurityEventKind.ACT_REFUSED,
}
"""Who sends what is harmful, or wants what is not theirs."""
_ANSWERED = {
    refusals.NotFound: Refusal.NOT_FOUND,
    refusals.IllegalStep: Refusal.ILLEGAL_STEP,
}


class Endpoint(ABC):
    """An address for the staff's files."""

    act: str
    """What is done there, as the record of security events calls it."""

    def __init__(self, laurel: Laurel, store: Store) -> None:
        settings = laurel.settings
        self.door = Door(WEB, laurel.sessions, frozenset(settings.origins), settings.secure_cookies)
        self.turned_away = laurel.turned_away(WEB)
        self.sessions, self.store, self.scanner = laurel.transactions, store, scanner(settings.scanner)
        self.incoming = incoming(settings.data)
        standing = security(secure=settings.secure_cookies)
        self.headers = Standing((*(pair for pair in standing.pairs if pair[0] != POLICY[0]), POLICY))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever it is."""
        exchange = Exchange(scope, receive, send, self.headers, channel=WEB.name, route="files")
        said_id = scope.get("path_params", {}).get("id", "")
        try:
            await self.serve(exchange, said_id)
        except Refused as refused:
            self._note(exchange, refused, said_id)
            await exchange.refuse(refused)
        except ClientGone:
            exchange.write(499)
        except refusals.Refusal as refusal:
            said = Refused(_ANSWERED.get(type(refusal), Refusal.NOT_PERMITTED))
            self._note(exchange, said, said_id)
            await exchange.refuse(said)
        except FAULTS as fault:
            await exchange.refuse(self._failed(exchange, fault))
        except Exception as fault:
            log.error("a fault with a file", request_id=exchange.id, exc_info=fault)
            await exchange.refuse(Refused(Refusal.INTERNAL_ERROR, [faults.mask(exchange.id)]))

    def _failed(self, exchange: Exchange, fault: Exception) -> Refused:
        if unfinished(fault) is fault:
            log.error("a fault with a file", request_id=exchange.id, exc_info=fault)
            return Refused(Refusal.INTERNAL_ERROR, [faults.mask(exchange.id)])
        log.warning("the database does not answer for a file", request_id=exchange.id, exc_info=fault)
        return later()

    def _note(self, exchange: Exchange, refused: Refused, said_id: str) -> None:
        """Note what somebody tried in vain, and whoever came by a token that does not hold."""
        caller, kind, code = exchange.caller, _IN_VAIN.get(refused.refusal), refused.refusal.name
        if caller is not None and kind is not None:
            said = said_id or dossier_of(exchange)
            self.turned_away.note(kind, caller, exchange.address, self.act, code, said)
        elif caller is not None:
            self.turned_away.by_token(refused, caller, exchange.address)

    @abstractmethod
    async def serve(self, exchange: Exchange, said_id: str) -> None:
        """Answer a request for this address, or raise Refused."""

    async def staff(self, exchange: Exchange) -> Viewer:
        """Who of the staff asks. Raises UNAUTHENTICATED, CROSS_SITE, or FORBIDDEN for those the channel is not for."""
        caller = exchange.caller = await self.door.caller(exchange.headers)
        if caller.refused:
            exchange.cookies = [self.door.clear_cookie()] if caller.by_cookie else []
            raise caller.refused
        if caller.token is None:
            raise Refused(Refusal.UNAUTHENTICATED, headers={"WWW-Authenticate": "Bearer"})
        if caller.viewer.audience is not Audience.STAFF:
            raise Refused(Refusal.FORBIDDEN)
        return caller.viewer


def dossier_of(exchange: Exchange) -> str:
    """For which dossier a file is sent."""
    query = parse_qs(exchange.query_string[:500].decode("latin-1"), max_num_fields=5)
    return query.get("dossier", [""])[0]


def folder(data: Path) -> Folder:
    """Where this installation keeps contents."""
    return Folder(data / "files" / "kept")


def incoming(data: Path) -> Path:
    """Where files lie while they come in: on the same disk, so that they are moved and not copied."""
    return data / "files" / "incoming"
