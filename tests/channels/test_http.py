"""GraphQL over HTTP: status, media type and the exact list of errors of each request."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from graphql import get_introspection_query

from tests.channels.conftest import Site, codes

GRAPHQL = "application/graphql-response+json"


async def test_it_lives_and_is_ready(site: Site) -> None:
    assert (await site.http.get("/livez")).status_code == 200
    ready = await site.http.get("/readyz")
    assert (ready.status_code, ready.headers["cache-control"]) == (200, "no-store")


async def test_a_staff_query_is_answered(site: Site) -> None:
    answer = await site.ask("web", "{ viewer { audience channel } }", "officer")
    assert (answer.status_code, answer.json()) == (200, {"data": {"viewer": {"audience": "STAFF", "channel": "web"}}})
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers
    assert len(answer.headers["x-request-id"]) == 16
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_registered_query_goes_straight_through_in_one_statement(site: Site) -> None:
    before = site.laurel.pool.sent
    answer = await site.ask("portal", documentId="LatestDecisions")
    page = {"totalCount": 0, "pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": []}
    assert answer.json() == {"data": {"decisions": page}}
    assert site.laurel.pool.sent - before == 1


async def test_every_registered_query_goes_straight_through(site: Site) -> None:
    province = site.province
    dossier = await province.act("officer", "draftDossier", province.draft())
    dossier = await province.act("head", "submitDossier", {"id": dossier["id"], "expectedVersion": dossier["version"]})
    decision = await site.publish("7/QĐ-UBND")
    given = {
        "AwardsByAgency": {"year": 2025},
        "AwardsByType": {"year": 2025},
        "DossierSteps": {"id": dossier["id"]},
        "Decision": {"number": "7/qđ-ubnd"},
        "DecisionPage": {"id": decision},
        "MySecurityEvents": {"first": 5},
        "MySessions": {"first": 5},
        "PostingPage": {"id": decision},
        "Search": {"text": "quyết định"},
        "VerifyAward": {"code": "nobody's"},
    }
    for channel, who in (("portal", None), ("mobile", "nominee")):
        for name, text in site.laurel.admissions[channel].documents.texts.items():
            if name.startswith("sha256:") or "\nquery " not in f"\n{text}":
                continue
            before = site.laurel.pool.sent
            answer = await site.ask(channel, who=who, documentId=name, variables=given.get(name, {}))
            found = answer.json()["data"].values()
            assert all(root is not None for root in found) or name == "VerifyAward", name
            assert site.laurel.pool.sent - before == 1, name


@pytest.mark.parametrize(
    ("accept", "status", "media"),
    [
        (None, 200, "application/json"),
        ("*/*", 200, "application/json"),
        ("application/*;q=0.5", 200, "application/json"),
        ("application/json", 200, "application/json"),
        (GRAPHQL, 200, GRAPHQL),
        (f"application/json;q=0.9, {GRAPHQL}", 200, GRAPHQL),
        (f"{GRAPHQL};q=0.1, application/json", 200, "application/json"),
        ("text/csv", 406, "application/json"),
        ("text/html, application/json;q=0", 406, "application/json"),
        ("application/json;q=0, */*", 200, GRAPHQL),
        ("*/*;q=0.8, application/json;q=0.5", 200, GRAPHQL),
        (f"application/*;q=0.1, */*, {GRAPHQL};q=0", 200, "application/json"),
        ("*/*;q=0", 406, "application/json"),
        ("application/json;q=nan", 406, "application/json"),
        (",;,;q=1,", 406, "application/json"),
        ("text/event-stream", 422, "application/json"),
    ],
)
async def test_the_answer_comes_in_a_form_the_client_takes(
    site: Site, accept: str | None, status: int, media: str
) -> None:
    headers = {"Accept": accept} if accept else {}
    if accept is None:
        site.http.headers.pop("accept")
    answer = await site.ask("portal", documentId="LatestDecisions", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, f"{media}; charset=utf-8")


@pytest.mark.parametrize(
    ("body", "json_status", "graphql_status", "code"),
    [
        (b"NONSENSE", 400, 400, "BAD_JSON"),
        (b'{"query": 5}', 400, 400, "BAD_REQUEST"),
        (b"1", 422, 422, "UNPROCESSABLE"),
        (b"[]", 422, 422, "BATCH_DISABLED"),
        (b'{"query": "{"}', 200, 400, "PARSE_ERROR"),
        (b'{"query": "{ desicion }"}', 200, 400, "VALIDATION_FAILED"),
        (b'{"query": "query($n: Int!) { decisions(first: $n) { totalCount } }"}', 200, 400, "VALIDATION_FAILED"),
        (b'{"query": "query A { __typename } query B { __typename }"}', 422, 422, "OPERATION_AMBIGUOUS"),
        (b'{"query": "{ __typename }", "operationName": "X"}', 422, 422, "OPERATION_AMBIGUOUS"),
        (b'{"query": "subscription { decisionPublished { cursor } }"}', 422, 422, "STREAM_REQUIRED"),
        (b'{"query": "subscription { decisionPublished { cursor } __typename }"}', 422, 422, "ONE_ROOT_FIELD"),
        (b'{"documentId": "sha256:none"}', 404, 404, "DOCUMENT_NOT_FOUND"),
        (b'{"query": "' + b"a" * 200_000 + b'"}', 413, 413, "BODY_TOO_LARGE"),
    ],
)
async def test_each_wrong_request_has_its_status_and_one_error(
    site: Site, body: bytes, json_status: int, graphql_status: int, code: str
) -> None:
    bearer = await site.bearer("officer")
    for media, status in (("application/json", json_status), (GRAPHQL, graphql_status)):
        headers = bearer | {"Content-Type": "application/json", "Accept": media}
        answer = await site.http.post("/web/graphql", content=body, headers=headers)
        assert (answer.status_code, codes(answer)) == (status, [code])
        assert answer.headers["content-type"] == f"{media}; charset=utf-8"
        assert "data" not in answer.json()


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/graphql",
    ],
)
async def test_a_body_that_is_not_declared_as_json_is_415(site: Site, kind: str | None) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = await site.http.post("/portal/graphql", content=b'{"documentId": "LatestDecisions"}', headers=headers)
    assert (answer.status_code, codes(answer)) == (415, ["UNSUPPORTED_MEDIA_TYPE"])


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_other_methods_are_405_and_the_override_header_is_passed_over(site: Site, method: str) -> None:
    for media in ("*/*", "text/html"):
        headers = {"X-HTTP-Method-Override": "POST", "Accept": media}
        answer = await site.http.request(method, "/web/graphql", headers=headers)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("channel", ["portal", "mobile"])
async def test_channels_with_trusted_documents_refuse_every_other(site: Site, channel: str) -> None:
    who = "nominee" if channel == "mobile" else None
    answer = await site.ask(channel, "{ __typename }", who)
    assert (answer.status_code, codes(answer)) == (403, ["DOCUMENTS_ONLY"])


async def test_the_full_text_of_a_registered_document_is_taken_too(site: Site) -> None:
    text = site.laurel.admissions["portal"].documents.texts["LatestDecisions"]
    assert (await site.ask("portal", text)).json() == (await site.ask("portal", documentId="LatestDecisions")).json()
    both = await site.ask("portal", text, documentId="LatestDecisions")
    assert both.status_code == 200
    other = await site.ask("portal", text + " ", documentId="LatestDecisions")
    assert codes(other) == ["BAD_REQUEST"]


async def test_the_schema_is_shown_to_staff_on_the_web_channel_only(site: Site) -> None:
    text = '{ __schema { queryType { name } } __type(name: "Query") { name } }'
    staff = await site.ask("web", text, "officer")
    assert staff.json()["data"]["__type"] == {"name": "Query"}
    assert codes(await site.ask("web", text)) == ["INTROSPECTION_DISABLED"]
    assert codes(await site.ask("web", text, "nominee")) == ["INTROSPECTION_DISABLED"]


async def test_the_schema_may_not_be_asked_in_circles(site: Site) -> None:
    circle = "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }"
    assert codes(await site.ask("web", circle, "officer")) == ["TOO_DEEP"]
    tools = await site.ask("web", get_introspection_query(), "officer")
    assert "errors" not in tools.json()


async def test_suggestions_are_for_staff(site: Site) -> None:
    text = "mutation { signIn(input: { usernam: 1 }) { __typename } }"
    staff, stranger = await site.ask("web", text, "officer"), await site.ask("web", text)
    assert "Did you mean" in staff.text
    assert "Did you mean" not in stranger.text
    assert codes(stranger) == codes(staff)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{" + " ".join(f"alias{n}: __typename" for n in range(101)) + "}", "TOO_MANY_ALIASES"),
        ("{ __typename " + "@aa" * 11 + " }", "TOO_MANY_DIRECTIVES"),
        ("{" + "__typename " * 500 + "}", "TOO_MANY_ROOT_FIELDS"),
        ("{ decisions(first: 50) { nodes { awards(first: 50) { nodes { id } } } } }", "TOO_COSTLY"),
        ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "FRAGMENT_CYCLE"),
    ],
)
async def test_a_document_over_the_limits_is_one_error_without_numbers(site: Site, text: str, code: str) -> None:
    answer = await site.ask("web", text)
    assert (answer.status_code, codes(answer)) == (422, [code])
    assert answer.json()["errors"][0]["extensions"] == {"code": code}


@pytest.mark.parametrize("page", ["", "first: 0", "first: -1", "first: 101", "first: 99999999", "first: 1, last: 1"])
async def test_a_page_needs_a_size_within_bounds(site: Site, page: str) -> None:
    arguments = f"({page})" if page else ""
    answer = await site.ask("web", f"{{ decisions{arguments} {{ nodes {{ id }} }} }}", "officer")
    assert (answer.status_code, codes(answer)) == (200, ["BAD_PAGE"])


async def test_a_forged_cursor_is_refused(site: Site) -> None:
    for cursor in ("", "x", "W10=", "a" * 3_000):
        answer = await site.ask("web", f'{{ decisions(first: 1, after: "{cursor}") {{ nodes {{ id }} }} }}', "officer")
        assert codes(answer) == ["BAD_CURSOR"]


async def test_a_page_limit_is_the_channels_own(site: Site) -> None:
    assert codes(await site.ask("portal", documentId="GuidanceDocuments", variables={"first": 51})) == ["BAD_PAGE"]
    assert (await site.ask("portal", documentId="GuidanceDocuments", variables={"first": 50})).json()["data"]


async def test_a_fault_is_masked_and_carries_the_request_id(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("postgresql://owner:secret@db/laurel")

    monkeypatch.setattr(site.laurel.pool, "fetch", broken)
    answer = await site.ask("portal", documentId="LatestDecisions", headers={"X-Request-Id": "from-a-proxy-1"})
    assert (answer.status_code, codes(answer)) == (500, ["INTERNAL_ERROR"])
    assert answer.json()["errors"][0]["extensions"]["requestId"] == answer.headers["x-request-id"] == "from-a-proxy-1"
    assert "secret" not in answer.text


async def test_an_unsafe_request_id_is_replaced(site: Site) -> None:
    answer = await site.http.get("/web/graphql", headers={"X-Request-Id": "a b<script>"})
    assert len(answer.headers["x-request-id"]) == 16


async def test_the_log_tells_the_request_and_nothing_of_its_contents(
    site: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    await site.ask("portal", documentId="Decision\n\x1b[31m", variables={"number": "canary-0799"})
    await site.ask("web", "query A\u0041 { viewer { audience } }", "officer", variables={"x": "canary-0799"})
    said = "".join(capfd.readouterr())
    assert "canary" not in said
    assert "Bearer" not in said
    assert "\x1b[31mcanary" not in said


async def test_concurrent_clients_share_nothing(site: Site) -> None:
    officer, nominee = await site.bearer("officer"), await site.bearer("nominee")
    text = site.laurel.admissions["mobile"].documents.texts["MyDossiers"]

    async def asked(channel: str, headers: dict[str, str], text: str = text) -> httpx.Response:
        return await site.http.post(f"/{channel}/graphql", json={"query": text}, headers=headers)

    assert (await asked("web", officer)).status_code == 200
    assert (await asked("mobile", nominee)).status_code == 200
    assert codes(await asked("mobile", officer)) == ["FORBIDDEN"]
    assert codes(await asked("web", nominee, text.partition("\n")[2])) == ["FORBIDDEN"]
