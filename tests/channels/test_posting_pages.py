"""Posted lists in public: their pages, and what the phone and the portal may ask and say of them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select

import models as rows
from models import calendar
from tests.channels.conftest import Site
from tests.channels.public import posted


async def over(site: Site) -> None:
    """Have the list's window be over for long."""
    async with site.province.sessions.begin() as session:
        kept = (await session.scalars(select(rows.PublicPosting))).one()
        kept.opened_at -= timedelta(days=60)
        kept.closes_on = calendar.add_working_days(calendar.day_of(kept.opened_at), 10)
    site.laurel.answers.forget()  # a day that comes by itself is seen within a minute


async def test_the_public_reads_what_stands_for_comments_and_nothing_personal(site: Site) -> None:
    assert "Hiện không có danh sách nào đang lấy ý kiến." in (await site.http.get("/lay-y-kien")).text
    posting = await posted(site)
    listed = (await site.http.get("/lay-y-kien")).text
    assert f'href="/lay-y-kien/{posting["id"]}"' in listed
    assert "/".join(reversed(posting["closesOn"].split("-"))) in listed
    before = site.laurel.pool.sent
    page = await site.http.get(f"/lay-y-kien/{posting['id']}")
    assert site.laurel.pool.sent - before == 1
    for said in ("Hoàng Thị An", "Sở Văn hóa, Thể thao và Du lịch", "Bằng khen của Chủ tịch Ủy ban nhân dân tỉnh"):
        assert said in page.text
    said = page.text.replace(posting["id"], "")  # among whose digits any four may be
    for kept in ("1985", "0900000000", "then Tày"):
        assert kept not in said
    assert "noindex" not in page.text
    assert "x-robots-tag" not in page.headers


async def test_search_engines_are_to_forget_a_list_whose_window_is_over(site: Site) -> None:
    posting = await posted(site)
    await over(site)
    page = await site.http.get(f"/lay-y-kien/{posting['id']}")
    assert page.headers["x-robots-tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in page.text
    assert "Đã hết thời gian lấy ý kiến" in page.text
    assert posting["id"] not in (await site.http.get("/lay-y-kien")).text


async def test_what_is_no_list_has_no_page(site: Site) -> None:
    agency = site.province.agencies["culture"]
    for address in (f"PublicPosting_{uuid4()}", f"Agency_{agency}", "1", "%00"):
        assert (await site.http.get(f"/lay-y-kien/{address}")).status_code == 404, address
    assert (await site.http.get("/lay-y-kien?after=forged")).status_code == 404


async def test_a_nominee_comments_by_phone_and_the_portal_has_no_way_to_act_for_an_account(site: Site) -> None:
    posting = await posted(site)
    said = {"posting": posting["id"], "kind": "SUPPORT", "text": "Xứng đáng", "idempotencyKey": str(uuid4())}
    asked = {"documentId": "CommentOnPosting", "variables": {"input": said}}
    done = (await site.ask("mobile", who="nominee", **asked)).json()["data"]["commentOnPosting"]
    assert (done["__typename"], done["text"]) == ("PostingComment", "Xứng đáng")
    own = (await site.ask("mobile", who="nominee", documentId="OpenPostings")).json()["data"]["postings"]["nodes"]
    assert [each["text"] for each in own[0]["comments"]["nodes"]] == ["Xứng đáng"]
    refused = (await site.ask("portal", **asked)).json()
    assert refused["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_FOUND"
