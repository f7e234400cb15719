"""The public's pages over HTTP: what they say, to whom, and what they never let through."""

from __future__ import annotations

import re
from unicodedata import normalize
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update

import models as rows
from channels.portal.assets import FOLDER, assets
from channels.portal.words import count, day_in_words
from models.award import AwardStatus
from models.decision import DecisionStatus
from models.demo import ACCOUNTS, PASSWORD
from tests.channels.conftest import Site
from tests.channels.kept import told
from tests.channels.public import TITLE, demonstration, published, recorded, write_demo_accounts
from tests.web import http_client


async def test_the_start_page_says_what_laurel_is_and_where_its_channels_are(site: Site) -> None:
    page = await site.http.get("/")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert '<html lang="vi">' in page.text
    assert page.text.count("<h1") == 1
    assert re.search(r"<p>Laurel theo .+</p>\s*<p lang=\"en\">Laurel follows ", page.text)
    for address in ("/portal/graphql", "/mobile/graphql", "/web/graphql"):
        assert f"<code>{address}</code>" in page.text
    for address in ("/livez", "/readyz"):
        assert f'href="{address}"' in page.text


async def test_an_empty_register_says_so_in_both_languages(site: Site) -> None:
    page = (await site.http.get("/")).text
    assert "Chưa có quyết định nào được công bố." in page
    assert "No decision has been published yet." in page
    assert "<li id=" not in page


async def test_a_published_decision_is_listed_with_its_day_agency_and_number_of_awards(site: Site) -> None:
    await recorded(site, "7/QĐ-UBND", awards=3)
    page = (await site.http.get("/")).text
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[page.index("<li id=") : page.index("<template")]))
    assert "7/QĐ-UBND 19/05/2026" in shown
    assert f"{TITLE} Ủy ban nhân dân tỉnh Lạng Sơn" in shown
    assert "3 lượt khen" in shown


async def test_what_is_not_published_is_on_no_page(site: Site) -> None:
    decision = await recorded(site, "8/QĐ-UBND", status=DecisionStatus.ISSUED, published_at=None)
    for address in ("/", "/decisions", f"/decisions/Decision_{decision.id}"):
        assert "8/QĐ-UBND" not in (await site.http.get(address)).text


async def test_each_page_is_read_by_one_statement_and_then_by_none(site: Site) -> None:
    decision = await recorded(site, "9/QĐ-UBND")
    await told(site)
    for address in ("/", "/decisions", f"/decisions/Decision_{decision.id}"):
        site.laurel.answers.forget()
        before = site.laurel.pool.sent
        for _ in range(3):
            assert (await site.http.get(address)).status_code == 200
        assert site.laurel.pool.sent - before == 1


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "\u0338 gạch chéo"])
async def test_a_title_never_becomes_markup(site: Site, title: str) -> None:
    decision = await recorded(site, "10/QĐ-UBND", title)
    plain = await site.http.get(f"/decisions/Decision_{decision.id}")
    assert plain.text.count("<script") == 0
    assert "<img src=x" not in plain.text
    assert re.search(r"<h1>[^<>]+</h1>", plain.text), "what opens and closes the heading is still there"


async def test_names_that_were_typed_in_pieces_are_shown_whole(site: Site) -> None:
    decision = await recorded(site, "11/QĐ-UBND", normalize("NFD", TITLE))
    for address in ("/", f"/decisions/Decision_{decision.id}"):
        page = (await site.http.get(address)).text
        assert TITLE in page
        assert normalize("NFC", page) == page


async def test_a_decision_shows_who_signed_it_and_whom_it_honours(site: Site) -> None:
    page = (await site.http.get(f"/decisions/{await published(site.province)}")).text
    for said in ("1/QĐ-UBND", "Hoàng Thị An", "Có thành tích xuất sắc trong bảo tồn di sản then Tày", "Người chairman"):
        assert said in page
    assert "Bằng khen của Chủ tịch Ủy ban nhân dân tỉnh" in page


async def test_long_lists_go_on_from_page_to_page(site: Site) -> None:
    decision = await recorded(site, "12/QĐ-UBND", awards=51)
    first = (await site.http.get(f"/decisions/Decision_{decision.id}")).text
    (further,) = re.findall(r'href="(/decisions/Decision_[^"]+\?after=[^"]+)"', first)
    second = (await site.http.get(further.replace("&amp;", "&"))).text
    assert first.count('class="place"') + second.count('class="place"') == 51
    assert "Lộc Văn 51" in second
    for number in range(100, 115):
        await recorded(site, f"{number}/QĐ-UBND", awards=0)
    first = (await site.http.get("/")).text
    (further,) = re.findall(r'href="(/decisions\?after=[^"]+)"', first)
    listed = re.findall(r'<li id="([^"]+)"', first + (await site.http.get(further)).text)
    assert len(listed) == len(set(listed)) == 16


async def test_what_was_cancelled_says_so(site: Site) -> None:
    decision = await recorded(site, "13/QĐ-UBND", status=DecisionStatus.CANCELLED)
    async with site.province.sessions.begin() as session:
        award = (await session.scalars(select(rows.Award).filter_by(decision_id=decision.id))).one()
        award.status = AwardStatus.CANCELLED
    assert '<p class="annulled">đã hủy bỏ' in (await site.http.get("/")).text
    page = (await site.http.get(f"/decisions/Decision_{decision.id}")).text
    assert "Quyết định này đã hủy bỏ." in page
    assert '<b class="annulled">đã hủy bỏ' in page


async def test_a_certificates_code_opens_a_page_that_says_whether_the_award_stands(site: Site) -> None:
    decision = await recorded(site, "16/QĐ-UBND", title="Quyết định tặng Bằng khen")
    hidden = await recorded(site, "17/QĐ-UBND", status=DecisionStatus.ISSUED, published_at=None)
    async with site.province.sessions() as session:
        codes = {row.decision_id: row.code for row in await session.scalars(select(rows.Award))}
    code = codes[decision.id]
    page = await site.http.get(f"/xac-minh/{code.lower()}")
    assert page.status_code == 200
    for said in ("Lộc Văn 1", "Khen thưởng này có hiệu lực.", "16/QĐ-UBND", "Bằng khen", "ngày 19 tháng 5 năm 2026"):
        assert said in page.text
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    unknown = [await site.http.get(f"/xac-minh/{said}") for said in (wrong, codes[hidden.id], "x" * 500, "%00")]
    assert {answer.status_code for answer in unknown} == {404}
    assert all("Mã không được nhận ra" in answer.text for answer in unknown[:3])
    assert len({answer.text for answer in unknown[:3]}) == 1, "what is not published looks like what is nobody's"
    async with site.province.sessions.begin() as session:
        await session.execute(update(rows.Award).values(status=AwardStatus.CANCELLED))
    assert "Khen thưởng này đã hủy bỏ." in (await site.http.get(f"/xac-minh/{code}")).text


async def test_a_decision_that_cancels_says_what_and_both_are_read_at_once(site: Site) -> None:
    id = await published(site.province)
    said = {"ground": "FALSE_ACHIEVEMENT", "reason": "Kết luận số 5"}
    done = await site.province.act("chairman", "revokeAward", {"id": id, "expectedVersion": 2, **said})
    assert done["status"] == "CANCELLED"
    start = (await site.http.get("/")).text
    assert "Về việc hủy bỏ khen thưởng tại Quyết định số 1/QĐ-UBND" in start
    (address,) = re.findall(r'href="(/decisions/[^"]+)">Về việc hủy bỏ', start)
    page = (await site.http.get(address)).text
    assert "Hủy bỏ khen thưởng: <b>1</b>" in page
    assert f'<a href="/decisions/{id}">1/QĐ-UBND</a>' in page
    assert "Kết luận số 5" not in page, "what was found is for staff"


async def test_what_is_not_there_and_what_may_not_be_seen_look_the_same(site: Site) -> None:
    hidden = await recorded(site, "14/QĐ-UBND", status=DecisionStatus.ISSUED, published_at=None)
    shown = await recorded(site, "15/QĐ-UBND")
    asked = [
        "/nowhere",
        f"/decisions/Decision_{uuid4()}",
        f"/decisions/Decision_{hidden.id}",
        f"/decisions/Agency_{site.province.agencies['culture']}",
        "/decisions/1",
        "/decisions/%00",
        "/decisions/" + "x" * 5000,
        f"/decisions/Decision_{shown.id}?after=forged",
        "/decisions?after=%00",
        "/decisions?after=" + "a" * 5000,
        "/static/nothing.css",
        "/static/nothing.0123456789ab.css",
    ]
    answers = [await site.http.get(address) for address in asked]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert "Không có trang này" in answers[0].text
    assert "There is no such page" in answers[0].text


async def test_without_data_the_page_says_when_to_come_again(site: Site) -> None:
    async with site.province.sessions.begin() as session:
        await session.execute(text("alter table decision rename to decision_gone"))
    try:
        page = await site.http.get("/")
    finally:
        async with site.province.sessions.begin() as session:
            await session.execute(text("alter table decision_gone rename to decision"))
    assert (page.status_code, page.headers["retry-after"]) == (503, "5")
    assert page.headers["cache-control"] == "no-store"
    assert "Tạm thời chưa đọc được" in page.text
    assert "cannot be read just now" in page.text


async def test_passwords_are_shown_by_a_demo_over_the_demos_data_and_by_nothing_else(site: Site) -> None:
    assert PASSWORD not in (await site.http.get("/")).text
    async with demonstration(site) as address, http_client(address) as http:
        assert PASSWORD not in (await http.get("/")).text, "these are somebody's real data"
        await write_demo_accounts(site)
        page = (await http.get("/")).text
    assert page.count(PASSWORD) == len(ACCOUNTS)
    for account in ACCOUNTS:
        assert f"<code>{account.username}</code>" in page
    assert PASSWORD not in (await site.http.get("/")).text, "the same data, served for real"


async def test_a_page_may_load_this_origins_files_and_nothing_else(site: Site) -> None:
    decision = await recorded(site, "16/QĐ-UBND")
    for address in ("/", "/decisions", f"/decisions/Decision_{decision.id}", "/nowhere"):
        page = await site.http.get(address)
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        for said in ("base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"):
            assert said in policy
        assert "unsafe" not in policy
        assert page.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"<script(?! type=\"module\" src=)|<style|\sstyle=|\son\w+=|https?://", page.text)


async def test_a_page_that_did_not_change_is_not_sent_again(site: Site) -> None:
    await recorded(site, "17/QĐ-UBND")
    page = await site.http.get("/")
    again = await site.http.get("/", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await recorded(site, "18/QĐ-UBND")
    changed = await site.http.get("/", headers={"If-None-Match": page.headers["etag"]})
    assert changed.status_code == 200


async def test_files_are_kept_forever_under_the_hash_of_what_is_in_them(site: Site) -> None:
    pages = [(await site.http.get(address)).text for address in ("/", "/web/sign-in")]
    linked = set(re.findall(r'"(/static/[^"]+)"', "".join(pages)))
    assert linked == {asset.address for asset in assets().values()}
    for address in linked:
        file = await site.http.get(address)
        assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    former = await site.http.get("/static/laurel.0123456789ab.css")
    assert (former.content, former.headers["cache-control"]) == (assets()["laurel.css"].body, "no-cache")
    assert (await site.http.get("/favicon.ico")).headers["content-type"] == "image/svg+xml"


def test_the_pages_files_stay_small_and_name_no_other_host() -> None:
    sizes = {file.name: file.stat().st_size for file in FOLDER.iterdir()}
    assert sizes["laurel.css"] <= 8192
    assert sizes["laurel.js"] <= 2048
    for file in FOLDER.iterdir():
        said = file.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http" not in said
        assert "url(" not in said
        assert "@import" not in said


def test_days_and_counts_are_written_as_vietnamese_readers_expect() -> None:
    assert day_in_words("2026-02-02") == "ngày 02 tháng 02 năm 2026"
    assert day_in_words("2026-11-21") == "ngày 21 tháng 11 năm 2026"
    assert [count(number) for number in (0, 999, 3271, 10_000, 10_001)] == [
        "0",
        "999",
        "3.271",
        "10.000",
        "hơn 10.000",
    ]
