"""ETags: what an answer is known by, and whether whoever asks has it already (RFC 9110 §8.8, §13.1.2)."""

from __future__ import annotations

import hashlib


def etag(body: bytes, media: str = "") -> str:
    """The strong tag of these bytes: the same bytes of another media type are another representation."""
    return f'"{hashlib.blake2b(body, digest_size=12, person=media.encode()[-16:]).hexdigest()}"'


def has(if_none_match: str, tag: str) -> bool:
    """Whether one of the tags that a client has is this one, weak or strong, or any."""
    return tag in if_none_match or if_none_match.strip() == "*"
