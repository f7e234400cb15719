"""Where a client is, behind proxies: their word counts where they are ours, and nobody else's ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
_HOPS, _LONGEST = 20, 3_000
"""Proxies whose word is read at most, and the characters of all of them: the last, for a client writes the first."""


def networks(said: str) -> tuple[str, ...]:
    """Networks as a setting says them, one address being a network too. Raises ValueError."""
    return tuple(str(ip_network(part.strip(), strict=False)) for part in said.split(",") if part.strip())


@lru_cache(10_000)
def place(address: str | None) -> str:
    """Whom an address is counted as: an IPv6 network of 64 bits is one household's or one host's, all of it."""
    found = _read(address or "")
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, 64), strict=False))
    return str(found or "")


class Proxies:
    """The proxies before this installation."""

    def __init__(self, trusted: Sequence[str]) -> None:
        self._networks = [ip_network(network) for network in trusted]
        self._of = lru_cache(4_000)(self._found)

    def __bool__(self) -> bool:
        return bool(self._networks)

    def look_through(self, scope: MutableMapping[str, Any]) -> None:
        """Have a request, or a socket, come from where the proxies say that it came from, and how."""
        said = [(name, value) for name, value in scope["headers"] if name in _HEADERS]
        peer = scope.get("client")
        if not said or not self.ours(peer[0] if peer else ""):
            return
        forwarded, addresses, scheme = (_said(said, name) for name in _HEADERS)
        scope["client"] = (self._of(peer[0] if peer else "", forwarded[-_LONGEST:], addresses[-_LONGEST:]), 0)
        scheme = _parts(forwarded)[-1].get("proto", scheme) if forwarded else scheme.rpartition(",")[2].strip()
        if scheme in ("http", "https"):
            scope["scheme"] = scheme if scope["type"] == "http" else scheme.replace("http", "ws")

    def ours(self, said: str) -> bool:
        """Whether an address is a proxy of ours; a socket file has none, and only a proxy uses it."""
        address = _read(said)
        return said == "" or (address is not None and any(address in network for network in self._networks))

    def _found(self, peer: str, forwarded: str, addresses: str) -> str:
        """The last address on the way that is none of our proxies: whatever stands before it anybody can write."""
        hops = [part.get("for", "") for part in _parts(forwarded)] if forwarded else addresses.split(",")
        last = peer
        for hop in reversed(hops[-_HOPS:]):
            found = _read(hop.strip())
            if found is None:  # hidden, or nonsense: whoever said so is as far as we see
                return last
            last = str(found)
            if not self.ours(last):
                return last
        return last


_HEADERS = (b"forwarded", b"x-forwarded-for", b"x-forwarded-proto")


def _said(headers: Sequence[tuple[bytes, bytes]], wanted: bytes) -> str:
    """A header's values, all its lines in their order."""
    return b",".join([value for name, value in headers if name == wanted]).decode("latin-1")


def _parts(forwarded: str) -> list[Mapping[str, str]]:
    """The elements of a Forwarded header (RFC 7239), the client's first."""
    return [dict(_pairs(element)) for element in forwarded.split(",")]


def _pairs(element: str) -> Iterator[tuple[str, str]]:
    for pair in element.split(";"):
        name, _, value = pair.strip().partition("=")
        yield name.lower(), value.strip('"')


def _read(said: str) -> Address | None:
    """An address, perhaps with a port, an IPv6 one in brackets; None for anything else."""
    if said.startswith("["):
        said = said[1:].partition("]")[0]
    elif said.count(":") == 1:
        said = said.partition(":")[0]
    try:
        address = ip_address(said.partition("%")[0])
    except ValueError:
        return None
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return inner or address
