"""What may not be done, is refused by name, says what to do next, and leaves nothing behind."""

from __future__ import annotations

import unicodedata
from uuid import uuid4

import pytest
from sqlalchemy import select

import models as rows
from tests.province import Province
from tests.schema.journey import awaiting_decision, drafted, issued, step, stepped
from tests.schema.refusing import refused, traces


async def test_an_unknown_and_a_forbidden_id_look_the_same(province: Province) -> None:
    dossier = await drafted(province)
    forbidden = await refused(province, "stranger", "submitDossier", step(dossier))
    unknown = await refused(province, "stranger", "submitDossier", {"id": f"Dossier_{uuid4()}", "expectedVersion": 1})
    nonsense = await refused(province, "stranger", "submitDossier", {"id": "no id at all", "expectedVersion": 1})
    assert forbidden == unknown == nonsense
    assert forbidden["__typename"] == "NotFound"
    asked = "query($id: ID!) { dossier(id: $id) { id } node(id: $id) { id } nodes(ids: [$id]) { id } }"
    answers = [await province.ask(who, asked, {"id": dossier["id"]}) for who in ("stranger", "nominee", None)]
    answers.append(await province.ask("stranger", asked, {"id": f"Dossier_{uuid4()}"}))
    assert all(answer == {"data": {"dossier": None, "node": None, "nodes": [None]}} for answer in answers)


async def test_the_public_may_not_act(province: Province) -> None:
    assert (await refused(province, None, "draftDossier", province.draft()))["__typename"] == "NotPermitted"


async def test_a_step_that_does_not_lead_on_is_illegal(province: Province) -> None:
    dossier = await drafted(province)
    dossier = await stepped(province, "officer", "submitDossier", dossier)
    refusal = await refused(province, "officer", "submitDossier", step(dossier))
    assert refusal["__typename"] == "IllegalStep"
    assert (refusal["step"], refusal["dossierStatus"], refusal["allowedFrom"]) == ("SUBMIT", "SUBMITTED", ["DRAFT"])


async def test_who_sees_a_dossier_without_the_role_is_told_who_can(province: Province) -> None:
    dossier = await stepped(province, "officer", "submitDossier", await drafted(province))
    refusal = await refused(province, "officer", "receiveDossier", step(dossier))
    assert (refusal["__typename"], refusal["whoCan"]) == ("NotPermitted", ["ONE_STOP", "OFFICE_HEAD"])


async def test_only_the_named_appraiser_appraises(province: Province) -> None:
    dossier = await stepped(province, "officer", "submitDossier", await drafted(province))
    dossier = await stepped(province, "desk", "receiveDossier", dossier)
    dossier = await stepped(province, "chief", "assignAppraiser", dossier, appraiser="appraiser")
    line = dossier["lines"]["nodes"][0]["id"]
    refusal = await refused(province, "chief", "appraiseLine", step(dossier, lineId=line, eligible=True))
    assert (refusal["__typename"], refusal["whoCan"]) == ("NotPermitted", ["APPRAISER"])


async def test_a_stale_version_is_refused_with_the_present_one_and_with_what_changed_since(province: Province) -> None:
    draft = await drafted(province)
    dossier = await stepped(province, "officer", "submitDossier", draft)
    await stepped(province, "desk", "receiveDossier", dossier)
    refusal = await refused(province, "officer", "submitDossier", step(draft))
    assert (refusal["__typename"], refusal["expected"], refusal["current"]) == ("StaleVersion", 1, 3)
    changed = [(each["version"], each["act"], each["status"]) for each in refusal["whatChanged"]]
    assert changed == [(3, "RECEIVE", "RECEIVED"), (2, "SUBMIT", "SUBMITTED")]
    assert (await refused(province, "stranger", "submitDossier", step(draft)))["__typename"] == "NotFound"


async def test_a_version_that_never_was_is_stale_with_nothing_changed_since(province: Province) -> None:
    dossier = await drafted(province)
    refusal = await refused(province, "officer", "submitDossier", {**step(dossier), "expectedVersion": 2})
    assert (refusal["__typename"], refusal["expected"], refusal["current"]) == ("StaleVersion", 2, 1)
    assert refusal["whatChanged"] == []


async def test_of_many_changes_the_latest_twenty_are_told(province: Province) -> None:
    draft = dossier = await drafted(province)
    for number in range(22):
        dossier = await stepped(province, "officer", "amendDossier", dossier, title=f"Đề nghị lần {number}")
    refusal = await refused(province, "officer", "submitDossier", step(draft))
    assert [each["version"] for each in refusal["whatChanged"]] == list(range(23, 3, -1))


async def test_a_request_sent_twice_is_done_once_and_answered_the_same(province: Province) -> None:
    said = {**province.draft(), "idempotencyKey": str(uuid4())}
    first = await province.act("officer", "draftDossier", said)
    before = await traces(province)
    again = await province.act("officer", "draftDossier", said)
    assert first == again
    assert await traces(province) == before


async def test_a_repeated_key_with_another_body_is_refused(province: Province) -> None:
    said = {**province.draft(), "idempotencyKey": str(uuid4())}
    await province.act("officer", "draftDossier", said)
    refusal = await refused(province, "officer", "draftDossier", {**said, "title": "Khác"})
    assert refusal["__typename"] == "IdempotencyMismatch"


async def test_a_submission_without_nominees_is_refused(province: Province) -> None:
    dossier = await drafted(province, lines=[])
    refusal = await refused(province, "officer", "submitDossier", step(dossier))
    assert (refusal["__typename"], refusal["rule"]) == ("RuleNotMet", "NO_NOMINEES")


async def test_a_submission_without_its_papers_says_which_are_missing(province: Province) -> None:
    dossier = await drafted(province, documents=[{"kind": "PROPOSAL", "title": "Tờ trình"}])
    refusal = await refused(province, "officer", "submitDossier", step(dossier))
    assert (refusal["rule"], refusal["remedy"]) == ("MISSING_DOCUMENTS", "ACHIEVEMENT_REPORT, MINUTES")
    assert "84" in refusal["article"]


@pytest.mark.parametrize(("nominee", "award"), [("team", "CSTDCS"), ("family", "CSTDT"), ("an", "CTDT")])
async def test_an_award_the_nominees_kind_cannot_receive_is_refused(
    province: Province, nominee: str, award: str
) -> None:
    refusal = await refused(province, "officer", "draftDossier", province.draft(lines=[province.line(nominee, award)]))
    assert (refusal["__typename"], refusal["rule"]) == ("RuleNotMet", "RECIPIENT_NOT_ALLOWED")


@pytest.mark.parametrize(("authority", "award"), [("H37.10", "BK_T"), ("H37", "HC_LD_III"), ("H37.51", "CSTDT")])
async def test_an_authority_that_may_not_decide_the_award_is_refused(
    province: Province, authority: str, award: str
) -> None:
    said = province.draft(authority=authority, lines=[province.line("an", award)])
    refusal = await refused(province, "officer", "draftDossier", said)
    assert (refusal["__typename"], refusal["rule"], refusal["remedy"]) == ("RuleNotMet", "NO_AUTHORITY", award)


@pytest.mark.parametrize(
    "spelt",
    ["1/QĐ-UBND", "1/Q\u00d0-UBND", " 1 / qđ-ubnd ", unicodedata.normalize("NFD", "1/QĐ-UBND"), "1/q\u00f0-ubnd"],
)
async def test_a_decision_number_already_used_is_refused_however_it_is_spelt(province: Province, spelt: str) -> None:
    await issued(province)
    dossier = await awaiting_decision(province)
    refusal = await refused(province, "chairman", "issueDecision", step(dossier, title="Quyết định", number=spelt))
    assert refusal["__typename"] == "NumberTaken"


async def test_a_number_given_on_paper_is_passed_over_when_numbers_are_given(province: Province) -> None:
    assert (await issued(province, number="1/Q\u00d0-UBND"))["number"] == "1/QĐ-UBND"
    assert (await issued(province))["number"] == "2/QĐ-UBND"


@pytest.mark.parametrize("signed_on", ["2020-01-01", "2199-01-01"])
async def test_a_decision_is_signed_neither_before_the_reception_nor_in_the_future(
    province: Province, signed_on: str
) -> None:
    dossier = await awaiting_decision(province)
    refusal = await refused(
        province, "chairman", "issueDecision", step(dossier, title="Quyết định", signedOn=signed_on)
    )
    assert (refusal["__typename"], refusal["field"]) == ("InvalidInput", "signedOn")


async def test_a_refusal_of_a_case_needs_a_reason(province: Province) -> None:
    dossier = await stepped(province, "officer", "submitDossier", await drafted(province))
    dossier = await stepped(province, "desk", "receiveDossier", dossier)
    dossier = await stepped(province, "chief", "assignAppraiser", dossier, appraiser="appraiser")
    line = dossier["lines"]["nodes"][0]["id"]
    refusal = await refused(province, "appraiser", "appraiseLine", step(dossier, lineId=line, eligible=False))
    assert (refusal["__typename"], refusal["field"]) == ("InvalidInput", "reason")
    passed = await stepped(
        province, "appraiser", "appraiseLine", dossier, lineId=line, eligible=False, reason="Thiếu năm"
    )
    assert (passed["status"], passed["lines"]["nodes"][0]["outcome"]) == ("INELIGIBLE", "INELIGIBLE")


async def test_a_published_decision_is_not_published_again(province: Province) -> None:
    decision = await stepped(province, "chief", "publishDecision", await issued(province))
    refusal = await refused(province, "chief", "publishDecision", step(decision))
    assert (refusal["__typename"], refusal["decisionStatus"]) == ("WrongStatus", "PUBLISHED")


@pytest.mark.parametrize("title", ["", "   ", "\u200b", "x" * 2001])
async def test_a_title_that_says_nothing_or_too_much_is_refused(province: Province, title: str) -> None:
    refusal = await refused(province, "officer", "draftDossier", province.draft(title=title))
    assert (refusal["__typename"], refusal["field"]) == ("InvalidInput", "title")


async def test_text_typed_in_nfd_is_kept_in_nfc(province: Province) -> None:
    title = "Đề nghị khen thưởng Đặng Thị Hường"
    await drafted(province, title=unicodedata.normalize("NFD", title))
    asked = '{ dossiers(first: 1, filter: {text: "dang thi huong"}) { nodes { title } } }'
    assert (await province.ask("officer", asked))["data"]["dossiers"]["nodes"] == [{"title": title}]


@pytest.mark.parametrize("page", ["", "first: 0", "first: -1", "first: 101", "first: 1, last: 1", "first: null"])
async def test_a_page_without_a_proper_size_is_refused(province: Province, page: str) -> None:
    arguments = f"({page})" if page else ""
    answer = await province.ask("officer", f"{{ dossiers{arguments} {{ nodes {{ id }} }} }}")
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_PAGE"]
    assert answer["data"] is None


@pytest.mark.parametrize("cursor", ["x", "", "W10=", "bnVsbA==", "WyJORVdFU1QiLCAiMjAyNSJd"])
async def test_a_forged_cursor_is_refused(province: Province, cursor: str) -> None:
    asked = "query($after: String) { dossiers(first: 1, after: $after) { nodes { id } } }"
    answer = await province.ask("officer", asked, {"after": cursor})
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_CURSOR"]


async def test_a_cursor_of_another_order_or_filter_is_refused(province: Province) -> None:
    await drafted(province)
    page = "{ dossiers(first: 1) { pageInfo { endCursor } } }"
    cursor = (await province.ask("officer", page))["data"]["dossiers"]["pageInfo"]["endCursor"]
    for arguments in ("orderBy: DUE", "filter: {status: DRAFT}"):
        asked = f'{{ dossiers(first: 1, {arguments}, after: "{cursor}") {{ nodes {{ id }} }} }}'
        answer = await province.ask("officer", asked)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_CURSOR"]


async def test_personal_data_need_the_right_and_a_reason_to_see_them(province: Province) -> None:
    asked = "{ nominees(first: 10) { nodes { name personal { phone } } } }"
    answer = await province.ask("desk", asked)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    seen = {row["name"]: row["personal"] for row in (await province.ask("officer", asked))["data"]["nominees"]["nodes"]}
    assert seen["Hoàng Thị An"] == {"phone": "0900000000"}
    assert seen["Đội Tuyên truyền lưu động"] is None
    strange = (await province.ask("stranger", asked))["data"]["nominees"]["nodes"]
    assert all(row["personal"] is None for row in strange)


async def test_an_act_that_must_wait_too_long_for_another_is_busy_and_leaves_nothing(
    province: Province, hasty: Province
) -> None:
    dossier = await drafted(province)
    before = await traces(province)
    async with province.sessions.begin() as session:
        await session.execute(select(rows.Dossier).with_for_update())
        document = "mutation($input: DossierStepInput!) { submitDossier(input: $input) { __typename } }"
        said = {"input": step(dossier, idempotencyKey=str(uuid4()))}
        answer = await hasty.ask("officer", document, said)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BUSY"]
    assert await traces(province) == before
    assert (await province.ask("officer", document, said))["data"]["submitDossier"]["__typename"] == "Dossier"
