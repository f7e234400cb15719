"""Keyed hashes: what has few values, or names a person, is kept so that no copy of the database gives it away."""

from __future__ import annotations

import hashlib
import hmac

SHORTEST = 32
"""Bytes of a key."""


def keyed(secret: bytes, purpose: str, said: bytes) -> bytes:
    """HMAC-SHA256 for one purpose; raises ValueError for a key that is none."""
    if len(secret) < SHORTEST:
        raise ValueError("no key: see LAUREL_SECRET")
    return hmac.digest(secret, purpose.encode() + b"\0" + said, hashlib.sha256)
