"""Kept answers by HTTP: what each method and media type gets, and that nobody gets another's."""

from __future__ import annotations

from tests.channels.conftest import Site
from tests.channels.kept import LATEST
from tests.channels.public import recorded


async def test_another_media_type_is_another_representation_with_a_tag_of_its_own(site: Site) -> None:
    plain = await site.http.get(LATEST, headers={"Accept": "application/json"})
    graphql = await site.http.get(LATEST, headers={"Accept": "application/graphql-response+json"})
    assert plain.content == graphql.content
    assert plain.headers["etag"] != graphql.headers["etag"]
    assert plain.headers["vary"] == graphql.headers["vary"] == "Accept"
    other = {"Accept": "application/json", "If-None-Match": graphql.headers["etag"]}
    assert (await site.http.get(LATEST, headers=other)).status_code == 200


async def test_head_says_what_get_would_without_its_body(site: Site) -> None:
    full = await site.http.get(LATEST)
    for _ in range(2):
        head = await site.http.head(LATEST)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-length", "content-type", "etag", "cache-control", "vary"):
            assert head.headers[name] == full.headers[name]
    tag = {"If-None-Match": full.headers["etag"]}
    assert (await site.http.head(LATEST, headers=tag)).status_code == 304
    assert (await site.http.head("/portal/graphql")).status_code == 405


async def test_an_empty_post_is_not_the_get_whose_query_it_bears(site: Site) -> None:
    assert (await site.http.get(LATEST)).status_code == 200
    json = {"Content-Type": "application/json"}
    assert (await site.http.post(LATEST, content=b"", headers=json)).status_code == 400


async def test_n_a26_an_officer_first_and_the_public_second_get_what_is_theirs(site: Site) -> None:
    """N-A26: what is kept for one is never given to another, and no cache between may give it."""
    await recorded(site, "11/QĐ-UBND", "Chưa công bố", status="ISSUED", published_at=None)
    query = "{ decisions(first: 20, orderBy: PUBLISHED) { nodes { number } } }"
    officer = await site.ask("web", query, "chief")
    assert "11/QĐ-UBND" in officer.text
    assert officer.headers["cache-control"] == "no-store"
    bearer = await site.bearer("chief")
    for headers in (bearer, {}, bearer, {}):
        answer = await site.http.get(LATEST, headers=headers)
        assert "11/QĐ-UBND" not in answer.text
        if headers:
            assert (answer.status_code, answer.headers["cache-control"]) == (403, "no-store")
        else:
            assert (answer.status_code, answer.headers["vary"]) == (200, "Accept")
    cookie = {"Cookie": f"laurel_web={await site.token('chief')}"}
    assert "11/QĐ-UBND" not in (await site.http.get(LATEST, headers=cookie)).text
    for channel in ("web", "mobile"):
        private = await site.http.get(f"/{channel}/graphql?documentId=LatestDecisions")
        assert private.headers["cache-control"] == "no-store"
