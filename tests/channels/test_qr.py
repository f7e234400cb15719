"""QR codes of certificates and decisions: they open what the page they stand on opens, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from sqlalchemy import select, update

import models as rows
from channels.portal.quick_response import picture
from models.award import AwardStatus
from models.award_code import ALPHABET
from models.decision import DecisionStatus
from tests.channels.conftest import Site
from tests.channels.public import recorded


async def code_of(site: Site, decision: rows.Decision) -> str:
    """The code on the certificate that a decision gave."""
    async with site.province.sessions() as session:
        return str((await session.scalars(select(rows.Award.code).filter_by(decision_id=decision.id))).one())


async def test_a_certificates_page_shows_the_code_that_opens_it(site: Site) -> None:
    code = await code_of(site, await recorded(site, "21/QĐ-UBND"))
    page = (await site.http.get(f"/xac-minh/{code.lower()}")).text
    assert f'src="/xac-minh/{code}/qr.svg"' in page
    drawn = await site.http.get(f"/xac-minh/{code}/qr.svg")
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/svg+xml")
    assert ElementTree.fromstring(drawn.text).tag.endswith("svg")
    assert drawn.content == picture(f"{site.address}/xac-minh/{code}", "svg")
    assert drawn.content != picture(f"{site.address}/xac-minh/{code[::-1]}", "svg")
    printed = await site.http.get(f"/xac-minh/{code}/qr.png")
    assert (printed.headers["content-type"], printed.content[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")


async def test_whoever_types_a_code_into_the_form_is_led_to_what_it_opens(site: Site) -> None:
    code = await code_of(site, await recorded(site, "24/QĐ-UBND"))
    for page in (await site.http.get("/xac-minh"), await site.http.get("/xac-minh", params={"code": " - "})):
        assert (page.status_code, 'action="/xac-minh"' in page.text) == (200, True)
        assert "form-action 'self'" in page.headers["content-security-policy"]
    typed = f"{code[:4]}-{code[4:8]} {code[8:]}".lower()
    led = await site.http.get("/xac-minh", params={"code": typed})
    assert (led.status_code, led.headers["location"]) == (303, f"/xac-minh/{code}")
    for strange in ("ễ/..//evil.example", "\r\nSet-Cookie: a=b"):
        led = await site.http.get("/xac-minh", params={"code": strange})
        assert led.headers["location"].startswith("/xac-minh/")
        page = await site.http.get(led.headers["location"])
        assert (page.status_code, 'action="/xac-minh"' in page.text) == (404, True)
        assert "set-cookie" not in led.headers


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ("/quyet-dinh", "/decisions"),
        ("/dang-nhap", "/web/sign-in"),
        ("/web", "/web/sign-in"),
        ("/xac-minh/", "/xac-minh"),
        ("/decisions/", "/decisions"),
        ("/lay-y-kien/", "/lay-y-kien"),
    ],
)
async def test_what_somebody_would_type_leads_there(site: Site, said: str, where: str) -> None:
    led = await site.http.get(said, headers={"Host": "evil.example"})
    assert (led.status_code, led.headers["location"]) == (307, where)
    assert (await site.http.get(where)).status_code == 200


async def test_a_code_with_one_sign_altered_is_not_recognised_and_has_no_picture(site: Site) -> None:
    """N-B13: no near match, at any place, by any of a few other signs."""
    code = await code_of(site, await recorded(site, "22/QĐ-UBND"))
    for place, sign in enumerate(code):
        other = ALPHABET[(ALPHABET.index(sign) + 1 + place) % len(ALPHABET)]
        altered = code[:place] + (other if other != sign else ALPHABET[ALPHABET.index(sign) - 1]) + code[place + 1 :]
        page = await site.http.get(f"/xac-minh/{altered}")
        assert (page.status_code, "Mã không được nhận ra" in page.text) == (404, True)
        assert code not in page.text
        assert (await site.http.get(f"/xac-minh/{altered}/qr.svg")).status_code == 404


async def test_the_code_of_an_award_that_was_cancelled_still_opens_and_says_so(site: Site) -> None:
    """N-B11: whoever holds the paper learns what became of it."""
    code = await code_of(site, await recorded(site, "23/QĐ-UBND"))
    async with site.province.sessions.begin() as session:
        await session.execute(update(rows.Award).values(status=AwardStatus.CANCELLED))
    assert (await site.http.get(f"/xac-minh/{code}/qr.svg")).status_code == 200
    assert "Khen thưởng này đã hủy bỏ." in (await site.http.get(f"/xac-minh/{code}")).text


@pytest.mark.parametrize("form", ["svg", "png"])
async def test_a_decisions_paper_bears_the_code_that_opens_its_page(site: Site, form: str) -> None:
    decision = await recorded(site, "24/QĐ-UBND")
    path = f"/decisions/Decision_{decision.id}"
    assert f'src="{path}/qr.svg"' in (await site.http.get(path)).text
    drawn = await site.http.get(f"{path}/qr.{form}")
    assert drawn.content == picture(f"{site.address}{path}", form)


async def test_what_is_not_published_and_forms_that_are_none_have_no_picture(site: Site) -> None:
    hidden = await recorded(site, "25/QĐ-UBND", status=DecisionStatus.ISSUED, published_at=None)
    shown = await recorded(site, "26/QĐ-UBND")
    for path in (
        f"/decisions/Decision_{hidden.id}/qr.svg",
        f"/xac-minh/{await code_of(site, hidden)}/qr.svg",
        f"/decisions/Decision_{shown.id}/qr.gif",
        "/xac-minh/x/qr.svg",
    ):
        assert (await site.http.get(path)).status_code == 404, path


async def test_the_address_in_a_code_is_the_one_set_whatever_a_request_names(site: Site) -> None:
    decision = await recorded(site, "27/QĐ-UBND")
    path = f"/decisions/Decision_{decision.id}"
    forged = await site.http.get(f"{path}/qr.svg", headers={"Host": "evil.example"})
    assert forged.headers["cache-control"] == "no-store"
    kept = site.laurel.settings
    site.laurel.settings = replace(kept, address="https://khenthuong.example.vn")
    try:
        drawn = await site.http.get(f"{path}/qr.svg", headers={"Host": "evil.example"})
    finally:
        site.laurel.settings = kept
    assert drawn.content == picture(f"https://khenthuong.example.vn{path}", "svg")
    assert "public" in drawn.headers["cache-control"]
