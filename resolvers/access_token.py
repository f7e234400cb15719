"""Access tokens: what they look like, and reading which there are."""

from __future__ import annotations

import secrets
import string
import zlib

from sqlalchemy import Select, select

import models as rows
from models.access import Viewer
from models.access_token import visible_access_token
from resolvers.account import PREFIX

_ALPHABET = string.ascii_letters + string.digits
_SIGNS = 40


def new_token() -> str:
    """`laurel_`, forty random signs (238 bits) and eight that check them: searches for leaks know it for sure."""
    said = PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(_SIGNS))
    return f"{said}{zlib.crc32(said.encode()):08x}"


def access_tokens(viewer: Viewer) -> Select[rows.AccessToken]:
    """The tokens of programs that stand for the viewer, or for accounts the viewer administers, the newest first."""
    row = rows.AccessToken
    return select(row).where(visible_access_token(row, viewer)).order_by(row.created_at.desc())
