"""Every address that takes a POST, asked by a page not ours with its visitor's cookies (N-J10): nothing is done."""

from __future__ import annotations

import pytest
from starlette.routing import Route

from channels.app import create_app
from tests.channels.oidc.conftest import VIEWER, House

SENT = {
    "/web/graphql": ("application/json", b'{"query": "mutation { revokeOtherSessions { __typename } }"}'),
    "/mobile/graphql": ("application/json", b'{"documentId": "SignOut"}'),
    "/portal/graphql": ("text/plain", b'{"documentId": "StartPage"}'),
    "/web/files/{id}": ("", b""),
    "/web/files": ("application/pdf", b"%PDF-1.7"),
    "/lay-y-kien/{id}/gui-y-kien": ("application/x-www-form-urlencoded", b"kind=SUPPORT&text=a&authorName=b"),
    **{f"/web/oidc/{name}/{act}": ("", b"") for name in ("sso", "other") for act in ("link", "sign-out")},
    **{f"/mobile/oidc/citizen/{act}": ("", b"") for act in ("link", "sign-out")},
}
"""What a page might send there; `back-channel-logout` is the provider's, which shows that by a signature."""
REFUSED = (400, 403, 404, 405, 415, 422)
FOREIGN = [
    *("https://evil.example", "null", "", "http://[", "https://[::1", "//", "data:,", "file:///", "http://", "K"),
    *("{own}.evil.example", "{own}1", "{own}/", "{own}:80", "ftp{own}", "{own}, {own}", "http://evil.{host}"),
    *("https://evil@{host}", "http://{host}@evil.example", "http://evil.example?{own}", "http://127.0.0.1.:{port}"),
]


def test_every_address_that_takes_a_post_is_tried(house: House) -> None:
    routes = [route for route in create_app(house.laurel.settings).routes if isinstance(route, Route)]
    posted = {route.path for route in routes if route.methods is None or "POST" in route.methods}
    assert {path for path in posted if not path.endswith("/back-channel-logout")} == SENT.keys()


@pytest.mark.parametrize("path", SENT)
async def test_n_j10_no_page_but_our_own_has_anything_done_by_its_visitors_cookies(house: House, path: str) -> None:
    site, (media, body) = house.site, SENT[path]
    web, mobile = await site.token("officer"), await site.token("nominee")
    address = site.address + path.replace("{id}", "PublicPosting_00000000-0000-7000-8000-000000000000")
    host = site.address.removeprefix("http://")
    parts = {"own": site.address, "host": host, "port": host.rpartition(":")[2]}
    for origin in FOREIGN:
        headers = {"Cookie": f"laurel_web={web}; laurel_mobile={mobile}", "Origin": origin.format(**parts)}
        answer = await site.http.post(address, content=body, headers=headers | {"Content-Type": media})
        assert answer.status_code in REFUSED, (origin, answer.text)
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"}):
        own = {"Cookie": f"laurel_web={web}; laurel_mobile={mobile}", "Content-Type": media}
        answer = await site.http.post(address, content=body, headers=own | headers)
        assert answer.status_code in REFUSED, (headers, answer.text)
    here = {"Authorization": f"Bearer {web}"}
    assert (await site.http.post("/web/graphql", json={"query": VIEWER}, headers=here)).status_code == 200
    there = {"Authorization": f"Bearer {mobile}"}
    asked = {"documentId": "MyDossiers"}
    assert (await site.http.post("/mobile/graphql", json=asked, headers=there)).status_code == 200
