"""From a draft to an announced award, through the schema: the acts, what they leave behind, and who sees what."""

from __future__ import annotations

import asyncio
import re

import models as rows
from tests.province import Province
from tests.schema.journey import awaiting_decision, drafted, issued, stepped


async def test_a_draft_becomes_an_announced_award(province: Province) -> None:
    dossier = await drafted(province)
    assert (dossier["__typename"], dossier["status"], dossier["version"], dossier["code"]) == (
        "Dossier",
        "DRAFT",
        1,
        None,
    )
    dossier = await stepped(province, "head", "submitDossier", dossier)
    assert (dossier["status"], dossier["code"]) == ("SUBMITTED", None)
    dossier = await stepped(province, "desk", "receiveDossier", dossier)
    assert dossier["status"] == "RECEIVED"
    assert re.fullmatch(r"H37\.02-\d{6}-0001", dossier["code"])
    dossier = await stepped(province, "chief", "assignAppraiser", dossier, appraiser="appraiser")
    assert dossier["status"] == "ASSIGNED"
    (line,) = dossier["lines"]["nodes"]
    dossier = await stepped(province, "appraiser", "appraiseLine", dossier, lineId=line["id"], eligible=True)
    assert (dossier["status"], dossier["lines"]["nodes"][0]["outcome"]) == ("SIGNING", "ELIGIBLE")
    decision = await stepped(province, "chairman", "issueDecision", dossier, title="Về việc tặng Bằng khen")
    assert (decision["number"], decision["status"]) == ("1/QĐ-UBND", "ISSUED")
    decision = await stepped(province, "chief", "publishDecision", decision)
    assert (decision["status"], decision["awards"]["nodes"][0]["recipient"]["name"]) == ("PUBLISHED", "Hoàng Thị An")


async def test_each_change_leaves_one_entry_and_the_timeline_tells_them_in_order(province: Province) -> None:
    decision = await issued(province)
    await stepped(province, "chief", "publishDecision", decision)
    said = await province.ask(
        "officer",
        "{ dossiers(first: 1) { nodes { status version events(first: 20) { nodes { act version status } } } } }",
    )
    (dossier,) = said["data"]["dossiers"]["nodes"]
    events = dossier["events"]["nodes"]
    assert [event["act"] for event in events] == [
        "DRAFT", "SUBMIT", "RECEIVE", "ASSIGN", "PASS_APPRAISAL", "DECIDE", "PUBLISH",
    ]  # fmt: skip
    assert [event["version"] for event in events] == [1, 2, 3, 4, 5, 6, 7]
    assert (dossier["status"], dossier["version"]) == ("PUBLISHED", 7)
    assert await province.count(rows.Entry) == 7 + 2, "seven of the dossier, two of the decision"


async def test_the_public_finds_a_decision_once_it_is_published_and_not_before(province: Province) -> None:
    decision = await issued(province)
    asked = '{ decision(number: "1/qđ-ubnd") { number awards(first: 5) { nodes { recipient { name } } } } }'
    assert (await province.ask(None, asked))["data"]["decision"] is None
    await stepped(province, "chief", "publishDecision", decision)
    found = (await province.ask(None, asked))["data"]["decision"]
    assert found == {"number": "1/QĐ-UBND", "awards": {"nodes": [{"recipient": {"name": "Hoàng Thị An"}}]}}


async def test_a_nominee_sees_their_dossier_from_its_submission_and_only_their_own_line(province: Province) -> None:
    asked = "{ dossiers(first: 5) { totalCount nodes { lines(first: 5) { nodes { nominee { name } } } } } }"
    dossier = await drafted(province, lines=[province.line("an"), province.line("binh")])
    assert (await province.ask("nominee", asked))["data"]["dossiers"]["totalCount"] == 0
    await stepped(province, "officer", "submitDossier", dossier)
    (seen,) = (await province.ask("nominee", asked))["data"]["dossiers"]["nodes"]
    assert seen["lines"]["nodes"] == [{"nominee": {"name": "Hoàng Thị An"}}]


async def test_twenty_decisions_issued_at_once_get_twenty_numbers_without_a_gap(province: Province) -> None:
    dossiers = [await awaiting_decision(province) for _ in range(20)]
    decisions = await asyncio.gather(
        *(
            stepped(province, "chairman", "issueDecision", dossier, title="Về việc tặng Bằng khen")
            for dossier in dossiers
        )
    )
    assert sorted(int(decision["number"].partition("/")[0]) for decision in decisions) == list(range(1, 21))


async def test_twenty_dossiers_received_at_once_get_twenty_codes(province: Province) -> None:
    drafts = [await drafted(province) for _ in range(20)]
    submitted = [await stepped(province, "officer", "submitDossier", draft) for draft in drafts]
    received = await asyncio.gather(*(stepped(province, "desk", "receiveDossier", dossier) for dossier in submitted))
    assert sorted(dossier["code"][-4:] for dossier in received) == [f"{number:04d}" for number in range(1, 21)]


async def test_a_dry_run_says_what_would_happen_and_writes_nothing(province: Province) -> None:
    dossier = await drafted(province)
    dossier = await stepped(province, "officer", "submitDossier", dossier)
    entries = await province.count(rows.Entry)
    rehearsed = await stepped(province, "desk", "receiveDossier", dossier, dryRun=True)
    assert (rehearsed["status"], rehearsed["code"][-5:]) == ("RECEIVED", "-0001")
    assert await province.count(rows.Entry) == entries
    assert await province.count(rows.DossierCodeCount) == 0
    again = await stepped(province, "desk", "receiveDossier", dossier)
    assert again["code"][-5:] == "-0001"
