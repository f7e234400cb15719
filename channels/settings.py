"""Every environment variable Laurel reads, in one frozen value; a bad one is refused with what to write instead."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from channels.budgets import BUDGETS, Rates, rates
from channels.obstacles import BadSetting
from channels.proxies import networks
from models.secret import SHORTEST

CHECKOUT = Path(__file__).resolve().parent.parent
LOG_LEVELS = ("critical", "error", "warning", "info", "debug")


def _text(value: str) -> str:
    return value


def _postgresql(value: str) -> str:
    scheme, separator, rest = value.partition("://")
    if not separator or scheme not in {"postgres", "postgresql", "postgresql+asyncpg"}:
        raise ValueError("postgresql+asyncpg://USER:PASSWORD@HOST:5432/DATABASE")
    return f"postgresql+asyncpg://{rest}"


def _redis(value: str) -> str | None:
    if value == "none":
        return None
    if urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("redis://HOST:6379/0 | none")
    return value


def _port(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
        raise ValueError("1 … 65535")
    return int(value)


def _count(value: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) < 1:
        raise ValueError("1, 2, 3 …")
    return int(value)


def _claim(value: str) -> bool:
    if value.lower() not in {"0", "1", "true", "false", "yes", "no"}:
        raise ValueError("true | false")
    return value.lower() in {"1", "true", "yes"}


def _level(value: str) -> str:
    if value.lower() not in LOG_LEVELS:
        raise ValueError(" | ".join(LOG_LEVELS))
    return value.lower()


def _folder(value: str) -> Path:
    return Path(value).expanduser().absolute()


def _existing(value: str) -> Path:
    folder = _folder(value)
    if not folder.is_dir():
        raise ValueError("/etc/laurel/signers")
    return folder


def _scanner(value: str) -> str | None:
    if value == "none":
        return None
    parts = urlsplit(value)
    if parts.scheme != "clamd" or not (parts.hostname or parts.path.startswith("/")):
        raise ValueError("clamd:///run/clamav/clamd.ctl | clamd://HOST:3310 | none")
    return value


def _address(value: str) -> str:
    (address,) = _origins(value)
    return address


def _origins(value: str) -> tuple[str, ...]:
    origins = tuple(origin.strip().rstrip("/") for origin in value.split(",") if origin.strip())
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path:
            raise ValueError("https://laurel.example.vn,https://m.example.vn")
    return origins


def _secret(value: str) -> str:
    if len(value.encode()) < SHORTEST:
        raise ValueError("$(openssl rand -base64 48)")
    return value


def _networks(value: str) -> tuple[str, ...]:
    try:
        return networks(value)
    except ValueError as problem:
        raise ValueError("10.0.0.5,192.168.1.0/24,2001:db8::/32") from problem


def _rates(value: str) -> Rates:
    try:
        return rates(value)
    except ValueError as problem:
        raise ValueError(f"x10,public=600,… | none ({', '.join(budget.name for budget in BUDGETS)})") from problem


def _production(value: str) -> bool:
    if value not in {"production", "trial"}:
        raise ValueError("production | trial")
    return value == "production"


def _role(value: str) -> str:
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", value):
        raise ValueError("laurel_app")
    return value


READERS: dict[str, tuple[str, Callable[[str], object]]] = {
    "DATABASE_URL": ("database_url", _postgresql),
    "REDIS_URL": ("redis_url", _redis),
    "LAUREL_APPLICATION_ROLE": ("application_role", _role),
    "LAUREL_HOST": ("host", _text),
    "LAUREL_PORT": ("port", _port),
    "LAUREL_ADDRESS": ("address", _address),
    "LAUREL_DATA": ("data", _folder),
    "LAUREL_LOG_LEVEL": ("log_level", _level),
    "LAUREL_OIDC": ("oidc", _folder),
    "LAUREL_ORIGINS": ("origins", _origins),
    "LAUREL_PROXIES": ("proxies", _networks),
    "LAUREL_RATES": ("rates", _rates),
    "LAUREL_PROFILE": ("production", _production),
    "LAUREL_READERS": ("readers", _count),
    "LAUREL_SCANNER": ("scanner", _scanner),
    "LAUREL_SECRET": ("secret", _secret),
    "LAUREL_SECURE_COOKIES": ("secure_cookies", _claim),
    "LAUREL_SOCKETS_PER_ACCOUNT": ("sockets_per_account", _count),
    "LAUREL_STREAMS_PER_ADDRESS": ("streams_per_address", _count),
    "LAUREL_TRUSTED_SIGNERS": ("trusted_signers", _existing),
    "LAUREL_SESSION_IDLE_MINUTES": ("session_idle", lambda value: timedelta(minutes=_count(value))),
    "LAUREL_SESSION_HOURS": ("session_length", lambda value: timedelta(hours=_count(value))),
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How this process runs. Without `database_url` the embedded servers are started, with their data under `data`."""

    database_url: str = ""
    """postgresql+asyncpg://…; empty until given or until the embedded server runs."""
    redis_url: str | None = ""
    """redis://…; empty until given or started. None: no doorbell, changes are heard a second late."""
    application_role: str | None = None
    """Whom `migrate`, run by the tables' owner, gives the rights that serving needs. None: nobody."""
    host: str = "127.0.0.1"
    port: int = 8000
    address: str | None = None
    """https://…: the address by which the public reaches the portal, for QR codes. None: as each request names it."""
    data: Path = field(default=CHECKOUT / ".laurel")
    """The folder of dossiers' files, which all processes must share, and of the embedded servers' data and logs."""
    log_level: str = "info"
    oidc: Path | None = None
    """A file of identity providers (TOML, see `channels.oidc.providers`). None: nobody signs in by one."""
    origins: tuple[str, ...] = ()
    """Other web origins that may open sockets and send cookies; the server's own always may."""
    proxies: tuple[str, ...] = ()
    """Addresses and networks of the proxies before this server, whose word counts on where a client is. None: nobody's
    does."""
    rates: Rates = field(default=Rates())
    """How often whom: what is other than in `channels.budgets`."""
    production: bool = False
    """Real people's dossiers are here: nothing is served that `channels.production` has something against."""
    readers: int = 8
    """Connections kept for reading; writes have as many again."""
    scanner: str | None = None
    """clamd://…: who looks through every file that comes in. None: nobody does."""
    secret: str | None = field(default=None, repr=False)
    """The key of what is kept as keyed hashes. None: one is made at the first start and kept in `data`."""
    secure_cookies: bool = True
    """Cookies only over HTTPS. `demo` turns it off, for it speaks plain HTTP on this machine alone."""
    session_length: timedelta = timedelta(hours=12)
    """How long a session lasts, however it is used,"""
    session_idle: timedelta = timedelta(minutes=30)
    """and how long unused: streams that are open are no use of it."""
    sockets_per_account: int = 5
    """WebSockets that one account may have open in a process: the one more is refused, those that are open stay."""
    streams_per_address: int = 500
    """Sockets and event streams from one address in a process; a whole office may be behind one."""
    trusted_signers: Path | None = None
    """A folder of certificates (.pem, .crt, .cer, .der) by which signers of PDFs are known. None: nobody is known."""
    demo: bool = False
    """Invented data and accounts with known passwords are in the database, and the start page may show them."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings, or raise BadSetting naming the variable and what it should look like."""
        given = os.environ if environment is None else environment
        for name in given:
            if name.startswith("LAUREL_") and name not in READERS:
                raise BadSetting.unknown(name, sorted(READERS))
        return cls(**{READERS[name][0]: _read(name, given[name]) for name in READERS if given.get(name)})  # type: ignore[arg-type]  # each reader gives its own field's type


def _read(name: str, value: str) -> object:
    try:
        return READERS[name][1](value)
    except ValueError as problem:
        raise BadSetting.malformed(name, str(problem)) from None
