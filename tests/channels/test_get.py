"""GraphQL by GET: registered documents that may be kept, and what is only for POST."""

from __future__ import annotations

import pytest

from tests.channels.conftest import Site, codes


async def test_get_takes_registered_documents_and_lets_them_be_kept(site: Site) -> None:
    answer = await site.http.get(
        "/portal/graphql", params={"documentId": "LatestDecisions", "variables": '{"first": 3}'}
    )
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=5, stale-while-revalidate=30"
    assert answer.headers["vary"] == "Accept"
    again = await site.http.get(
        "/portal/graphql",
        params={"documentId": "LatestDecisions", "variables": '{"first": 3}'},
        headers={"If-None-Match": answer.headers["etag"]},
    )
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])


async def test_a_get_that_went_wrong_is_never_kept(site: Site) -> None:
    answer = await site.http.get(
        "/portal/graphql", params={"documentId": "LatestDecisions", "variables": '{"first": 0}'}
    )
    assert codes(answer) == ["BAD_PAGE"]
    assert (answer.headers["cache-control"], "etag" in answer.headers) == ("no-store", False)


@pytest.mark.parametrize(
    ("channel", "params", "status", "code"),
    [
        ("portal", {"query": "{ __typename }"}, 405, "METHOD_NOT_ALLOWED"),
        ("web", {"query": "{ __typename }"}, 405, "METHOD_NOT_ALLOWED"),
        ("web", {"query": "mutation { __typename }"}, 405, "METHOD_NOT_ALLOWED"),
        (
            "mobile",
            {"documentId": "SignIn", "variables": '{"input":{"username":"a","password":"b"}}'},
            405,
            "METHOD_NOT_ALLOWED",
        ),
        ("portal", {"documentId": "Nothing"}, 404, "DOCUMENT_NOT_FOUND"),
        ("portal", {"documentId": "LatestDecisions", "variables": "{"}, 400, "BAD_JSON"),
        ("portal", {"documentId": "LatestDecisions", "variables": "[1]"}, 400, "BAD_REQUEST"),
        ("portal", {"documentId": "LatestDecisions", "x": "y" * 5_000}, 414, "URL_TOO_LONG"),
        ("portal", {}, 405, "METHOD_NOT_ALLOWED"),
    ],
)
async def test_what_may_not_be_asked_by_get(
    site: Site, channel: str, params: dict[str, str], status: int, code: str
) -> None:
    answer = await site.http.get(f"/{channel}/graphql", params=params)
    assert (answer.status_code, codes(answer)) == (status, [code])
    if status == 405:
        assert answer.headers["allow"] == "POST"


async def test_a_mutation_by_get_is_405_for_staff_too_and_does_nothing(site: Site) -> None:
    answer = await site.http.get(
        "/web/graphql", params={"query": "mutation { __typename }"}, headers=await site.bearer("officer")
    )
    assert (answer.status_code, answer.headers["allow"], codes(answer)) == (405, "POST", ["METHOD_NOT_ALLOWED"])


async def test_a_bearer_may_send_a_whole_query_by_get(site: Site) -> None:
    answer = await site.http.get("/web/graphql?query={__typename}", headers=await site.bearer("officer"))
    assert (answer.status_code, answer.json()) == (200, {"data": {"__typename": "Query"}})


async def test_an_operation_without_a_name_is_asked_for_by_none_or_an_empty_one(site: Site) -> None:
    """GraphQL over HTTP has an empty operationName in an address be none; another is a name."""
    for said, status in (("", 200), ("LatestDecisions", 200), ("null", 422), ("latestDecisions", 422)):
        answer = await site.http.get(f"/portal/graphql?documentId=LatestDecisions&operationName={said}")
        assert answer.status_code == status, said
