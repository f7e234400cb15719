"""Which identity providers there are, for which channel: read from one TOML file, and refused by its line if wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from channels.contract import CHANNELS
from channels.obstacles import CannotStart

ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""What a provider may sign by: never `none`, never a secret that both sides know."""
_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
EXAMPLE = """[sso]
channel = "web"
issuer = "https://sso.example.vn/realms/tinh"
client_id = "laurel"
client_secret_file = "/etc/laurel/sso.secret"
"""


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One identity provider, and how we are known to it."""

    name: str
    """How our addresses call it."""
    channel: str
    issuer: str
    client_id: str
    client_secret_file: Path | None = None
    """None: a public client, which has PKCE alone."""
    claim: str = "sub"
    """Which claim of the ID token says who it is: one that the provider never gives to somebody else."""
    scopes: tuple[str, ...] = ("openid",)
    algorithms: tuple[str, ...] = ("RS256", "ES256")
    hosts: tuple[str, ...] = ()
    """Other hosts than the issuer's that its endpoints may lie on."""

    def secret(self) -> str | None:
        """What we show that we are its client by, read anew each time: it may be changed while we run."""
        return self.client_secret_file.read_text("utf-8").strip() if self.client_secret_file else None

    def reaches(self, url: str) -> bool:
        """Whether we may ask this address: of its hosts, as safely as the issuer itself."""
        try:
            own, other = urlsplit(self.issuer), urlsplit(url)
            known = other.netloc == own.netloc or other.hostname in self.hosts
        except ValueError:
            return False
        return known and other.scheme in ("https", own.scheme) and "@" not in other.netloc and not other.fragment

    def path(self, what: str) -> str:
        """Where one of its addresses is here."""
        return f"/{self.channel}/oidc/{self.name}/{what}"


class BadProviders(CannotStart):
    """The file of providers cannot be used."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(
            f"LAUREL_OIDC: {where} không dùng được ({problem}). Hãy viết theo mẫu dưới đây.",
            f"LAUREL_OIDC: {where} cannot be used ({problem}). Write it like this:",
            EXAMPLE,
        )


def must_have_address(address: str | None) -> None:
    """Raise CannotStart where we cannot tell providers where to send browsers back to: no request says that."""
    if address is None:
        raise CannotStart(
            "LAUREL_OIDC cần LAUREL_ADDRESS. Hãy đặt địa chỉ công khai của hệ thống: LAUREL_ADDRESS=https://…",
            "LAUREL_OIDC needs LAUREL_ADDRESS. Set the address by which browsers reach this: LAUREL_ADDRESS=https://…",
        )


def read_providers(file: Path) -> tuple[Provider, ...]:
    """The providers of a file, a table each. Raises BadProviders, naming the table and what is wrong in it."""
    try:
        told = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise BadProviders(file.name, str(problem)) from None
    return tuple(_provider(name, said) for name, said in told.items())


def _provider(name: str, said: Any) -> Provider:
    where = f"[{name}]"
    if not isinstance(said, dict) or not name or not _NAME.issuperset(name):
        raise BadProviders(where, "a table, named by small letters, digits and -")
    if unknown := sorted(said.keys() - _READERS.keys()):
        raise BadProviders(where, f"unknown: {', '.join(unknown)}; known: {', '.join(_READERS)}")
    if missing := sorted({"channel", "issuer", "client_id"} - said.keys()):
        raise BadProviders(where, f"missing: {', '.join(missing)}")
    return Provider(name=name, **{key: _read(where, key, value) for key, value in said.items()})


def _read(where: str, key: str, value: Any) -> Any:
    try:
        return _READERS[key](value)
    except (ValueError, TypeError) as problem:
        raise BadProviders(f"{where} {key}", str(problem)) from None


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("a text")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError("a list of texts")
    return tuple(_text(each) for each in value)


def _channel(value: Any) -> str:
    names = [channel.name for channel in CHANNELS if channel.sessions]
    if value not in names:
        raise ValueError(" | ".join(names))
    return str(value)


def _issuer(value: Any) -> str:
    parts = urlsplit(_text(value))
    safe = parts.scheme == "https" or (parts.scheme == "http" and _here(parts.hostname or ""))
    if not safe or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("https://…, without a query")
    return str(value)


def _here(host: str) -> bool:
    """Whether it is this very machine, with which one may try without certificates."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _scopes(value: Any) -> tuple[str, ...]:
    scopes = _texts(value)
    if "openid" not in scopes:
        raise ValueError('"openid" must be among them')
    return scopes


def _algorithms(value: Any) -> tuple[str, ...]:
    asked = _texts(value)
    if not ALGORITHMS.issuperset(asked):
        raise ValueError(", ".join(sorted(ALGORITHMS)))
    return asked


def _secret_file(value: Any) -> Path:
    file = Path(_text(value))
    if not file.is_file() or not file.read_text("utf-8").strip():
        raise ValueError("a file that holds the secret")
    return file


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "channel": _channel,
    "issuer": _issuer,
    "client_id": _text,
    "client_secret_file": _secret_file,
    "claim": _text,
    "scopes": _scopes,
    "algorithms": _algorithms,
    "hosts": _texts,
}
