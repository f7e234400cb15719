"""`./run accounts …`, `tokens …`, `identities …`: what an administrator does at a terminal about who may come in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from channels.settings import Settings
from channels.terminal import out, running

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

T = TypeVar("T")
accounts = typer.Typer(no_args_is_help=True)
tokens = typer.Typer(no_args_is_help=True)
identities = typer.Typer(no_args_is_help=True)

Username = Annotated[str, typer.Argument(help="Tên đăng nhập · the user name.")]
RoleName = Annotated[str, typer.Argument(help="Vai trò, ví dụ UNIT_OFFICER · the role, as the schema names it.")]
Acts = Annotated[list[str] | None, typer.Option(help="Mutation được gọi · an act it may ask for; none: it reads.")]
TokenId = Annotated[str, typer.Argument(help="Mã số trong `tokens list` · as `tokens list` has it.")]
Permissions = Annotated[list[str] | None, typer.Option(help="Quyền được dùng · a permission it is given.")]
ProviderName = Annotated[str, typer.Argument(help="Tên trong LAUREL_OIDC, ví dụ sso · as LAUREL_OIDC names it.")]
AgencyCode = Annotated[str, typer.Argument(help="Mã cơ quan, ví dụ H37.10 · the agency's code.")]


def worked(work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """What one transaction gives, on the database of the settings."""
    from channels.database import transaction

    with running(Settings.from_environment()) as live:
        return asyncio.run(transaction(live.database_url, work))


@accounts.command("list")
def list_accounts() -> None:
    """Các tài khoản và vai trò hôm nay · The accounts, and the roles they hold today."""
    from rich.table import Table

    from channels.accounts import listed

    table = Table("", "Tên · name", "Vai trò · roles", box=None)
    for each in worked(listed):
        mark = "⚙" if each.service else "" if each.active else "✗"
        table.add_row(each.username, each.full_name, ", ".join(each.roles), mark)
    out.print(table)


@accounts.command("make")
def make_account(
    username: Username,
    name: Annotated[str, typer.Argument(help="Họ tên, hoặc tên chương trình · the full name.")],
    title: Annotated[str | None, typer.Option(help="Chức vụ · title and post.")] = None,
    service: Annotated[bool, typer.Option("--service", help="Của chương trình · a program's, see `tokens`.")] = False,
) -> None:
    """Lập tài khoản; mật khẩu chỉ hiện một lần · Make an account; its password is shown this once."""
    from channels.accounts import make

    password = worked(lambda work: make(work, username, name, title, service=service))
    out.print(f"✓ {username}" + ("" if password is None else f" · {password}"))


@accounts.command("password")
def reset_password(username: Username) -> None:
    """Cấp lại mật khẩu, kết thúc mọi phiên · Give a new password, shown this once; all sessions end."""
    from channels.accounts import reset_password

    out.print(f"✓ {username} · {worked(lambda work: reset_password(work, username))}")


@accounts.command("give")
def give_role(username: Username, role: RoleName, agency: AgencyCode) -> None:
    """Giao vai trò tại cơ quan từ hôm nay · Give a role in an agency and everything under it, from today."""
    from channels.accounts import give

    worked(lambda work: give(work, username, role, agency))
    out.print(f"✓ {username} · {role} · {agency}")


@accounts.command("take")
def end_role(username: Username, role: RoleName, agency: AgencyCode) -> None:
    """Thôi vai trò ngay · End a role at once."""
    from channels.accounts import take

    worked(lambda work: take(work, username, role, agency))
    out.print(f"✓ {username} · {role} · {agency}")


@accounts.command("close")
def close_account(username: Username) -> None:
    """Khóa tài khoản, kết thúc mọi phiên · Lock an account; its sessions end, its programs' tokens stand for nobody."""
    from channels.accounts import close

    ended = worked(lambda work: close(work, username))
    out.print(f"✓ {username} · kết thúc {ended} phiên · sessions ended: {ended}")


@accounts.command("open")
def open_account(username: Username) -> None:
    """Mở lại tài khoản · Open an account again; who had a session signs in anew."""
    from channels.accounts import reopen

    worked(lambda work: reopen(work, username))
    out.print(f"✓ {username}")


@tokens.command("list")
def list_tokens() -> None:
    """Mã truy cập của các chương trình · The programs' tokens that hold."""
    from rich.table import Table

    from channels.access_tokens import listed

    table = Table("", "Cho · for", "Tên · name", "Việc · acts", "Dùng · used", "Hết hạn · ends", box=None)
    for each in worked(listed):
        used = f"{each.last_used_at:%d/%m/%Y}" if each.last_used_at else "—"
        table.add_row(str(each.id), each.username, each.name, ", ".join(each.acts), used, f"{each.expires_at:%d/%m/%Y}")
    out.print(table)


@tokens.command("make")
def make_token(
    username: Annotated[str, typer.Argument(help="Tài khoản dịch vụ · the service account.")],
    name: Annotated[str, typer.Argument(help="Chương trình nào, để làm gì · which program, and what for.")],
    act: Acts = None,
    permission: Permissions = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Số ngày · how long it lasts.")] = 90,
) -> None:
    """Cấp mã truy cập; chỉ hiện một lần · Give a program a token; it is shown this once."""
    from channels.access_tokens import make

    token = worked(lambda work: make(work, username, name, act or [], permission or [], days))
    out.print(token, soft_wrap=True)


@tokens.command("revoke")
def revoke_token(id: TokenId) -> None:
    """Thu hồi mã truy cập ngay · Take a token back at once."""
    from channels.access_tokens import revoke

    out.print(f"✓ {worked(lambda work: revoke(work, id))}")


@identities.command("link")
def link_identity(
    username: Username,
    provider: ProviderName,
    subject: Annotated[
        str, typer.Option(prompt="Mã của người đó ở nhà cung cấp · what the provider calls them", hide_input=True)
    ],
) -> None:
    """Cho một danh tính đăng nhập vào tài khoản · Have an identity stand for an account; who it is was made sure of."""
    from channels.oidc.linking import link

    settings = Settings.from_environment()
    with running(settings) as live:
        asyncio.run(link(live, username, provider, subject))
    out.print(f"✓ {username} · {provider}")


@identities.command("unlink")
def unlink_identity(username: Username, provider: ProviderName) -> None:
    """Bỏ liên kết và kết thúc các phiên của nó · Have it stand for the account no more, and end its sessions."""
    from channels.oidc.linking import unlink

    settings = Settings.from_environment()
    with running(settings) as live:
        ended = asyncio.run(unlink(live, username, provider))
    out.print(f"✓ {username} · {provider} · bỏ {ended} liên kết · links ended: {ended}")
