"""Programs' tokens at a terminal: given to service accounts and taken back, each with its journal entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.accounts import CannotKeep
from models.access import Permission
from models.access_token import AccessToken, holds
from models.account import Account
from resolvers.access_token import new_token
from resolvers.access_token_acts import programs_acts
from resolvers.account import token_hash
from schema import schema


@dataclass(frozen=True)
class Listed:
    """A token as a list shows it."""

    id: UUID
    username: str
    name: str
    acts: Sequence[str]
    last_used_at: datetime | None
    expires_at: datetime


async def listed(work: AsyncSession) -> list[Listed]:
    """The tokens that hold, those that end first first."""
    row = AccessToken
    shown = row.id, Account.username, row.name, row.acts, row.last_used_at, row.expires_at
    found = select(*shown).join(Account, Account.id == row.account_id).where(holds(row)).order_by(row.expires_at)
    return [Listed(*each) for each in await work.execute(found)]


async def make(
    work: AsyncSession, username: str, name: str, acts: Sequence[str], permissions: Sequence[str], days: int
) -> str:
    """Give a service account's program a token, and give that. Raises CannotKeep."""
    _must_be(acts, programs_acts(schema._schema), ("mutation", "mutation"))
    _must_be(permissions, frozenset(permission.name for permission in Permission), ("quyền", "permission"))
    same = Account.username == username.strip().lower(), Account.active, Account.service
    account_id = await work.scalar(select(Account.id).where(*same))
    if account_id is None:
        raise CannotKeep(
            f"Không có tài khoản dịch vụ {username} đang hoạt động. Hãy lập bằng `accounts make --service`.",
            f"There is no open service account {username}. Make it by `accounts make --service`.",
        )
    token, now = new_token(), (await work.execute(select(func.now()))).scalar_one()
    made = AccessToken(
        token_hash=token_hash(token),
        name=name.strip(),
        account_id=account_id,
        acts=sorted(set(acts)),
        permissions=sorted(set(permissions)),
        expires_at=now + timedelta(days=days),
    )
    work.add(made)
    await work.flush()
    work.add(made.entry("CREATE_ACCESS_TOKEN", None))
    return token


async def revoke(work: AsyncSession, said_id: str) -> str:
    """Take a token back at once; gives its name. Raises CannotKeep where none of this id holds."""
    row = AccessToken
    found = None
    if key := _key(said_id):
        found = await work.scalar(select(row).where(row.id == key, holds(row)).with_for_update())
    if found is None:
        raise CannotKeep(
            f"Không có mã truy cập {said_id} còn hiệu lực. Hãy xem `tokens list`.",
            f"No token {said_id} holds. Look at `tokens list`.",
        )
    found.revoked_at, found.version = (await work.execute(select(func.now()))).scalar_one(), found.version + 1
    work.add(found.entry("REVOKE_ACCESS_TOKEN", None))
    return found.name


def _key(said: str) -> UUID | None:
    try:
        return UUID(said.removeprefix("AccessToken_"))
    except ValueError:
        return None


def _must_be(said: Sequence[str], known: frozenset[str], what: tuple[str, str]) -> None:
    if wrong := [each for each in said if each not in known]:
        raise CannotKeep(
            f"Không có {what[0]} {', '.join(wrong)} cho chương trình. Hãy xem lược đồ: `./run schema`.",
            f"There is no {what[1]} {', '.join(wrong)} for a program. Look at the schema: `./run schema`.",
        )
