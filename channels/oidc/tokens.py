"""Whether what a provider signed may be believed: who somebody is, and that a session ended (RFC 8725, OIDC Core 3.1).

Which algorithms and keys count is ours to say, never the token's. Every fault is the same: Untrusted.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet
from joserfc.jws import JWSRegistry, extract_compact

from channels.oidc.kept import Away
from channels.oidc.providers import Provider

SKEW = 60
"""Seconds by which clocks may differ."""
LARGEST = 20_000
"""Characters of a token."""
MOST_KEYS = 50
_ASYMMETRIC = frozenset({"RSA", "EC", "OKP"})
_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
_LONGEST_SUBJECT = 255

Claims = Mapping[str, Any]


class Untrusted(Exception):
    """It is not the provider's, not for us, not of now, or not what was asked for."""


class UnknownKey(Untrusted):
    """Signed by a key that the provider did not have when its keys were last fetched."""


def read_keys(said: Mapping[str, Any]) -> KeySet:
    """The keys of a JWKS that can be signed by; those that make no sense are passed over. Raises Away without any."""
    listed = said.get("keys")
    found = [key for each in (listed if isinstance(listed, list) else [])[:MOST_KEYS] if (key := _key(each))]
    if not found:
        raise Away
    return KeySet(found)


def _key(said: Any) -> Key | None:
    if not isinstance(said, dict) or said.get("kty") not in _ASYMMETRIC or said.get("use", "sig") != "sig":
        return None
    try:
        return JWKRegistry.import_key(said)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None


def verified(token: Any, keys: KeySet, provider: Provider, now: float | None = None) -> Claims:
    """The claims of a token that the provider signed for us and that holds now. Raises Untrusted or UnknownKey."""
    claims = _signed(token, keys, provider.algorithms)
    now = time.time() if now is None else now
    if claims.get("iss") != provider.issuer or not _for_us(claims, provider.client_id):
        raise Untrusted
    issued, expires, begins = _moment(claims, "iat"), _moment(claims, "exp"), claims.get("nbf", 0)
    if not isinstance(begins, int | float) or isinstance(begins, bool):
        raise Untrusted
    if not (issued <= now + SKEW and now - SKEW < expires and begins <= now + SKEW):
        raise Untrusted
    return claims


def identified(claims: Claims, provider: Provider, nonce: str) -> str:
    """Who an ID token says has signed in, of claims that were verified, to whoever began it. Raises Untrusted."""
    if not hmac.compare_digest(str(claims.get("nonce")).encode(), nonce.encode()):
        raise Untrusted
    return subject(claims, provider.claim)


def subject(claims: Claims, claim: str) -> str:
    """What a claim calls somebody. Raises Untrusted for nobody: `sub` must be there, whichever claim is looked at."""
    for name in ("sub", claim):
        said = claims.get(name)
        if not isinstance(said, str) or not 0 < len(said) <= _LONGEST_SUBJECT:
            raise Untrusted
    return str(claims[claim])


def ends(claims: Claims) -> tuple[str | None, str | None]:
    """Whom, or which of its sessions, a logout token ends, of claims that were verified (OIDC Back-Channel 2.6)."""
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(_LOGOUT), dict) or "nonce" in claims:
        raise Untrusted
    who, sid = claims.get("sub"), claims.get("sid")
    if not isinstance(claims.get("jti"), str) or not all(each is None or isinstance(each, str) for each in (who, sid)):
        raise Untrusted
    if who is None and sid is None:
        raise Untrusted
    return who, sid


def _signed(token: Any, keys: KeySet, algorithms: tuple[str, ...]) -> Claims:
    """The claims of a token by one of these keys and algorithms."""
    if not isinstance(token, str) or len(token) > LARGEST or not token.isascii():
        raise Untrusted
    registry = JWSRegistry(algorithms=algorithms, strict_check_header=False)
    try:
        header = extract_compact(token.encode(), registry=registry).headers()
        kid = header.get("kid")
        if header.get("alg") not in algorithms or "crit" in header:
            raise Untrusted
        if kid not in {key.kid for key in keys} and not (kid is None and len(keys.keys) == 1):
            raise UnknownKey
        claims: dict[str, Any] = jwt.decode(
            token, keys.get_by_kid(kid), algorithms=algorithms, registry=registry
        ).claims
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise Untrusted from None
    return claims


def _for_us(claims: Claims, client_id: str) -> bool:
    """Whether we are whom it is for; where others are too, whether it was we who asked for it."""
    audience, party = claims.get("aud"), claims.get("azp")
    if audience in (client_id, [client_id]):
        return party in (None, client_id)
    return isinstance(audience, list) and client_id in audience and bool(party == client_id)


def _moment(claims: Claims, name: str) -> float:
    said = claims.get(name)
    if not isinstance(said, int | float) or isinstance(said, bool):
        raise Untrusted
    return float(said)
