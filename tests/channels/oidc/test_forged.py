"""Signed and encrypted tokens of others' making, sent as bearers: none is ours, however it is made."""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc import jwe, jws, jwt
from joserfc.jwk import OctKey, RSAKey

from tests.channels.client import Client
from tests.channels.oidc.conftest import House
from tests.channels.oidc.provider import CLIENT
from tests.channels.oidc.test_trust import piece

EVIL = RSAKey.generate_key(2048, {"kid": "evil"})
CANARY = "chim-hoang-yen"
WEB, MOBILE = {"query": "{ viewer { audience } }"}, {"documentId": "MyDossiers"}
SOON = 0.5
"""Seconds of a processor that it takes to refuse any of them, its client's and other work among them."""


def claims(house: House, **more: Any) -> dict[str, Any]:
    """What a token for us says."""
    now = int(time.time())
    said = {"iss": house.provider.issuer, "aud": CLIENT, "sub": CANARY, "iat": now, "exp": now + 60, **more}
    return {name: value for name, value in said.items() if value is not None}


def forged(house: House) -> Iterator[str]:
    """Tokens of every kind; all but those that are too long for a head."""
    provider, said = house.provider, claims(house)
    yield provider.signed(sub=CANARY)
    yield provider.signed(sub=CANARY, typ="at+jwt", aud="elsewhere")
    yield provider.signed(sub=CANARY, exp=1)
    for alg in ("none", "None", "NONE", "nOnE"):
        yield f"{piece({'alg': alg})}.{piece(said)}."
    head = f"{piece({'alg': 'HS256', 'kid': provider.key.kid})}.{piece(said)}"
    yield f"{head}.{piece(hmac.digest(provider.key.as_pem(private=False), head.encode(), 'sha256'))}"
    yield jwt.encode({"alg": "HS256"}, said, OctKey.import_key(b"secret" * 8))
    for more in (
        {},
        {"kid": provider.key.kid},
        {"jku": "https://evil.example/jwks"},
        {"jwk": EVIL.as_dict(private=False)},
    ):
        yield jwt.encode({"alg": "RS256", **more}, said, EVIL)
    for wrong in ({"iss": "https://evil.example"}, {"aud": ["another"]}, {"exp": None}, {"nbf": 4_000_000_000}):
        yield jwt.encode({"alg": "RS256"}, claims(house, **wrong), EVIL)
    nested = jwt.encode({"alg": "RS256"}, said, EVIL)
    yield jws.serialize_compact({"alg": "RS256", "cty": "JWT"}, nested.encode(), EVIL)
    for zipped in ({}, {"zip": "DEF"}):
        packed = jwe.encrypt_compact(
            {"alg": "RSA-OAEP", "enc": "A256GCM", **zipped}, b"\0" * 200_000 if zipped else nested, EVIL
        )
        yield packed
    yield jwt.encode({"alg": "RS256"}, claims(house, **{f"c{n}": n for n in range(1_000)}), EVIL)
    for start in ("laurel_", "laurel_../../", "tra-cuu.", "tra-cuu.\\'; drop table session; --"):
        yield f"{start}{CANARY}"
    yield from ("....", "a.b.c", "=", "%00", "null", "undefined", "[object Object]")


async def test_n_j01_n_j02_n_j04_n_j05_a_token_of_others_making_is_no_session_of_ours(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    """N-J01, N-J02, N-J04, N-J05: all are answered alike, soon, and nothing of them is told on."""
    await house.link("officer", CANARY)
    bodies = set()
    for token in forged(house):
        headers = {"Authorization": f"Bearer {token}"}
        for channel, asked in (("web", WEB), ("mobile", MOBILE)):
            began = time.process_time()
            answer = await house.browser.post(f"/{channel}/graphql", json=asked, headers=headers)
            assert time.process_time() - began < SOON, token[:80]
            assert answer.headers["www-authenticate"] == "Bearer"
            bodies.add((answer.status_code, answer.content))
        answer = await house.browser.get("/web/files/DocumentFile_x", headers=headers)
        bodies.add((answer.status_code, answer.content))
    assert len(bodies) == 1, bodies
    assert next(iter(bodies))[0] == 401
    told = "".join(capfd.readouterr())
    assert CANARY not in told
    assert "Traceback" not in told
    assert "exception" not in told


async def test_n_j05_a_token_that_is_too_long_for_a_head_is_431_or_401_and_costs_nothing(house: House) -> None:
    """N-J05: a hundred kilobytes, ten thousand claims."""
    many = jwt.encode({"alg": "RS256"}, claims(house, **{f"c{n}": n for n in range(10_000)}), EVIL)
    for token in (many, "x" * 100_000, ".".join(["a"] * 50_000)):
        began = time.process_time()
        answer = await house.browser.post("/web/graphql", json=WEB, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in (401, 431)
        assert time.process_time() - began < SOON


async def test_n_j04_nor_is_one_over_a_socket_or_as_a_cookie(house: House) -> None:
    await house.link("officer", CANARY)
    tokens = [*forged(house), "x" * 50_000]
    for token in tokens:
        async with house.site.socket() as socket:
            client = Client(socket)
            await client.say({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
            assert (await client.closed())[0] == 4403, token[:80]
        cookie = {"Cookie": f"laurel_web={token}", "Origin": house.site.address}
        if len(token) < 10_000:
            answer = await house.browser.post("/web/graphql", json=WEB, headers=cookie)
            assert answer.status_code == 401, token[:80]
