"""What is done by a lent role: on whose behalf, what bars either bars both, and who signs."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

import models as rows
from tests.province import Province
from tests.schema.chamber import Chamber
from tests.schema.journey import awaiting_decision, step, stepped
from tests.schema.lending import again, lending, lent, received, staffed
from tests.schema.refusing import refused


@pytest.fixture
async def province(province: Province) -> Province:
    """The province with a deputy to lend to."""
    return await staffed(province)


async def test_what_is_done_by_a_lent_role_is_said_to_be_on_behalf_of_its_holder(province: Province) -> None:
    dossier = await received(province)
    assert (await province.act("deputy", "holdDossier", step(dossier, reason="x")))["__typename"] == "NotFound"
    await lent(province)
    held = await stepped(province, "deputy", "holdDossier", dossier, reason="Chờ kết luận thanh tra")
    assert held["status"] == "HELD"
    async with province.sessions() as session:
        entry = await session.scalar(select(rows.Entry).where(rows.Entry.act == "HOLD"))
        row = await session.scalar(select(rows.Dossier))
    assert entry is not None
    assert row is not None
    deputy, chief = (str(province.viewers[who].account_id) for who in ("deputy", "chief"))
    assert (str(entry.actor_id), entry.data["onBehalfOf"]) == (deputy, chief)
    assert row.actors["HOLD"] == sorted([deputy, chief])


async def test_an_act_in_ones_own_role_is_on_nobodys_behalf(province: Province) -> None:
    await received(province)
    async with province.sessions() as session:
        entries = list(await session.scalars(select(rows.Entry).where(rows.Entry.subject_kind == "Dossier")))
    assert [entry.act for entry in entries if "onBehalfOf" in entry.data] == []


async def test_whoever_lends_and_whoever_is_lent_stand_apart_from_what_either_did(province: Province) -> None:
    await lent(province, "officer", role="UNIT_OFFICER", agency="H37.10")
    mine = await province.act("deputy", "draftDossier", province.draft())
    dossier = await stepped(province, "head", "submitDossier", mine)
    await lent(province, "desk", role="ONE_STOP")
    refusal = await refused(province, "deputy", "receiveDossier", step(dossier))
    assert (refusal["__typename"], refusal["taken"]) == ("SeparationOfDuties", ["DRAFT"])
    done = await province.act("desk", "delegateRole", lending("ONE_STOP", to="officer"))
    assert done["__typename"] == "Delegation"
    await again(province, "officer")
    refusal = await refused(province, "officer", "receiveDossier", step(dossier))
    assert (refusal["__typename"], refusal["taken"]) == ("SeparationOfDuties", ["DRAFT"]), "on the officer's behalf"


async def test_a_conflict_of_interest_of_either_bars_both(province: Province) -> None:
    dossier = await awaiting_decision(province)
    await lent(province, "chairman", role="CHAIRMAN", agency="H37")
    dossier = await stepped(province, "chairman", "declareInterest", dossier, reason="Người thân")
    for who in ("chairman", "deputy"):
        refusal = await refused(province, who, "issueDecision", step(dossier, title="Quyết định"))
        assert refusal["__typename"] == "ConflictOfInterest"


async def test_ones_own_nomination_bars_whoever_stands_in(province: Province) -> None:
    dossier = await awaiting_decision(province)
    async with province.sessions.begin() as session:
        await session.execute(update(rows.Account).values(nominee_id=None))
        chairman = rows.Account.username == "chairman"
        await session.execute(update(rows.Account).where(chairman).values(nominee_id=province.nominees["an"]))
    await lent(province, "chairman", role="CHAIRMAN", agency="H37")
    refusal = await refused(province, "deputy", "issueDecision", step(dossier, title="Quyết định"))
    assert refusal["__typename"] == "ConflictOfInterest"


async def test_a_decision_is_signed_by_whoever_was_lent_the_office_on_that_day(province: Province) -> None:
    dossier = await awaiting_decision(province)
    await lent(province, "chairman", role="CHAIRMAN", agency="H37")
    done = await stepped(province, "deputy", "issueDecision", dossier, title="Về việc tặng Bằng khen")
    assert done["__typename"] == "Decision", done


BEHALF = """query($id: ID!) { node(id: $id) { ... on %s { events(first: 20) {
  nodes { act version reason actor { username } onBehalfOf { username } } } } } }"""


async def events(province: Province, who: str | None, row: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    """What was done with a row, by whom and on whose behalf."""
    kind = row["id"].partition("_")[0]
    answer = await province.ask(who, BEHALF % kind, {"id": row["id"]})
    assert "errors" not in answer, answer
    nodes = answer["data"]["node"]["events"]["nodes"]
    return [(each["act"], each["actor"]["username"], (each["onBehalfOf"] or {}).get("username")) for each in nodes]


async def test_the_timeline_of_a_dossier_says_on_whose_behalf_to_staff_alone(province: Province) -> None:
    dossier = await received(province)
    await lent(province)
    await stepped(province, "deputy", "holdDossier", dossier, reason="Chờ kết luận thanh tra")
    assert (await events(province, "officer", dossier))[-2:] == [("RECEIVE", "desk", None), ("HOLD", "deputy", "chief")]
    asked = "{ dossiers(first: 1) { nodes { lastEvent { act actor { username } onBehalfOf { username } } } } }"
    (seen,) = (await province.ask("nominee", asked))["data"]["dossiers"]["nodes"]
    assert seen["lastEvent"] == {"act": "HOLD", "actor": None, "onBehalfOf": None}


async def test_what_is_done_with_a_decision_says_on_whose_behalf_to_staff_alone(province: Province) -> None:
    await lent(province, "chairman", role="CHAIRMAN", agency="H37")
    dossier = await awaiting_decision(province)
    decision = await stepped(province, "deputy", "issueDecision", dossier, title="Về việc tặng Bằng khen")
    await lent(province, "chief", role="OFFICE_HEAD")
    await stepped(province, "deputy", "publishDecision", decision)
    done = [("ISSUE_DECISION", "deputy", "chairman"), ("PUBLISH_DECISION", "deputy", "chief")]
    assert await events(province, "officer", decision) == done
    assert await events(province, None, decision) == []
    assert await events(province, "nominee", decision) == []


async def test_what_is_done_at_a_sitting_says_on_whose_behalf(chamber: Chamber) -> None:
    province = chamber.province
    await lent(province, "secretary", role="SECRETARY")
    session = await chamber.convene(await awaiting_decision(province))
    await stepped(province, "deputy", "openSession", session)
    done = [("CONVENE_SESSION", "secretary", None), ("OPEN_SESSION", "deputy", "secretary")]
    assert await events(province, "chief", session) == done


async def test_an_opinion_given_by_a_lent_role_is_on_behalf_of_its_holder(province: Province) -> None:
    dossier = await awaiting_decision(province)
    await stepped(province, "chief", "requestOpinions", dossier, agencies=["H37.11"], question="Chấp hành pháp luật")
    await lent(province, "stranger", role="UNIT_OFFICER", agency="H37.11")
    asked = "{ opinionRequests(first: 1) { nodes { id version } } }"
    (request,) = (await province.ask("deputy", asked))["data"]["opinionRequests"]["nodes"]
    await stepped(province, "deputy", "answerOpinion", request, answer="AGREE")
    async with province.sessions() as session:
        entry = (await session.scalars(select(rows.Entry).where(rows.Entry.act == "ANSWER_OPINION"))).one()
    assert entry.on_behalf_of_id == province.viewers["stranger"].account_id
