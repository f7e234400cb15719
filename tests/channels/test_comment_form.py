"""The portal's form for comments on a posted list, as browsers without a script send it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

import models as rows
from channels.budgets import Rates
from tests.channels.conftest import Site, served
from tests.channels.public import posted
from tests.channels.test_posting_pages import over
from tests.web import http_client

SAID = {"kind": "OBJECTION", "text": "Cần xem lại <thành tích>", "authorName": "Nông Thị Sen", "authorContact": ""}


async def filled(site: Site, **more: str) -> tuple[str, dict[str, str]]:
    """The form's address, and what somebody typed into it."""
    address = f"/lay-y-kien/{(await posted(site))['id']}/gui-y-kien"
    page = await site.http.get(address)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "private, no-cache"
    [key] = re.findall(r'name="key" value="([^"]+)"', page.text)
    return address, {**SAID, "key": key, **more}


async def kept(site: Site) -> list[tuple[str, str, str | None]]:
    async with site.province.sessions() as session:
        comment = rows.PostingComment
        found = await session.execute(select(comment.text, comment.author_name, comment.author_contact))
        return [(*row,) for row in found]


async def test_what_is_sent_is_kept_once_however_often_it_is_sent(site: Site) -> None:
    address, said = await filled(site, authorContact="0205 381 2345")
    for _ in range(2):
        done = await site.http.post(address, data=said)
        assert done.status_code == 303
        assert "Đã nhận ý kiến" in (await site.http.get(done.headers["location"])).text
    assert await kept(site) == [("Cần xem lại <thành tích>", "Nông Thị Sen", "0205 381 2345")]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"text": " "}, "«Nội dung» phải có từ 1 đến 2000 ký tự"),
        ({"authorName": ""}, "«Họ và tên» phải có"),
        ({"kind": "HATE"}, "Hãy chọn: tán thành"),
    ],
)
async def test_a_refusal_says_what_is_wrong_and_loses_nothing_typed(site: Site, more: dict[str, str], why: str) -> None:
    address, said = await filled(site, **more)
    page = await site.http.post(address, data=said)
    assert page.status_code == 422
    assert why in page.text
    assert said["key"] in page.text
    if "text" not in more:
        assert "Cần xem lại &lt;thành tích&gt;" in page.text
    assert await kept(site) == []


async def test_a_key_that_was_used_for_something_else_is_refused(site: Site) -> None:
    address, said = await filled(site)
    await site.http.post(address, data=said)
    page = await site.http.post(address, data={**said, "text": "Ý khác"})
    assert page.status_code == 409
    assert "Khóa chống gửi lặp" in page.text
    assert len(await kept(site)) == 1


async def test_once_the_window_is_over_there_is_no_form_and_nothing_is_taken(site: Site) -> None:
    address, said = await filled(site)
    await over(site)
    page = await site.http.post(address, data=said)
    assert page.status_code == 409
    assert "Thời gian lấy ý kiến đã hết" in page.text
    assert "<form" not in (await site.http.get(address)).text
    assert await kept(site) == []


async def test_what_is_no_list_has_no_form(site: Site) -> None:
    for address in (
        f"/lay-y-kien/PublicPosting_{uuid4()}/gui-y-kien",
        "/lay-y-kien/1/gui-y-kien",
        "/lay-y-kien/1/da-nhan",
    ):
        assert (await site.http.get(address)).status_code == 404, address
        assert (await site.http.post(address, data=SAID)).status_code in (404, 405), address


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
)
async def test_another_sites_page_sends_nothing_by_its_visitors(site: Site, headers: dict[str, str]) -> None:
    address, said = await filled(site)
    page = await site.http.post(address, data=said, headers=headers)
    assert page.status_code == 422
    assert await kept(site) == []


@pytest.mark.parametrize("body", [b"x" * 40_001, b"\xff", b"a=%ff", b"&".join(b"a=1" for _ in range(50)), b""])
async def test_what_no_browser_sends_is_refused(site: Site, body: bytes) -> None:
    address, _ = await filled(site)
    headers: dict[str, Any] = {"content-type": "application/x-www-form-urlencoded"}
    page = await site.http.post(address, content=body, headers=headers)
    assert page.status_code == 422
    assert await kept(site) == []


async def test_one_address_sends_a_few_an_hour_and_what_was_refused_does_not_count(site: Site) -> None:
    """Quality's table of rates: five comments an hour; nothing typed is lost by being one too many."""
    posting = (await posted(site))["id"]
    counting = replace(site.laurel.settings, rates=Rates())
    async with served(counting) as (address, _, _), http_client(address) as http:
        path = f"/lay-y-kien/{posting}/gui-y-kien"
        for _ in range(6):
            assert (await http.post(path, data={**SAID, "text": "", "key": str(uuid4())})).status_code == 422
        done = [await http.post(path, data={**SAID, "key": str(uuid4())}) for _ in range(6)]
    assert [answer.status_code for answer in done] == [303] * 5 + [429]
    assert int(done[5].headers["retry-after"]) > 60
    assert "Cần xem lại &lt;thành tích&gt;" in done[5].text
    assert len(await kept(site)) == 5
