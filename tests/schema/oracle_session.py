"""Random sessions and programs' tokens, and what the oracle says of them: each their own, or whose they administer."""

# ruff: noqa: N802, N803  the methods are found by the names of the fields they answer

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models.access import Audience, Viewer
from models.security_event import SecurityEventKind
from models.session import SignInMethod
from tests.oracle.answer import say

from .oracle_list import listed
from .oracle_seed import Chance, Seed

if TYPE_CHECKING:
    from .oracle_rows import Rows

DAY = timedelta(days=1)


def own_session(_: Rows, row: rows.Session, viewer: Viewer) -> bool:
    """One's own."""
    return row.account_id == viewer.account_id


def token(found: Rows, row: rows.AccessToken, viewer: Viewer) -> bool:
    """Of the staff: one's own, and those for accounts that hold all their roles where one administers."""
    held = found.of(rows.RoleHeld, "account_id", row.account_id)
    administered = bool(held) and all(found.under(each.agency_id, viewer.administers_in) for each in held)
    return viewer.audience is Audience.STAFF and (row.account_id == viewer.account_id or administered)


def event(found: Rows, row: rows.SecurityEvent, viewer: Viewer) -> bool:
    """One's own; of whoever holds a role where one watches; and of nobody, for who watches the whole."""
    held = found.of(rows.RoleHeld, "account_id", row.account_id) if row.account_id else []
    tops = [agency.id for agency in found.all(rows.Agency) if agency.parent_id is None]
    own = viewer.account_id is not None and row.account_id == viewer.account_id
    watched = any(found.under(each.agency_id, viewer.watches_in) for each in held)
    return own or watched or (not held and any(found.under(top, viewer.watches_in) for top in tops))


class Sessions:
    """The part of the oracle that answers for sessions, tokens and what happened by them."""

    found: Rows

    def Account_sessions(self, row: rows.Account, viewer: Viewer) -> Any:
        now = datetime.now(UTC)
        found = [
            each
            for each in self.found.of(rows.Session, "account_id", row.id)
            if self.found.sees(each, viewer)
            and each.ended_at is None
            and min(each.expires_at, each.last_used_at + each.idle) > now
        ]
        return listed(found, "created_at", descending=True)

    def AccountSession_begunAt(self, row: rows.Session, _: Viewer) -> Any:
        return say(row.created_at)

    def AccountSession_current(self, row: rows.Session, viewer: Viewer) -> Any:
        return row.id == viewer.session_id

    def Account_securityEvents(self, row: rows.Account, viewer: Viewer) -> Any:
        found = [each for each in self.found.seen(rows.SecurityEvent, viewer) if each.account_id == row.id]
        return listed(found, "at", descending=True)

    def Query_securityEvents(self, _: Any, viewer: Viewer, filter: Any = None, orderBy: str = "NEWEST") -> Any:
        found = self.filtered(rows.SecurityEvent, viewer, filter)  # type: ignore[attr-defined]  # the oracle's own
        return listed(found, "at", descending=orderBy == "NEWEST")

    def Query_accessTokens(self, _: Any, viewer: Viewer) -> Any:
        return listed(self.found.seen(rows.AccessToken, viewer), "created_at", descending=True)


async def plant(session: AsyncSession, seed: Seed) -> None:
    """Write some of each, many of them at one moment; of the sessions some have ended, each in its way."""
    chance, luck, now = Chance(47), Chance(53), datetime.now(UTC)  # its own luck: what else is planted stays as it was
    people = [viewer.account_id for viewer in seed.province.viewers.values() if viewer.account_id]
    chairman = seed.province.viewers["chairman"].account_id  # whose sessions are more than a page
    for n in range(60):
        kept = rows.Session(
            id=chance.key(),
            token_hash=chance.random.randbytes(32),
            account_id=chance.choice(people) if n % 5 else chairman,
            kind=chance.choice(list(SignInMethod)),
            device=chance.perhaps(chance.choice(["Firefox · Windows", "Cốc Cốc · Android", "curl"])),
            idle=2 * DAY,
            expires_at=now + chance.choice([-DAY, DAY, DAY, DAY]),
            ended_at=chance.perhaps(chance.moment(), 0.2),
        )
        kept.created_at, kept.last_used_at = chance.moment(), now - chance.choice([0, 1, 1, 1, 3]) * DAY
        given = rows.AccessToken(
            id=chance.key(),
            token_hash=chance.random.randbytes(32),
            name=chance.text(n),
            account_id=chance.choice(people),
            acts=chance.sample(["submitDossier", "receiveDossier"], chance.randint(0, 2)),
            permissions=chance.sample(["READ_PERSONAL_DATA"], chance.randint(0, 1)),
            created_by_id=chance.choice(people),
            expires_at=chance.moment() + chance.randint(1, 300) * DAY,
            revoked_at=chance.perhaps(chance.moment(), 0.3),
            version=chance.randint(1, 2),
        )
        given.created_at, given.last_used_at = chance.moment(), chance.perhaps(chance.moment())
        session.add_all((kept, given))
        await session.flush()
        session.add(_happened(luck, people, kept, given))
    await session.flush()


def _happened(chance: Chance, people: list[Any], kept: rows.Session, given: rows.AccessToken) -> rows.SecurityEvent:
    """Something that happened: to somebody, by a session of anybody's, by a program, or to nobody."""
    return rows.SecurityEvent(
        key=chance.key(),
        at=chance.moment(),
        kind=chance.choice(list(SecurityEventKind)),
        channel=chance.choice(["web", "mobile", "portal"]),
        account_id=chance.choice([None, kept.account_id, given.account_id, *chance.sample(people, 2)]),
        session_id=chance.perhaps(kept.id),
        access_token_id=chance.perhaps(given.id, 0.3),
        act=chance.perhaps("submitDossier"),
        subject=chance.perhaps(f"Dossier_{chance.key()}"),
        code=chance.perhaps("NOT_PERMITTED"),
        place_hash=chance.perhaps(chance.random.randbytes(32)),
        count=chance.randint(1, 9),
    )
