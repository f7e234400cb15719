"""What a provider signs is believed by our keys, our algorithms and our clock; and for a day while it is away."""

from __future__ import annotations

import asyncio
import base64
import hmac
import time
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from starlette.responses import JSONResponse, RedirectResponse, Response

from channels.oidc import remote
from channels.oidc.kept import FORCED, FRESH, PAUSE, STALE, Away
from channels.oidc.metadata import Described
from channels.oidc.providers import Provider as Known
from channels.oidc.tokens import LARGEST, SKEW, UnknownKey, Untrusted, read_keys, verified
from tests.channels.oidc.provider import CLIENT, Provider, provided
from tests.patience import HANGING, Slowness

KEY = RSAKey.generate_key(2048, {"kid": "first"})
KEYS = KeySet([KEY])
KNOWN = Known(name="sso", channel="web", issuer="https://sso.example.vn", client_id=CLIENT)
NOW = 1_800_000_000


def claims(**more: Any) -> dict[str, Any]:
    """What a token for us says; None takes a claim out."""
    said = {"iss": KNOWN.issuer, "aud": CLIENT, "sub": "an", "iat": NOW, "exp": NOW + 60, **more}
    return {name: value for name, value in said.items() if value is not None}


def signed(header: dict[str, Any] | None = None, **more: Any) -> str:
    return jwt.encode({"alg": "RS256", "kid": "first"} | (header or {}), claims(**more), KEY)


def piece(said: Any) -> str:
    return base64.urlsafe_b64encode(said if isinstance(said, bytes) else orjson.dumps(said)).rstrip(b"=").decode()


def unsigned(alg: str) -> str:
    return f"{piece({'alg': alg, 'kid': 'first'})}.{piece(claims())}."


def by_the_public_key() -> str:
    """What our public key signs, taken for a secret."""
    said = f"{piece({'alg': 'HS256', 'kid': 'first'})}.{piece(claims())}"
    return f"{said}.{piece(hmac.digest(KEY.as_pem(private=False), said.encode(), 'sha256'))}"


def test_what_it_signed_for_us_is_believed() -> None:
    assert verified(signed(), KEYS, KNOWN, NOW)["sub"] == "an"
    assert verified(signed(aud=[CLIENT, "b"], azp=CLIENT), KEYS, KNOWN, NOW)["sub"] == "an"


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "HS256", "RS256 ", ""])
def test_n_j01_a_token_without_a_signature_is_not_believed(alg: str) -> None:
    with pytest.raises(Untrusted):
        verified(unsigned(alg), KEYS, KNOWN, NOW)


def test_n_j01_the_public_key_is_no_secret_to_sign_by() -> None:
    with pytest.raises(Untrusted):
        verified(by_the_public_key(), KEYS, KNOWN, NOW)


def test_an_algorithm_that_was_not_agreed_is_not_believed() -> None:
    token = jwt.encode({"alg": "PS256", "kid": "first"}, claims(), KEY, algorithms=["PS256"])
    with pytest.raises(Untrusted):
        verified(token, KEYS, KNOWN, NOW)


@pytest.mark.parametrize("header", [{"jku": "https://evil.example/jwks"}, {"x5u": "https://evil.example"}, {"jwk": {}}])
def test_a_key_that_a_token_brings_counts_for_nothing(header: dict[str, Any]) -> None:
    other = RSAKey.generate_key(2048, {"kid": "first"})
    if "jwk" in header:
        header = {"jwk": other.as_dict(private=False)}
    token = jwt.encode({"alg": "RS256", "kid": "first", **header}, claims(), other)
    with pytest.raises(Untrusted):
        verified(token, KEYS, KNOWN, NOW)


@pytest.mark.parametrize(
    "said",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"iss": KNOWN.issuer + "/"},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": []},
        {"aud": None},
        {"aud": [CLIENT, "another"]},
        {"aud": {CLIENT: 1}},
        {"azp": "another"},
        {"exp": None},
        {"exp": NOW - SKEW - 1},
        {"exp": "tomorrow"},
        {"exp": True},
        {"nbf": NOW + SKEW + 1},
        {"nbf": "now"},
        {"iat": NOW + SKEW + 1},
        {"iat": None},
        {"exp": float("inf"), "iat": "x"},
    ],
    ids=str,
)
def test_n_j02_what_is_not_for_us_or_not_of_now_is_not_believed(said: dict[str, Any]) -> None:
    with pytest.raises(Untrusted):
        verified(signed(**said), KEYS, KNOWN, NOW)


def test_clocks_may_differ_by_a_minute() -> None:
    assert verified(signed(exp=NOW - SKEW + 1, iat=NOW - 300), KEYS, KNOWN, NOW)
    assert verified(signed(iat=NOW + SKEW, nbf=NOW + SKEW, exp=NOW + 600), KEYS, KNOWN, NOW)


@pytest.mark.parametrize(
    "token",
    [
        None, 5, "", ".", "..", "a.b.c", "a.b.c.d.e", "ÿ.ÿ.ÿ", "x" * (LARGEST + 1),
        f"{piece({'alg': 'RS256', 'kid': 'first', 'crit': ['exp'], 'exp': 1})}.{piece({})}.x",
        f"{piece({'alg': 'RSA-OAEP', 'enc': 'A256GCM', 'zip': 'DEF'})}.a.b.c.d",
        f"{piece(['RS256'])}.{piece({})}.x",
        f"{piece({'alg': 'RS256', 'kid': {'a': 1}})}.{piece({})}.x",
        f"{piece({'alg': ['RS256']})}.{piece({})}.x",
    ],
)  # fmt: skip
def test_n_j05_what_is_no_token_of_this_kind_is_refused_at_once(token: Any) -> None:
    began = time.thread_time()
    with pytest.raises(Untrusted):
        verified(token, KEYS, KNOWN, NOW)
    assert time.thread_time() - began < 0.5


def test_n_j05_ten_thousand_claims_are_too_large_a_token() -> None:
    with pytest.raises(Untrusted):
        verified(signed(**{f"claim-{n}": n for n in range(10_000)}), KEYS, KNOWN, NOW)


def test_of_a_set_of_keys_those_that_make_sense_are_read() -> None:
    good = KEY.as_dict(private=False)
    curve = ECKey.generate_key("P-256", {"kid": "second"}).as_dict(private=False)
    nonsense = [None, 5, {}, {"kty": "RSA"}, {"kty": "oct", "k": "c2VjcmV0"}, {**good, "use": "enc"}, {"kty": "PQ"}]
    assert {key.kid for key in read_keys({"keys": [*nonsense, good, curve]})} == {"first", "second"}
    for said in ({}, {"keys": None}, {"keys": {}}, {"keys": nonsense}):
        with pytest.raises(Away):
            read_keys(said)


class Clock:
    """A clock that a test sets."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def provider(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Provider]:
    """A provider of this test's own, for which one waits as long as it takes."""
    monkeypatch.setattr(remote, "PATIENCE", HANGING)
    async with provided() as running:
        yield running


def described(provider: Provider, clock: Clock, **more: Any) -> Described:
    return Described(Known(name="sso", channel="web", issuer=provider.issuer, client_id=CLIENT, **more), clock)


async def test_n_j14_keys_are_kept_for_a_day_while_the_provider_is_away_and_no_longer(provider: Provider) -> None:
    clock = Clock()
    known = described(provider, clock)
    token = provider.signed(exp=int(time.time()) + 600)
    assert await known.verified(token)
    for gone in (Response(status_code=500), Response("garbage"), JSONResponse({"keys": []}), JSONResponse([1])):
        provider.answers["/jwks"] = gone
        clock.now += FRESH + 1
        assert await known.verified(token)
    clock.now += STALE
    with pytest.raises(Away):
        await known.verified(token)
    provider.answers.clear()
    clock.now += PAUSE + 1
    assert await known.verified(token), "and is believed again once it is back"


async def test_n_j14_a_provider_that_is_away_from_the_start_is_asked_now_and_then(provider: Provider) -> None:
    clock = Clock()
    known = described(provider, clock)
    provider.answers["/.well-known/openid-configuration"] = Response(status_code=503)
    for _ in range(5):
        with pytest.raises(Away):
            await known.verified(provider.signed())
    assert provider.asked["/.well-known/openid-configuration"] == 1


async def test_n_j14_a_new_key_is_looked_for_at_once_and_strangers_keys_once_a_minute(provider: Provider) -> None:
    clock = Clock()
    known = described(provider, clock)
    assert await known.verified(provider.signed())
    clock.now += FORCED
    provider.rotate()
    assert await known.verified(provider.signed())
    assert provider.asked["/jwks"] == 2
    provider.rotate()
    provider.published = provider.published[:1]
    for _ in range(20):
        with pytest.raises(UnknownKey):
            await known.verified(provider.signed())
    assert provider.asked["/jwks"] == 2, "the look for a stranger's key was a moment ago"
    clock.now += FORCED
    with pytest.raises(UnknownKey):
        await known.verified(provider.signed())
    assert provider.asked["/jwks"] == 3


async def test_a_key_that_was_withdrawn_is_believed_no_more_once_that_is_known(provider: Provider) -> None:
    clock = Clock()
    known = described(provider, clock)
    old = provider.signed()
    assert await known.verified(old)
    provider.rotate()
    provider.published = provider.published[1:]
    clock.now += FRESH + 1
    with pytest.raises(UnknownKey):
        await known.verified(old)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint"])
@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest", "file:///etc/passwd", "https://evil.example/", "", None, 5, "gopher://x"]
)
async def test_no_address_is_asked_but_the_providers_own(provider: Provider, name: str, url: Any) -> None:
    if name == "end_session_endpoint" and url is None:
        return  # it need not have one
    provider.metadata[name] = url
    with pytest.raises(Away):
        await described(provider, Clock()).metadata.get()


async def test_another_host_is_asked_where_the_settings_name_it(provider: Provider) -> None:
    provider.metadata["jwks_uri"] = "https://keys.example.vn/jwks"
    known = described(provider, Clock(), hosts=("keys.example.vn",))
    assert (await known.metadata.get()).keys == "https://keys.example.vn/jwks"


@pytest.mark.parametrize("issuer", ["https://evil.example", None, "", 5])
async def test_whoever_calls_itself_otherwise_is_not_the_provider(provider: Provider, issuer: Any) -> None:
    provider.metadata["issuer"] = issuer
    with pytest.raises(Away):
        await described(provider, Clock()).metadata.get()


@pytest.mark.parametrize(
    "answer",
    [
        RedirectResponse("http://169.254.169.254/"),
        Response(b"{" + b" " * (remote.LARGEST + 1) + b"}"),
        Response(b"\xff"),
        Response(b"[" * 5_000),
        JSONResponse([]),
    ],
)
async def test_redirects_and_what_is_too_large_or_no_object_are_not_taken(provider: Provider, answer: Response) -> None:
    provider.answers["/.well-known/openid-configuration"] = answer
    with pytest.raises(Away):
        await described(provider, Clock()).metadata.get()


async def test_a_provider_that_never_answers_is_left_in_time(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "PATIENCE", 0.2)
    left = asyncio.Event()

    class Silent(Response):
        async def __call__(self, *_: Any) -> None:
            await left.wait()

    provider.answers["/.well-known/openid-configuration"] = Silent()
    slowness, began = Slowness(), time.monotonic()
    with pytest.raises(Away):
        async with asyncio.timeout(HANGING):
            await described(provider, Clock()).metadata.get()
    assert time.monotonic() - began < 0.9 * slowness.times
    left.set()
