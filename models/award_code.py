"""The code printed on a certificate: whoever holds the certificate looks it up, and learns what the public may know.

Eleven random signs and one that checks them (Luhn's rule modulo 32), in Crockford's alphabet: no I, L, O or U. The
check sets any two codes apart by two signs at least, so a code read or typed with one sign wrong is nobody's.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_SIGNS = 11
_BASE = len(ALPHABET)
_MISREAD = str.maketrans("OIL", "011")
"""The letters that no code has, and the digits they are taken for."""


def new_code(choice: Callable[[str], str] = secrets.choice, signs: int = RANDOM_SIGNS) -> str:
    """A code that nobody can guess, where the choice of signs cannot be: five random bits a sign, then the check."""
    said = "".join(choice(ALPHABET) for _ in range(signs))
    return said + check_of(said)


def canonical(said: str) -> str:
    """A code as it is kept, however it was typed: capitals, nothing between its signs, digits read aright."""
    return "".join(sign for sign in said.upper() if sign.isalnum()).translate(_MISREAD)


def check_of(said: str) -> str:
    """The sign that checks these; every other one from the right counts double, its digits added."""
    total = 0
    for place, sign in enumerate(reversed(said)):
        total += sum(divmod(ALPHABET.index(sign) * (2 - place % 2), _BASE))
    return ALPHABET[-total % _BASE]
