"""The pages in a real browser: whole without a script, live with one, on every width, for everybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from unicodedata import normalize

import orjson
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Route, expect
from sqlalchemy import select

import models as rows
from channels import streams
from tests.channels.conftest import Site
from tests.channels.public import TITLE, demonstration, posted, published, recorded, write_demo_accounts
from tests.patience import HANGING

LONGEST = "Về việc tặng Cờ thi đua của Ủy ban nhân dân tỉnh cho các tập thể dẫn đầu phong trào thi đua " * 4 + "x" * 120
NEWS = "**/portal/graphql?documentId=DecisionNews*"

pytestmark = pytest.mark.browser


@pytest.fixture
async def page(browser: Browser, site: Site) -> AsyncIterator[Page]:
    """A tab on the site. Whatever it does, it complains of nothing and asks no other host for anything."""
    said: list[str] = []
    async with await browser.new_context(base_url=site.address) as context:
        tab = await context.new_page()
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: request.url.startswith(site.address) or said.append(request.url))
        yield tab
    assert said == []


async def test_the_page_is_whole_without_a_script(browser: Browser, site: Site) -> None:
    await recorded(site, "1/QĐ-UBND", awards=2)
    async with await browser.new_context(base_url=site.address, java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto("/")
        await expect(page.get_by_role("listitem").filter(has_text="1/QĐ-UBND")).to_contain_text("2 lượt khen")
        await expect(page.get_by_text("trực tiếp")).to_be_hidden()
        await page.get_by_role("link", name=TITLE).click()
        await expect(page.get_by_role("table", name="Được khen thưởng")).to_contain_text("Lộc Văn 2")


async def test_a_decision_published_meanwhile_appears_at_the_top(page: Page, site: Site) -> None:
    await recorded(site, "900/QĐ-UBND")
    await page.goto("/")
    await expect(page.get_by_text("trực tiếp")).to_be_visible()
    key = await published(site.province, normalize("NFD", "Về việc tặng Bằng khen <b>đột xuất</b>"))
    first = page.locator(".decisions > li").first
    await expect(first).to_have_id(key)
    await expect(first).to_contain_text("1/QĐ-UBND")
    await expect(first).to_contain_text("1 lượt khen")
    await expect(first.get_by_role("link")).to_have_text("Về việc tặng Bằng khen <b>đột xuất</b>")
    await expect(page.locator(".decisions")).to_have_attribute("aria-live", "polite")
    live = await first.inner_text()
    await page.reload()
    assert await page.locator(f"[id={key}]").inner_text() == live, "as the server writes it"
    await first.get_by_role("link").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("đột xuất")


async def test_the_first_decision_takes_the_place_of_the_word_that_there_is_none(page: Page, site: Site) -> None:
    await page.goto("/")
    await expect(page.get_by_text("Chưa có quyết định nào")).to_be_visible()
    await expect(page.get_by_text("trực tiếp")).to_be_visible()
    await published(site.province)
    await expect(page.locator(".decisions > li")).to_have_count(1)
    await expect(page.get_by_text("Chưa có quyết định nào")).to_have_count(0)


async def test_nothing_is_missed_between_reading_the_page_and_listening(page: Page, site: Site) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def held(route: Route) -> None:
        begun.set()
        await go_on.wait()
        await route.continue_()

    await page.route("**/*.js", held)
    going = asyncio.create_task(page.goto("/"))
    await asyncio.wait_for(begun.wait(), HANGING)
    key = await published(site.province)
    go_on.set()
    await going
    await expect(page.locator(".decisions > li").first).to_have_id(key)


async def test_what_was_published_while_the_connection_was_lost_is_told_when_it_is_back(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "RETURN", (1_000, 1_000))
    await page.goto("/")
    await expect(page.get_by_text("trực tiếp")).to_be_visible()
    first = await published(site.province)
    await expect(page.locator(".decisions > li")).to_have_count(1)
    noted = (
        "new Promise(noted => new MutationObserver(() => live.hidden && noted(1)).observe(live, {attributes: true}))"
    )
    await page.get_by_text("trực tiếp").evaluate(f"live => {{ window.hidden = {noted} }}")
    async with page.expect_request(NEWS, timeout=1_000 * HANGING) as again:
        site.laurel.streams["portal"].leaving.set()
        await site.followed(by=0)
        second = await published(site.province)
        site.laurel.streams["portal"].leaving.clear()
    assert await page.evaluate("window.hidden") == 1
    assert "last-event-id" in await (await again.value).all_headers()
    items = page.locator(".decisions > li")
    await expect(items.first).to_have_id(second)
    assert [await item.get_attribute("id") for item in await items.all()] == [second, first]


async def test_a_cursor_of_another_history_has_the_list_read_again(page: Page, site: Site) -> None:
    await published(site.province)
    await recorded(site, "2/QĐ-UBND")

    async def restored(route: Route) -> None:
        """The page as it was kept from before the database was restored: another cursor, another list."""
        text = await (await route.fetch()).text()
        before, rest = text.split('data-after="', 1)
        _, rest = rest.split('"', 1)
        head, rest = rest.split(">", 1)
        _, rest = rest.split("</ul>", 1)
        await route.fulfill(body=f'{before}data-after="1-0000000000000000"{head}></ul>{rest}', content_type="text/html")

    await page.route(site.address + "/", restored)
    await page.goto("/")
    await expect(page.locator(".decisions > li .number")).to_have_text(["2/QĐ-UBND", "1/QĐ-UBND"])


async def test_no_page_scrolls_sideways_on_the_narrowest_phone(page: Page, site: Site) -> None:
    key = (await recorded(site, "3/QĐ-UBND", LONGEST, awards=2)).id
    posting = f"/lay-y-kien/{(await posted(site))['id']}"
    await page.set_viewport_size({"width": 320, "height": 640})
    for address in ("/", "/decisions", f"/decisions/Decision_{key}", posting, f"{posting}/gui-y-kien", "/xac-minh"):
        await page.goto(address)
        assert await page.evaluate("document.documentElement.scrollWidth") == 320
        outside = "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > 320).length"
        assert await page.evaluate(outside) == 0


async def test_axe_finds_nothing_to_mend(browser: Browser, site: Site) -> None:
    key = (await recorded(site, "4/QĐ-UBND", awards=2)).id
    posting = f"/lay-y-kien/{(await posted(site))['id']}"
    await write_demo_accounts(site)
    async with demonstration(site) as address, await browser.new_context(base_url=address) as context:
        page = await context.new_page()
        lists = "/", "/decisions", f"/decisions/Decision_{key}", posting
        paths = *lists, f"{posting}/gui-y-kien", "/xac-minh", "/nowhere"
        for path in paths:
            await page.goto(path)
            for width, scheme in ((320, "dark"), (1280, "light")):
                await page.set_viewport_size({"width": width, "height": 800})
                await page.emulate_media(color_scheme=scheme)
                found = (await Axe().run(page)).response["violations"]
                assert found == [], (path, width, orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())


async def test_a_citizen_comments_on_a_list_and_is_told_that_it_was_taken(browser: Browser, site: Site) -> None:
    posting = f"/lay-y-kien/{(await posted(site))['id']}"
    async with await browser.new_context(base_url=site.address, java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(posting)
        await page.get_by_role("link", name="gửi trực tuyến").click()
        await page.get_by_label("Phản đối").check()
        await page.get_by_label("Nội dung").fill("Cần xem lại thành tích năm 2025")
        await page.get_by_label("Họ và tên").fill(" ")
        await page.get_by_role("button").click()
        await expect(page.get_by_text("«Họ và tên» phải có từ 1 đến 200 ký tự")).to_be_visible()
        await expect(page.get_by_label("Nội dung")).to_have_value("Cần xem lại thành tích năm 2025")
        await page.get_by_label("Họ và tên").fill("Nông Thị Sen")
        await page.get_by_role("button").click()
        await expect(page.get_by_role("heading", name="Đã nhận ý kiến")).to_be_visible()
    assert await site.province.count(rows.PostingComment) == 1


async def test_somebody_with_a_certificate_types_its_code_and_reads_whose_it_is(browser: Browser, site: Site) -> None:
    await recorded(site, "6/QĐ-UBND")
    async with site.province.sessions() as session:
        code = str((await session.scalars(select(rows.Award.code))).one())
    async with await browser.new_context(base_url=site.address, java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto("/")
        await page.get_by_role("link", name="Xác minh").click()
        await page.get_by_label("Mã in trên bằng").fill(code[::-1])
        await page.get_by_role("button", name="Xác minh").click()
        await expect(page.get_by_role("heading", name="Mã không được nhận ra")).to_be_visible()
        await page.get_by_label("Mã in trên bằng").fill(code.lower())
        await page.get_by_role("button", name="Xác minh").click()
        await expect(page.get_by_text("Khen thưởng này có hiệu lực.")).to_be_visible()


async def test_everything_can_be_reached_and_seen_with_the_keyboard_alone(page: Page, site: Site) -> None:
    await recorded(site, "5/QĐ-UBND")
    await page.goto("/")
    reached = []
    for _ in range(await page.locator("a[href]").count()):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate("document.activeElement.getAttribute('href')"))
        assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert "/livez" in reached
    assert len(set(reached)) == len(reached)
