"""Passwords: how they are kept, how they are compared, and which are good enough."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.refusals import InvalidInput

HASHING = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4, hash_len=32, salt_len=16)
"""RFC 9106's second choice, 64 MiB a password. Whoever signs in with a hash of other parameters is given a new one."""
AT_ONCE = 2
"""Passwords that a process works on at once: the others wait, so that many cost neither its memory nor its time."""
SHORTEST, LONGEST, LEAST_SIGNS = 12, 256, 5
"""Characters of a new password, and how many different ones."""
_THREADS = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
_KNOWN = ("1234567890", "0987654321", "qwertyuiop", "abcdefghij", "password", "matkhau", "laurel", "thiduakhenthuong")
"""What guessers try first."""


def plain(said: str) -> bytes:
    """A password in one spelling, however a keyboard composes its letters."""
    return unicodedata.normalize("NFC", said).encode("utf-8", "surrogatepass")


@cache
def nobodys() -> str:
    """A hash to compare with where there is no account, so that a wrong name takes as long as a wrong password."""
    return HASHING.hash(secrets.token_hex(16))


async def agrees(hashed: str | None, said: str) -> bool:
    """Whether a password is the one of this hash; None takes as long and never agrees."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _agrees, hashed, plain(said))


def _agrees(hashed: str | None, said: bytes) -> bool:
    try:
        return HASHING.verify(hashed or nobodys(), said) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(hashed: str) -> bool:
    """Whether a hash that a password agreed with was made by other parameters than today's."""
    return HASHING.check_needs_rehash(hashed)


async def hashed(said: str) -> str:
    """What is kept of a password."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, HASHING.hash, plain(said))


def must_be_good(field: str, said: str, username: str) -> None:
    """Raise InvalidInput for a new password that is short, or among the first to be guessed."""
    told = unicodedata.normalize("NFC", said)
    if not SHORTEST <= len(told) <= LONGEST:
        raise InvalidInput(
            field=field,
            message=f"Mật khẩu dài từ {SHORTEST} đến {LONGEST} ký tự. Hãy dùng một câu dễ nhớ.",
            message_en=f"A password has {SHORTEST} to {LONGEST} characters. Use a sentence you remember.",
        )
    low = told.casefold()
    if len(set(low)) < LEAST_SIGNS or username.casefold() in low or any(known in low for known in _KNOWN):
        raise InvalidInput(
            field=field,
            message="Mật khẩu này dễ đoán: lặp ký tự, chứa tên đăng nhập hoặc chuỗi quen thuộc. Hãy chọn câu khác.",
            message_en="This password is easily guessed: it repeats itself, or holds your user name or a common "
            "sequence. Choose another sentence.",
        )
