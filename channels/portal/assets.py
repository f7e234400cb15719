"""The pages' own files, held in memory under names that carry a hash of what is in them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
PREFIX = "/static/"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FOREVER = "public, max-age=31536000, immutable"
NOT_KEPT = "no-cache"


@dataclass(frozen=True)
class Asset:
    """A file as it is sent."""

    stem: str
    suffix: str
    body: bytes

    @property
    def name(self) -> str:
        """`laurel.1f0c9a2b7d3e.css`: another content has another name, so that a browser may keep this one forever."""
        return f"{self.stem}.{hashlib.sha256(self.body).hexdigest()[:12]}{self.suffix}"

    @property
    def address(self) -> str:
        """What a page links to."""
        return PREFIX + self.name


@cache
def assets() -> dict[str, Asset]:
    """Every file of ours by the name it has in its folder."""
    return {
        file.name: Asset(file.stem, file.suffix, file.read_bytes())
        for file in sorted(FOLDER.iterdir())
        if file.suffix in TYPES
    }


def asked(name: str) -> tuple[Asset, str] | None:
    """The file of this hashed name and how long it may be kept; None where there was never one.

    A page that was kept from before an update asks for the former hash: it gets the file as it now is, not to be kept.
    """
    stem, _, rest = name.partition(".")
    digest, _, suffix = rest.rpartition(".")
    asset = assets().get(f"{stem}.{suffix}") if digest else None
    if asset is None:
        return None
    return asset, FOREVER if asset.name == name else NOT_KEPT
