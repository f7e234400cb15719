"""`X-Laurel-Explain`: staff are told how their answer came about; nobody else is, and no value is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.channels.conftest import Site

ASK = {"X-Laurel-Explain": "1"}
PLANS = {"X-Laurel-Explain": "plan"}
STRAIGHT = """query($text: String) {
  decisions(first: 2, filter: {text: $text}) { totalCount nodes { number agency { name } } }
}"""
CANARY = "canary-0799"


async def explained(site: Site, query: str, headers: dict[str, str] = ASK, who: str = "chief", **more: Any) -> Any:
    """What is told beside an answer that is otherwise as ever."""
    plain = (await site.ask("web", query, who, **more)).json()
    answer = await site.ask("web", query, who, headers=headers, **more)
    assert answer.headers["cache-control"] == "no-store"
    said = answer.json()
    told = said.pop("extensions")
    assert said == plain
    assert set(told) == {"explain"}
    return told["explain"]


async def test_a_document_answered_from_rows_is_told_as_one_statement(site: Site) -> None:
    before = site.laurel.pool.sent
    told = await explained(site, STRAIGHT, variables={"text": CANARY})
    assert site.laurel.pool.sent - before == 2  # asked twice, once without the header
    assert (told["path"], told["statements"], len(told["sql"])) == ("STRAIGHT", 1, 1)
    (sql,) = told["sql"]
    assert set(sql) == {"text", "plan", "parameters", "milliseconds"}
    assert "FROM decision" in sql["text"]
    assert sql["parameters"] == ["TEXT"]


async def test_every_stage_has_its_time_and_none_is_longer_than_the_whole(site: Site) -> None:
    spent = (await explained(site, STRAIGHT))["milliseconds"]
    assert list(spent) == ["gate", "document", "variables", "plan", "database", "splice", "total"]
    assert all(0 <= stage <= spent["total"] for stage in spent.values())
    assert spent["database"] > 0
    assert spent["splice"] == 0


async def test_a_plan_is_made_once_and_then_kept(site: Site) -> None:
    query = "{ decisions(first: 17) { nodes { id } } }"
    asked = [(await site.ask("web", query, "chief", headers=ASK)).json() for _ in range(2)]
    assert [one["extensions"]["explain"]["sql"][0]["plan"] for one in asked] == ["MADE", "KEPT"]
    made, kept = (one["extensions"]["explain"]["milliseconds"]["plan"] for one in asked)
    assert made > kept == 0


async def test_what_is_counted_outside_is_counted_all_the_same(site: Site) -> None:
    planned = site.laurel.engine.planned
    await site.ask("web", "{ decisions(first: 18) { nodes { id } } }", "chief", headers=ASK)
    assert site.laurel.engine.planned == planned + 1


async def test_a_mixed_document_is_one_statement_beside_python(site: Site) -> None:
    told = await explained(
        site, "{ viewer { audience } decisions(first: 1) { totalCount } awards(first: 1) { totalCount } }"
    )
    assert (told["path"], told["statements"]) == ("EXECUTOR", 1)
    assert all(f"FROM {table}" in told["sql"][0]["text"] for table in ("award", "decision"))


async def test_python_alone_sends_no_statement(site: Site) -> None:
    told = await explained(site, "{ viewer { audience } }")
    assert (told["path"], told["statements"], told["sql"]) == ("EXECUTOR", 0, [])


async def test_splicing_has_its_time_where_python_computes(site: Site) -> None:
    await site.province.act("officer", "draftDossier", site.province.draft())
    told = await explained(site, "{ dossiers(first: 1) { nodes { daysLeft clock } } }", who="officer")
    assert told["statements"] == 1
    assert told["milliseconds"]["splice"] > 0


@pytest.mark.parametrize("headers", [ASK, PLANS])
async def test_no_value_is_told(site: Site, headers: dict[str, str]) -> None:
    literal = STRAIGHT.replace("($text: String)", "").replace("$text", f'"{CANARY}"')
    mixed = STRAIGHT.replace("decisions", "viewer { audience } decisions", 1)
    for query in (STRAIGHT, literal, mixed):
        given = {"text": CANARY} if query is not literal else {}
        answer = await site.ask("web", query, "officer", headers=headers, variables=given)
        assert answer.json()["extensions"]["explain"]["statements"] == 1
        for value in (CANARY, str(site.province.viewers["officer"].account_id), "h37.culture"):
            assert value not in answer.text


async def test_postgresql_s_plan_is_told_where_it_is_asked_for(site: Site) -> None:
    told = await explained(site, STRAIGHT, PLANS, variables={"text": CANARY})
    (sql,) = told["sql"]
    assert told["statements"] == 1
    assert any("decision" in line for line in sql["postgresql"])
    assert not any("cost=" in line or "actual" in line for line in sql["postgresql"])
    again = await explained(site, STRAIGHT, PLANS, variables={"text": CANARY})
    assert again["sql"][0]["postgresql"] == sql["postgresql"]


async def test_an_act_is_told_by_what_its_reply_reads(site: Site) -> None:
    query = "mutation($input: DraftDossierInput!) { draftDossier(input: $input) { ... on Dossier { title } } }"
    given = {"input": site.province.draft(idempotencyKey="01909d3e-6a4e-7c3f-9b41-0242ac120002", title=CANARY)}
    answer = await site.ask("web", query, "officer", headers=ASK, variables=given)
    told = answer.json()["extensions"]["explain"]
    assert answer.json()["data"]["draftDossier"] == {"title": CANARY}
    assert (told["path"], told["statements"]) == ("EXECUTOR", 1)


async def test_errors_stay_beside_it(site: Site) -> None:
    said = (await site.ask("web", "{ decisions(first: 0) { totalCount } }", "chief", headers=ASK)).json()
    assert set(said) == {"data", "errors", "extensions"}
    assert said["extensions"]["explain"]["statements"] == 0


@pytest.mark.parametrize("said", ["", "0", "yes", "analyze", "1, plan"])
async def test_another_word_asks_for_nothing(site: Site, said: str) -> None:
    answer = await site.ask("web", STRAIGHT, "chief", headers={"X-Laurel-Explain": said})
    assert set(answer.json()) == {"data"}


@pytest.mark.parametrize("headers", [ASK, PLANS])
async def test_nobody_else_is_told(site: Site, headers: dict[str, str]) -> None:
    public = await site.ask("portal", documentId="LatestDecisions", headers=headers)
    kept = await site.http.get("/portal/graphql?documentId=LatestDecisions", headers=headers)
    nominee = await site.ask("mobile", documentId="MyDossiers", who="nominee", headers=headers)
    for answer in (public, kept, nominee):
        assert set(answer.json()) == {"data"}
        assert "SELECT" not in answer.text
    for who in (None, "nominee"):
        refused = await site.ask("web", STRAIGHT, who, headers=headers)
        assert set(refused.json()) == {"errors"}
    stranger = await site.ask("web", "mutation { __typename }", headers=headers)
    assert set(stranger.json()) == {"data"}
