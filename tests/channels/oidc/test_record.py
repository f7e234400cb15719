"""Sign-ins by a provider that fail their checks are on record: by which provider, at what, and from where."""

from __future__ import annotations

from sqlalchemy import select

from models.security_event import SecurityEvent
from tests.channels.oidc.conftest import House
from tests.channels.oidc.test_sessions import LOGOUT


async def record(house: House) -> list[tuple[str, str | None, str | None, int]]:
    """What is kept once what was noted is written."""
    await house.laurel.incidents.write(house.laurel.transactions)
    row = SecurityEvent
    async with house.site.province.sessions() as work:
        found = await work.execute(select(row.kind, row.act, row.code, row.count, row.place_hash).order_by(row.id))
        kept = found.all()
    assert all(place is not None for *_, place in kept)
    return [(kind.name, act, code, count) for kind, act, code, count, _ in kept]


async def test_n_j07_an_answer_that_fails_a_check_is_on_record(house: House) -> None:
    callback = "/web/oidc/sso/callback"
    for query in ("", "?state=forged&code=x", "?state=forged&state=twice"):
        assert (await house.browser.get(callback + query)).status_code == 400
    assert (await house.signed_in()).status_code == 403
    assert await record(house) == [
        ("PROVIDER_REFUSED", "sso callback", "NotSignedIn", 3),
        ("PROVIDER_REFUSED", "sso callback", "NotLinked", 1),
    ]


async def test_a_logout_that_nobody_signed_is_on_record_and_one_that_went_well_begins_with_a_sign_in(
    house: House,
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await house.browser.post(LOGOUT, content=b"logout_token=a.b.c", headers=headers)).status_code == 400
    await house.link("officer")
    assert (await house.signed_in()).status_code == 303
    kept = await record(house)
    assert ("PROVIDER_REFUSED", "sso back-channel-logout", "Untrusted", 1) in kept
    assert [kind for kind, *_ in kept if kind != "PROVIDER_REFUSED"] == ["SIGNED_IN"]
