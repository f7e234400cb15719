"""Another list of cases for a supplement: what a council, a public list or an appraisal has seen is not taken away."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

import models as rows
from tests.province import Province
from tests.schema.chamber import VOTERS, Chamber, appraised, dossier_of, outcomes, step
from tests.schema.journey import stepped
from tests.schema.refusing import refused
from tests.schema.test_council_leaving import agenda
from tests.schema.test_steps import appraised as assigned

REASON = "Cần làm rõ thành tích"
LINES = """query($id: ID!) { dossier(id: $id) { lines(first: 9) {
  nodes { id position citation outcome nominee { name } awardType { code } } } } }"""


async def cases(province: Province, dossier: dict[str, Any]) -> list[dict[str, Any]]:
    """The cases of a dossier as its officer reads them."""
    answer = await province.ask("officer", LINES, {"id": dossier["id"]})
    return list(answer["data"]["dossier"]["lines"]["nodes"])


async def asked(province: Province, dossier: dict[str, Any], who: str = "chief") -> dict[str, Any]:
    """A dossier whose supplement was asked for."""
    return await stepped(province, who, "requestSupplement", dossier, reason=REASON)


def reworded(province: Province, *nominees: str) -> list[dict[str, Any]]:
    """These cases with another citation."""
    return [province.line(nominee) | {"citation": "Có thành tích đã được xác nhận"} for nominee in nominees]


async def test_what_is_on_an_agenda_is_neither_removed_nor_joined_by_others(chamber: Chamber) -> None:
    province = chamber.province
    session = await chamber.opened(await appraised(province, "an", "binh"))
    dossier = await asked(province, await dossier_of(chamber, session["agenda"]["nodes"][0]["dossier"]), "secretary")
    for lines in ([province.line("an")], [], [province.line(one) for one in ("an", "binh", "team")]):
        wrong = await refused(province, "officer", "amendDossier", step(dossier, lines=lines))
        assert (wrong["rule"], wrong["article"]) == ("CASES_APPRAISED", "Law 06/2022 art 84")
        assert wrong["remedy"] == "withdrawDossier"
    other_year = [province.line("an") | {"achievementYear": 2024}, province.line("binh")]
    assert (await refused(province, "officer", "amendDossier", step(dossier, lines=other_year)))["remedy"]
    assert await agenda(chamber, session) == ["PENDING", "PENDING"]


async def test_a_corrected_citation_comes_off_the_agenda_and_the_council_is_asked_anew(chamber: Chamber) -> None:
    province = chamber.province
    session = await chamber.present(await chamber.opened(await appraised(province, "an", "binh")), *VOTERS)
    for who in VOTERS:
        await chamber.vote(who, session, "YES")
    dossier = await asked(province, await dossier_of(chamber, session["agenda"]["nodes"][0]["dossier"]), "secretary")
    before = await cases(province, dossier)
    lines = [*reworded(province, "an"), province.line("binh")]
    dossier = await stepped(province, "officer", "amendDossier", dossier, lines=lines)
    after = await cases(province, dossier)
    assert [case["id"] for case in after] == [case["id"] for case in before]
    assert [case["outcome"] for case in after] == ["ELIGIBLE", "ELIGIBLE"]
    assert [case["citation"] for case in after] == [line["citation"] for line in lines]
    assert await agenda(chamber, session) == ["TAKEN_OFF", "TAKEN_OFF"]
    dossier = await stepped(province, "head", "supplementDossier", dossier)
    assert dossier["status"] == "COUNCIL"
    again = await chamber.present(await chamber.opened(dossier), *VOTERS)
    for who in VOTERS:
        for place in (1, 2):
            await chamber.vote(who, again, "YES", place)
    assert (await chamber.close(again))["status"] == "CLOSED"
    done = await dossier_of(chamber, dossier)
    assert (done["status"], outcomes(done)) == ("SIGNING", ["PASSED", "PASSED"])


async def test_the_same_list_said_again_stays_on_the_agenda(chamber: Chamber) -> None:
    session = await chamber.opened(await appraised(chamber.province))
    dossier = await dossier_of(chamber, session["agenda"]["nodes"][0]["dossier"])
    dossier = await asked(chamber.province, dossier, "secretary")
    lines = [chamber.province.line("an")]
    await stepped(chamber.province, "officer", "amendDossier", dossier, lines=lines)
    assert await agenda(chamber, session) == ["PENDING"]


async def test_a_rehearsed_correction_takes_nothing_off(chamber: Chamber) -> None:
    session = await chamber.opened(await appraised(chamber.province))
    dossier = await dossier_of(chamber, session["agenda"]["nodes"][0]["dossier"])
    dossier = await asked(chamber.province, dossier, "secretary")
    lines = reworded(chamber.province, "an")
    await stepped(chamber.province, "officer", "amendDossier", dossier, lines=lines, dryRun=True)
    assert await agenda(chamber, session) == ["PENDING"]


async def test_what_stands_in_public_changes_in_its_wording_only(province: Province) -> None:
    dossier = await appraised(province, "an", "binh")
    await stepped(province, "chief", "postDossier", dossier)
    text = "query($id: ID!) { dossier(id: $id) { id version } }"
    now = (await province.ask("chief", text, {"id": dossier["id"]}))["data"]["dossier"]
    now = await asked(province, now)
    wrong = await refused(province, "officer", "amendDossier", step(now, lines=[province.line("an")]))
    assert wrong["rule"] == "CASES_APPRAISED"
    await stepped(province, "officer", "amendDossier", now, lines=reworded(province, "an", "binh"))


async def test_a_case_that_a_council_once_had_stays_when_the_list_is_appraised_anew(chamber: Chamber) -> None:
    province = chamber.province
    session = await chamber.present(await chamber.opened(await appraised(province, "an", "binh")), *VOTERS)
    for who in VOTERS:
        for place in (1, 2):
            await chamber.vote(who, session, "YES", place)
    assert (await chamber.close(session))["status"] == "CLOSED"
    dossier = await dossier_of(chamber, session["agenda"]["nodes"][0]["dossier"])
    dossier = await stepped(province, "chairman", "returnToAppraisal", dossier, reason=REASON)
    dossier = await asked(province, dossier)
    (first, _) = await cases(province, dossier)
    wrong = await refused(province, "officer", "amendDossier", step(dossier, lines=[province.line("binh")]))
    assert (wrong["rule"], wrong["remedy"]) == ("CASE_ON_RECORD", first["id"])
    lines = [*reworded(province, "binh", "an"), province.line("team")]
    dossier = await stepped(province, "officer", "amendDossier", dossier, lines=lines)
    kept = await cases(province, dossier)
    assert [(case["position"], case["nominee"]["name"], case["outcome"]) for case in kept] == [
        (1, "Hoàng Thị An", "PENDING"),
        (2, "Nông Văn Bình", "PENDING"),
        (3, "Đội Tuyên truyền lưu động", "PENDING"),
    ]
    assert {case["citation"] for case in kept[:2]} == {"Có thành tích đã được xác nhận"}
    async with province.sessions() as session_:
        assert len((await session_.scalars(select(rows.AgendaItem.id))).all()) == 2, "the minutes keep what was asked"


@pytest.mark.parametrize("nominees", [("binh",), ("team", "an"), ("binh", "team"), ()])
async def test_before_the_appraisal_a_supplement_proposes_whom_it_likes(
    province: Province, nominees: tuple[str, ...]
) -> None:
    dossier = await asked(province, await assigned(province, lines=[province.line("an"), province.line("binh")]))
    lines = [province.line(one) for one in nominees]
    dossier = await stepped(province, "officer", "amendDossier", dossier, lines=lines)
    names = {"an": "Hoàng Thị An", "binh": "Nông Văn Bình", "team": "Đội Tuyên truyền lưu động"}
    kept = await cases(province, dossier)
    assert {case["nominee"]["name"] for case in kept} == {names[one] for one in nominees}
    assert len({case["position"] for case in kept}) == len(nominees)


async def test_the_same_person_for_another_award_is_another_case(province: Province) -> None:
    dossier = await asked(province, await assigned(province))
    (before,) = await cases(province, dossier)
    dossier = await stepped(province, "officer", "amendDossier", dossier, lines=[province.line("an", "CSTDT")])
    (after,) = await cases(province, dossier)
    assert (after["awardType"]["code"], after["position"]) == ("CSTDT", 1)
    assert after["id"] != before["id"]
