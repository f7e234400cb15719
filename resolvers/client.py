"""Who sends a request, as its transport knows them, and what the transport is given to keep of a session."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from models.access import Viewer

_BROWSERS = {
    "coc_coc_browser": "Cốc Cốc",
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
"""What a browser says of itself, most telling first: most say that they are Chrome and Safari too."""
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iOS",
    "iPad": "iPadOS",
    "Macintosh": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
_PROGRAM = re.compile(r"[A-Za-z][\w.-]{0,30}", re.ASCII)


def _unkept(_: str) -> None:
    """Where a transport has no key, nothing is kept of addresses."""


@dataclass(frozen=True)
class Client:
    """What a transport knows of who asks; where it knows nothing, a session begins all the same."""

    channel: str = "web"
    lasts: timedelta = timedelta(hours=12)
    """How long a session begun here lasts, however it is used,"""
    idle: timedelta = timedelta(minutes=30)
    """and how long unused."""
    token: str | None = None
    """The session the request came with: it ends where another begins."""
    device: str | None = None
    """The secret that the device was given when somebody last signed in on it."""
    agent: str | None = None
    """What the browser says of itself: it is put in a few words, and not kept."""
    address: str | None = None
    """Where it is, of which a keyed hash is kept:"""
    hashed: Callable[[str], bytes | None] = _unkept
    """made by this."""

    @property
    def place(self) -> bytes | None:
        """What is kept of where it is."""
        return self.hashed(self.address) if self.address else None


@dataclass(frozen=True)
class SignedIn:
    """A new session: its token and the device's new secret, each shown once, and whom it is for."""

    token: str
    device: str
    expires_at: datetime
    session_id: UUID
    viewer: Viewer


def words(agent: str | None) -> str | None:
    """A browser and its system in a few words, `Firefox · Windows`; the name alone of another program."""
    said = agent or ""
    browser = next((name for sign, name in _BROWSERS.items() if f"{sign}/" in said), None)
    system = next((name for sign, name in _SYSTEMS.items() if sign in said), None)
    if browser is None and system is None:
        program = _PROGRAM.match(said)
        return program[0] if program else None
    return " · ".join(filter(None, (browser, system)))
