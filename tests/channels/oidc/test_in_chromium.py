"""A whole sign-in in a browser, by a provider on another site: which cookies come and go is the browser's to say."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.channels.oidc.conftest import VIEWER, House

ASK = """query => fetch("/web/graphql", {
  method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({query})
}).then(answer => answer.json()).then(said => said.data)"""


@pytest.mark.browser
async def test_a_browser_signs_in_by_a_provider_on_another_site(house: House, page: Page) -> None:
    await house.link("officer")
    elsewhere = house.provider.issuer.replace("127.0.0.1", "localhost")
    house.provider.metadata["authorization_endpoint"] = f"{elsewhere}/authorize"
    await page.goto(f"{house.site.address}/web/oidc/sso/sign-in?next=/decisions")
    assert page.url == f"{house.site.address}/decisions"
    assert await page.evaluate(ASK, VIEWER) == {"viewer": {"account": {"username": "officer"}}}
    kept = {cookie["name"]: cookie for cookie in await page.context.cookies()}
    assert {"laurel_web", "laurel_web_device"} == set(kept), "what the sign-in needed on its way is gone"
    assert (kept["laurel_web"]["sameSite"], kept["laurel_web"]["httpOnly"]) == ("Strict", True)
