"""The query composer: for staff alone, whole from our own files, and telling what a query cost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from playwright.async_api import Browser, Page, expect

import models as rows
from channels.budgets import Rates
from channels.web.composer import files
from resolvers import password
from tests.channels.conftest import Site, served
from tests.patience import HANGING

PASSWORD = "Xứ-Lạng-2026"
SEEN = 1_000 * HANGING
"""Milliseconds in which something must be there to be clicked: the editor reads the whole schema first."""


async def cookie(site: Site, channel: str, who: str) -> dict[str, str]:
    return {"cookie": f"laurel_{channel}={await site.token(who)}"}


@pytest.mark.parametrize("path", ["/web/queries", "/web/queries/composer.js", "/web/queries/graphiql.js"])
async def test_to_anybody_but_staff_there_is_none(site: Site, path: str) -> None:
    nobody = await site.http.get(path)
    assert nobody.status_code == 404
    headers = [
        await cookie(site, "web", "nominee"), await cookie(site, "mobile", "officer"),
        {"cookie": "laurel_web=forged"}, {"cookie": "env=graphiql:enable"},
    ]  # fmt: skip
    for said in headers:
        answer = await site.http.get(path, headers=said)
        assert (answer.status_code, answer.text) == (404, nobody.text), said
    assert "graphiql" not in nobody.text.lower()


@pytest.mark.parametrize(
    "path", ["/graphql", "/graphiql", "/playground", "/console", "/altair", "/voyager", "/web/graphiql"]
)
async def test_where_such_tools_are_looked_for_there_is_nothing(site: Site, path: str) -> None:
    """N-I05, with the cookie that another program takes for leave."""
    answer = await site.http.get(path, headers={"accept": "text/html", "cookie": "env=graphiql:enable"})
    assert answer.status_code == 404
    assert "graphiql" not in answer.text.lower()


async def test_its_files_come_packed_or_plain_and_an_unknown_one_is_none(site: Site) -> None:
    staff = await cookie(site, "web", "officer")
    for name in files():
        packed = await site.http.get(f"/web/queries/{name}", headers={**staff, "accept-encoding": "gzip"})
        plain = await site.http.get(f"/web/queries/{name}", headers={**staff, "accept-encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.content == plain.content != b""
        assert packed.headers["cache-control"] == "private, no-cache"
    assert (await site.http.get("/web/queries/%2e%2e%2fcomposer.py", headers=staff)).status_code == 404


async def test_the_page_for_signing_in_tells_nothing_of_it(site: Site) -> None:
    page = await site.http.get("/web/sign-in")
    assert page.status_code == 200
    assert "graphiql" not in page.text.lower()


@pytest.fixture
async def page(browser: Browser, site: Site) -> AsyncIterator[Page]:
    """A tab on a server that counts what is asked; it complains of nothing and asks no other host for anything."""
    said: list[str] = []
    async with (
        served(replace(site.laurel.settings, rates=Rates())) as (address, _, _),
        await browser.new_context(base_url=address) as context,
    ):
        tab = await context.new_page()
        tab.on("console", lambda message: message.type in ("error", "warning") and said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: request.url.startswith((address, "data:")) or said.append(request.url))
        yield tab
    assert said == []


async def sign_in(page: Page, site: Site, who: str) -> None:
    """Have somebody sign in by the page, after a wrong password."""
    hashed = await password.hashed(PASSWORD)
    async with site.province.sessions.begin() as session:
        account = await session.get_one(rows.Account, site.province.viewers[who].account_id)
        account.password_hash = hashed
        name = account.username
    await page.goto("/web/sign-in")
    await page.get_by_label("Tên đăng nhập").fill(name)
    await page.get_by_label("Mật khẩu").fill("sai")
    await page.get_by_role("button").click()
    await expect(page.get_by_role("alert")).to_contain_text("Tên đăng nhập hoặc mật khẩu không đúng")
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_role("button").click()


@pytest.mark.browser
async def test_an_officer_signs_in_asks_and_reads_what_it_cost_and_its_sql(page: Page, site: Site) -> None:
    await sign_in(page, site, "officer")
    await page.get_by_label("Execute query (Ctrl-Enter)").click(timeout=SEEN)
    await expect(page.get_by_label("Result Window")).to_contain_text('"totalCount": 0')
    await page.get_by_label("Chi phí và SQL").click()
    await expect(page.get_by_role("row", name="dự tính · requested")).to_contain_text("41")
    await page.get_by_label("câu lệnh SQL và thời gian").check()
    await page.get_by_label("Execute query (Ctrl-Enter)").click()
    await expect(page.locator("pre").first).to_contain_text("SELECT")
    await page.get_by_label("Show GraphiQL Explorer").click()
    await expect(page.get_by_text("dossiers", exact=True).first).to_be_visible()


@pytest.mark.browser
async def test_an_officer_signs_out(page: Page, site: Site) -> None:
    await sign_in(page, site, "officer")
    await page.get_by_role("button", name="Đăng xuất").click(timeout=SEEN)
    await expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()
    assert not [cookie for cookie in await page.context.cookies() if cookie["name"] == "laurel_web"]


@pytest.mark.browser
async def test_who_asks_when_the_session_has_ended_is_asked_to_sign_in_again(browser: Browser, site: Site) -> None:
    async with await browser.new_context(base_url=site.address) as context:
        page = await context.new_page()
        await sign_in(page, site, "officer")
        await expect(page.get_by_label("Execute query (Ctrl-Enter)")).to_be_visible()
        await context.clear_cookies()
        await page.get_by_label("Execute query (Ctrl-Enter)").click()
        await expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()


@pytest.mark.browser
async def test_a_nominee_is_told_that_the_page_is_for_staff(page: Page, site: Site) -> None:
    await sign_in(page, site, "nominee")
    await expect(page.get_by_role("alert")).to_contain_text("Trang này dành cho cán bộ")
