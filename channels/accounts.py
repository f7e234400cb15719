"""Accounts at a terminal: made, given roles, closed and opened, each on record as a security event.

Whoever runs the server makes the first administrator by them, and programs' accounts.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.obstacles import CannotStart
from models import calendar
from models.access import Role
from models.account import Account, RoleHeld
from models.agency import Agency
from models.base import in_force_on
from models.security_event import SecurityEventKind
from models.session import Session
from resolvers import password, security
from resolvers.client import Client
from resolvers.session import disown_devices, end_sessions
from resolvers.sign_in import forgive, name_hash

HERE = Client(channel="terminal")
_USERNAME = re.compile(r"[a-z0-9._-]{2,64}")
_SIGNS, _GROUPS, _LONG = "abcdefghjkmnpqrstuvwxyz23456789", 4, 5
_DAY = timedelta(days=1)


class CannotKeep(CannotStart):
    """What is said does not fit the accounts that there are."""


@dataclass(frozen=True)
class Listed:
    """An account as a list shows it."""

    username: str
    full_name: str
    active: bool
    service: bool
    roles: Sequence[str]


async def listed(work: AsyncSession) -> list[Listed]:
    """All accounts by their names, with the roles they hold today."""
    said = func.concat(RoleHeld.role, " ", Agency.code)
    held = (
        select(func.array_agg(said))
        .join(Agency, Agency.id == RoleHeld.agency_id)
        .where(RoleHeld.account_id == Account.id, in_force_on(RoleHeld, calendar.today()))
        .scalar_subquery()
    )
    row = Account
    found = await work.execute(
        select(row.username, row.full_name, row.active, row.service, held).order_by(row.username)
    )
    return [Listed(name, full, active, service, roles or ()) for name, full, active, service, roles in found]


async def make(
    work: AsyncSession, username: str, full_name: str, title: str | None = None, *, service: bool = False
) -> str | None:
    """Make an account and give its password; None for a program's, which has none. Raises CannotKeep."""
    if not _USERNAME.fullmatch(username):
        raise CannotKeep(
            "Tên đăng nhập có 2–64 ký tự: chữ thường không dấu, số, dấu chấm, gạch. Hãy chọn tên khác.",
            "A user name has 2–64 signs: plain small letters, digits, dots, dashes. Choose another.",
        )
    if await work.scalar(_named(username)) is not None:
        raise CannotKeep(
            f"Đã có tài khoản {username}. Hãy chọn tên khác.", f"There is an account {username}. Choose another name."
        )
    given = None if service else new_password()
    hashed = await password.hashed(given or secrets.token_urlsafe(32))
    account = Account(
        username=username, full_name=full_name.strip(), title=title, password_hash=hashed, service=service
    )
    work.add(account)
    await work.flush()
    security.note(work, SecurityEventKind.ACCOUNT_MADE, HERE, account_id=account.id)
    return given


async def reset_password(work: AsyncSession, username: str) -> str:
    """Give an account another password, end all its sessions, and have a lock of its name be over."""
    account = await _account(work, username)
    if account.service:
        raise CannotKeep(
            f"{username} là tài khoản dịch vụ, không có mật khẩu. Hãy dùng `tokens make`.",
            f"{username} is a program's account and has no password. Use `tokens make`.",
        )
    given = new_password()
    account.password_hash = await password.hashed(given)
    await end_sessions(work, Session.account_id == account.id)
    await disown_devices(work, Session.account_id == account.id)
    await forgive(work, name_hash(account.username))
    security.note(work, SecurityEventKind.PASSWORD_RESET, HERE, account_id=account.id)
    return given


async def give(work: AsyncSession, username: str, role: str, agency: str) -> None:
    """Give an account a role in an agency from today on; nothing changes where it holds it. Raises CannotKeep."""
    account, place = await _account(work, username), await _agency(work, agency)
    wanted, today = _role(role), calendar.today()
    if await work.scalar(_held(account, wanted, place, today)) is not None:
        return
    ended = await work.scalar(_held(account, wanted, place, today - _DAY))
    if ended is not None:  # today: it goes on
        ended.valid_to = None
    else:
        work.add(RoleHeld(account_id=account.id, role=wanted, agency_id=place.id, valid_from=today))
    act = f"{wanted.name} {place.code}"
    security.note(work, SecurityEventKind.ROLE_GIVEN, HERE, account_id=account.id, act=act)


async def take(work: AsyncSession, username: str, role: str, agency: str) -> None:
    """End a role at once. Raises CannotKeep where it is not held."""
    account, place = await _account(work, username), await _agency(work, agency)
    wanted, today = _role(role), calendar.today()
    held = await work.scalar(_held(account, wanted, place, today))
    if held is None:
        raise CannotKeep(
            f"{username} không có vai trò {wanted.name} tại {place.code}. Hãy xem `accounts list`.",
            f"{username} does not hold {wanted.name} at {place.code}. Look at `accounts list`.",
        )
    held.valid_from = min(held.valid_from, today - _DAY)  # a role of today alone has no day on which it was held
    held.valid_to = today
    act = f"{wanted.name} {place.code}"
    security.note(work, SecurityEventKind.ROLE_ENDED, HERE, account_id=account.id, act=act)


async def close(work: AsyncSession, username: str) -> int:
    """Close an account; gives how many of its sessions ended."""
    account = await _account(work, username)
    account.active = False
    ended = await end_sessions(work, Session.account_id == account.id)
    security.note(work, SecurityEventKind.ACCOUNT_CLOSED, HERE, account_id=account.id)
    return len(ended)


async def reopen(work: AsyncSession, username: str) -> None:
    """Open an account again."""
    account = await _account(work, username)
    account.active = True
    security.note(work, SecurityEventKind.ACCOUNT_OPENED, HERE, account_id=account.id)


def new_password() -> str:
    """Twenty signs that are told apart when they are read out: 99 bits."""
    groups = ("".join(secrets.choice(_SIGNS) for _ in range(_LONG)) for _ in range(_GROUPS))
    return "-".join(groups)


def _named(username: str) -> Select[Account]:
    return select(Account).where(Account.username == username.strip().lower()).with_for_update()


async def _account(work: AsyncSession, username: str) -> Account:
    found = await work.scalar(_named(username))
    if found is None:
        raise CannotKeep(
            f"Không có tài khoản {username}. Hãy xem `accounts list`.",
            f"There is no account {username}. Look at `accounts list`.",
        )
    return found


async def _agency(work: AsyncSession, code: str) -> Agency:
    found = await work.scalar(select(Agency).where(Agency.code == code, in_force_on(Agency, calendar.today())))
    if found is None:
        raise CannotKeep(
            f"Hiện không có cơ quan mã {code}. Hãy kiểm tra mã.", f"There is no agency {code} now. Check the code."
        )
    return found


def _role(said: str) -> Role:
    try:
        return Role[said.upper()]
    except KeyError:
        known = ", ".join(role.name for role in Role)
        raise CannotKeep(
            f"Không có vai trò {said}. Có: {known}.", f"There is no role {said}. There are: {known}."
        ) from None


def _held(account: Account, role: Role, agency: Agency, day: date) -> Select[RoleHeld]:
    """The role, held on a day or from a later one on."""
    row = RoleHeld
    same = row.account_id == account.id, row.role == role, row.agency_id == agency.id
    return select(row).where(*same, or_(row.valid_to.is_(None), row.valid_to > day)).with_for_update()
