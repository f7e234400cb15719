"""What an administrator does at a terminal: link an identity to an account, and undo it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.database import transaction
from channels.obstacles import CannotStart
from channels.oidc.providers import Provider, read_providers
from channels.secret import secret_of
from channels.settings import Settings
from models.account import Account
from resolvers import identity


class CannotLink(CannotStart):
    """There is nobody, or nothing, to link; or it is linked otherwise already."""


async def link(settings: Settings, username: str, provider: str, subject: str) -> None:
    """Have what a provider calls somebody stand for their account. Raises CannotLink."""
    known = _provider(settings, provider)

    async def work(session: AsyncSession) -> None:
        try:
            account = await _account(session, username)
            await identity.link(session, secret_of(settings), account, known.issuer, subject.strip())
        except identity.AlreadyLinked:
            raise CannotLink(
                "Danh tính hoặc tài khoản đã liên kết khác. Hãy bỏ liên kết cũ trước: ./run identities unlink …",
                "The identity or the account is linked otherwise. Unlink that first: ./run identities unlink …",
            ) from None

    await transaction(settings.database_url, work)


async def unlink(settings: Settings, username: str, provider: str) -> int:
    """Have an account's identity stand for it no more; gives how many there were. Raises CannotLink."""
    known = _provider(settings, provider)

    async def work(session: AsyncSession) -> int:
        return await identity.unlink(session, await _account(session, username), known.issuer)

    return await transaction(settings.database_url, work)


def _provider(settings: Settings, name: str) -> Provider:
    providers = read_providers(settings.oidc) if settings.oidc else ()
    for provider in providers:
        if provider.name == name:
            return provider
    known = ", ".join(provider.name for provider in providers) or "—"
    raise CannotLink(
        f"LAUREL_OIDC không có nhà cung cấp {name}. Có: {known}.",
        f"LAUREL_OIDC has no provider {name}. It has: {known}.",
    )


async def _account(session: AsyncSession, username: str) -> UUID:
    found = await session.scalar(select(Account.id).where(Account.username == username.strip().lower()))
    if found is None:
        raise CannotLink(
            f"Không có tài khoản {username}. Hãy kiểm tra tên đăng nhập.",
            f"There is no account {username}. Check the user name.",
        )
    return found
