"""Where a client is: what proxies of ours say, what others say in their place, and what counts as one place."""

from __future__ import annotations

from typing import Any

import pytest

from channels.proxies import Proxies, networks, place

OURS = Proxies(networks("10.0.0.0/8, 127.0.0.1,::1"))


def seen(peer: str | None, *headers: tuple[str, str], kind: str = "http") -> tuple[str | None, str]:
    """From where a request counts as coming, and how."""
    scope: dict[str, Any] = {
        "type": kind,
        "client": (peer, 4711) if peer else None,
        "scheme": "http" if kind == "http" else "ws",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
    }
    OURS.look_through(scope)
    return scope["client"] and scope["client"][0], scope["scheme"]


def through(*addresses: str) -> tuple[str, str]:
    return "x-forwarded-for", ", ".join(addresses)


@pytest.mark.parametrize(
    ("peer", "headers", "where"),
    [
        ("203.0.113.9", [through("198.51.100.1")], "203.0.113.9"),
        ("203.0.113.9", [("forwarded", "for=198.51.100.1")], "203.0.113.9"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", [through("198.51.100.1")], "198.51.100.1"),
        ("127.0.0.1", [through("6.6.6.6", "198.51.100.1", "10.1.2.3")], "198.51.100.1"),
        ("127.0.0.1", [through("6.6.6.6"), through("198.51.100.1")], "198.51.100.1"),
        ("::1", [through("2001:db8::1")], "2001:db8::1"),
        ("::ffff:10.0.0.1", [through("198.51.100.1:8080")], "198.51.100.1"),
        ("127.0.0.1", [("forwarded", 'for=6.6.6.6, For="[2001:db8::17]:4711";proto=http')], "2001:db8::17"),
        ("127.0.0.1", [("forwarded", "for=198.51.100.1"), through("6.6.6.6")], "198.51.100.1"),
        ("127.0.0.1", [through("198.51.100.1", "unknown")], "127.0.0.1"),
        ("127.0.0.1", [through("198.51.100.1", "'; drop table", "10.1.2.3")], "10.1.2.3"),
        ("127.0.0.1", [("forwarded", "for=_hidden")], "127.0.0.1"),
        ("127.0.0.1", [through(*["10.0.0.1"] * 5_000)], "10.0.0.1"),
        (None, [through("198.51.100.1")], "198.51.100.1"),
    ],
)
def test_a_client_is_where_the_last_proxy_of_ours_saw_it(
    peer: str | None, headers: list[tuple[str, str]], where: str
) -> None:
    assert seen(peer, *headers)[0] == seen(peer, *headers, kind="websocket")[0] == where


def test_a_proxy_says_how_it_was_asked_and_nobody_else_does() -> None:
    said = through("198.51.100.1")
    assert seen("10.0.0.1", said, ("x-forwarded-proto", "https"))[1] == "https"
    assert seen("10.0.0.1", said, ("x-forwarded-proto", "http, https"))[1] == "https"
    assert seen("10.0.0.1", said, ("x-forwarded-proto", "javascript"))[1] == "http"
    assert seen("10.0.0.1", ("forwarded", "for=198.51.100.1;proto=https"))[1] == "https"
    assert seen("10.0.0.1", said, ("x-forwarded-proto", "https"), kind="websocket")[1] == "wss"
    assert seen("203.0.113.9", said, ("x-forwarded-proto", "https"))[1] == "http"


def test_a_network_of_ipv6_is_one_place_and_each_ipv4_address_one() -> None:
    assert place("2001:db8:1:2:3::1") == place("2001:db8:1:2:ffff::") == "2001:db8:1:2::/64"
    assert place("2001:db8:1:3::1") != place("2001:db8:1:2::1")
    assert place("198.51.100.1") == place("::ffff:198.51.100.1") == "198.51.100.1"
    assert place("fe80::1%eth0") == "fe80::/64"
    assert place(None) == place("") == place("nowhere") == ""


@pytest.mark.parametrize("said", ["10.0.0.0/33", "proxy.example.vn", "10.0.0.1;10.0.0.2"])
def test_what_is_no_network_is_none(said: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        networks(said)


def test_what_a_client_writes_before_our_proxies_is_not_kept_whatever_its_length() -> None:
    """Ten thousand heads of 30 kB would have been 300 MB."""
    far = ("x-forwarded-for", f"{'6.6.6.6, ' * 3_000}198.51.100.1, 10.1.2.3")
    assert seen("127.0.0.1", far) == ("198.51.100.1", "http")
    before = OURS._of.cache_info().currsize
    for length in range(1_000, 1_100):
        assert seen("127.0.0.1", ("x-forwarded-for", "6.6.6.6, " * length + "198.51.100.1"))[0] == "198.51.100.1"
    assert OURS._of.cache_info().currsize - before <= 1
