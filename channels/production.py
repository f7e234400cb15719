"""The production profile (LAUREL_PROFILE=production): what must not be where real people's dossiers are.

Everything that stands against serving is told at once, each with what to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import NamedTuple

import asyncpg
from sqlalchemy import URL, make_url

from channels.database import place
from channels.obstacles import CannotStart, DatabaseAway
from channels.settings import Settings
from resolvers import password

SHORTEST = 12
"""Characters of a password in an address."""
_KNOWN = ("admin", "changeme", "laurel", "matkhau", "password", "postgres", "redis", "secret", "123456")
_HERE = ("localhost", "127.0.0.1", "::1")
OWNS = """
select exists(
  select from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = current_schema()::regnamespace
    and pg_has_role(current_user, c.relowner, 'member'))"""
ACCOUNTS = "select distinct password_hash from account where active and username = any($1::text[])"


class Problem(NamedTuple):
    """Something that stands against serving, and what to do."""

    vietnamese: str
    english: str


class NotForProduction(CannotStart):
    """The settings or the database are not fit for real data."""

    def __init__(self, problems: list[Problem]) -> None:
        count = len(problems)
        super().__init__(
            f"LAUREL_PROFILE=production: phải sửa {count} điều trước khi phục vụ."
            + "".join(f"\n  {n}. {problem.vietnamese}" for n, problem in enumerate(problems, 1)),
            f"LAUREL_PROFILE=production: {count} to put right before anything is served."
            + "".join(f"\n  {n}. {problem.english}" for n, problem in enumerate(problems, 1)),
        )
        self.problems = problems


def must_be_fit(settings: Settings) -> None:
    """Raise NotForProduction with all that stands against serving."""
    problems = [*of_settings(settings)]
    if settings.database_url:
        try:
            problems += asyncio.run(of_database(settings.database_url))
        except DatabaseAway as away:
            problems.append(Problem(away.vietnamese, away.english))
    if problems:
        raise NotForProduction(problems)


def of_settings(settings: Settings) -> Iterator[Problem]:
    """What stands against these settings."""
    yield from _of_data(settings)
    yield from _of_https(settings)
    if settings.log_level == "debug":
        yield Problem(
            "Nhật ký mức debug có thể ghi dữ liệu cá nhân: đặt LAUREL_LOG_LEVEL=info.",
            "A log of level debug may hold personal data: set LAUREL_LOG_LEVEL=info.",
        )
    if settings.secret is not None and is_guessable(settings.secret):
        yield Problem(
            "LAUREL_SECRET lặp lại, ít ký tự khác nhau hoặc dễ đoán: đặt $(openssl rand -base64 48), hoặc bỏ đi.",
            "LAUREL_SECRET repeats itself, has few different characters or is easily guessed: set"
            " $(openssl rand -base64 48), or take it out and one is made.",
        )
    if not settings.rates.times:
        yield Problem(
            "Không giới hạn số lần hỏi: bỏ LAUREL_RATES=none, hoặc nâng từng mức cần thiết.",
            "Callers may ask as often as they like: remove LAUREL_RATES=none, or raise the budgets that need it.",
        )


def _of_https(settings: Settings) -> Iterator[Problem]:
    if not settings.secure_cookies:
        yield Problem(
            "Cookie đi không mã hóa: bỏ LAUREL_SECURE_COOKIES=false và phục vụ qua HTTPS.",
            "Cookies would travel in the clear: remove LAUREL_SECURE_COOKIES=false and serve over HTTPS.",
        )
    if settings.address is None or not settings.address.startswith("https://"):
        yield Problem(
            "Thiếu địa chỉ công khai qua HTTPS: đặt LAUREL_ADDRESS=https://… mà người dân truy cập.",
            "The public HTTPS address is missing: set LAUREL_ADDRESS=https://… by which the public reaches the portal.",
        )
    if clear := [origin for origin in settings.origins if not origin.startswith("https://")]:
        yield Problem(
            f"LAUREL_ORIGINS có nguồn không dùng HTTPS ({', '.join(clear)}): đổi sang https:// hoặc bỏ đi.",
            f"LAUREL_ORIGINS lists origins without HTTPS ({', '.join(clear)}): write https:// or take them out.",
        )


def _of_data(settings: Settings) -> Iterator[Problem]:
    if settings.demo:
        yield Problem(
            "demo nạp dữ liệu giả định với mật khẩu ai cũng biết: dùng ./run serve, hoặc bỏ LAUREL_PROFILE.",
            "demo loads invented data with passwords everybody knows: use ./run serve, or unset LAUREL_PROFILE.",
        )
    if not settings.database_url:
        yield Problem(
            "Chưa có DATABASE_URL: máy chủ kèm theo chỉ để chạy thử; đặt địa chỉ PostgreSQL có sao lưu.",
            "DATABASE_URL is missing: the server that comes along is for trying; name a PostgreSQL that is backed up.",
        )
    elif _is_weak(make_url(settings.database_url)):
        yield Problem(
            f"Mật khẩu trong DATABASE_URL thiếu, ngắn hơn {SHORTEST} ký tự hoặc dễ đoán: đặt mật khẩu ngẫu nhiên.",
            f"The password in DATABASE_URL is none, under {SHORTEST} characters or easily guessed: set a random one.",
        )
    if settings.redis_url == "":
        yield Problem(
            "Chưa có REDIS_URL: đặt địa chỉ Redis hoặc Valkey, hoặc REDIS_URL=none.",
            "REDIS_URL is missing: name a Redis or Valkey, or set REDIS_URL=none.",
        )
    elif settings.redis_url and _is_weak(make_url(settings.redis_url), here_is_enough=True):
        yield Problem(
            f"Mật khẩu trong REDIS_URL thiếu, ngắn hơn {SHORTEST} ký tự hoặc dễ đoán: đặt mật khẩu ngẫu nhiên.",
            f"The password in REDIS_URL is missing, under {SHORTEST} characters or easily guessed: set a random one.",
        )


def _is_weak(url: URL, *, here_is_enough: bool = False) -> bool:
    """Whether the password is one that somebody could guess; by a socket of this machine the system says who it is."""
    host = url.query.get("host", url.host)
    if not host or str(host).startswith("/") or (here_is_enough and host in _HERE and not url.password):
        return False
    said = str(url.password or "")
    named = {str(each).lower() for each in (url.username, url.database) if each}
    return len(said) < SHORTEST or said.lower() in named or is_guessable(said)


def is_guessable(said: str) -> bool:
    """Whether it has few different characters, begins with what guessers try first, or says the same over and over."""
    low = said.lower()
    repeats = low in (low + low)[1:-1]
    return repeats or len(set(low)) < 5 or low.startswith(_KNOWN)


async def of_database(url: str) -> list[Problem]:
    """What stands against this database, or against the role by which it is reached. Raises DatabaseAway."""
    try:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""), timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        raise DatabaseAway(place(url), f"{type(problem).__name__}: {problem}") from None
    try:
        return await _against(connection)
    finally:
        await connection.close()


async def _against(connection: asyncpg.Connection[asyncpg.Record]) -> list[Problem]:
    problems = []
    if await connection.fetchval(OWNS):
        problems.append(
            Problem(
                "Vai trò trong DATABASE_URL sở hữu các bảng: tạo vai trò chỉ để phục vụ, cấp quyền bằng"
                " LAUREL_APPLICATION_ROLE=… ./run migrate, rồi dùng vai trò đó.",
                "The role in DATABASE_URL owns the tables: make one that only serves, give it its rights by"
                " LAUREL_APPLICATION_ROLE=… ./run migrate, and use that.",
            )
        )
    if not await connection.fetchval("select to_regclass('account') is not null"):
        problems.append(
            Problem(
                "Cơ sở dữ liệu chưa có bảng nào: chạy ./run migrate bằng vai trò sở hữu.",
                "The database has no tables yet: run ./run migrate as their owner.",
            )
        )
    elif await _has_demo_accounts(connection):
        problems.append(
            Problem(
                "Có tài khoản minh hoạ với mật khẩu ai cũng biết: dùng cơ sở dữ liệu khác, hoặc khóa các tài khoản đó.",
                "There are demo accounts whose password everybody knows: use another database, or lock these accounts.",
            )
        )
    return problems


async def _has_demo_accounts(connection: asyncpg.Connection[asyncpg.Record]) -> bool:
    """Whether one of the demo's accounts still has the demo's password."""
    from models.demo import ACCOUNTS as DEMO  # only here: what serves real data never loads the inventor of others

    found = await connection.fetch(ACCOUNTS, [account.username for account in DEMO])
    tried = [password.agrees(row["password_hash"], said) for row in found for said in {each.password for each in DEMO}]
    return any(await asyncio.gather(*tried))
