"""Papers of a dossier: adding, replacing and removing them, when each must be there, and what must stay on paper."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

import models as rows
from models.demand import must_meet
from models.document import MOST_FILES, FileType
from models.dossier import Dossier
from models.refusals import RuleNotMet
from models.rule_set import DocumentKind
from models.submission import papers_due
from models.workflow import Step
from tests.province import Province
from tests.schema.journey import awaiting_decision, drafted, step, stepped
from tests.schema.refusing import refused

PAPERS = """query($id: ID!) { dossier(id: $id) { documents {
  id kind title number dated files { id edition name type size sha256 uploadedBy { username } }
} } }"""
OTHER = {"kind": "OTHER", "title": "Tài liệu khác"}


async def sent(province: Province, dossier: dict[str, Any], who: str = "officer", digit: str = "a") -> str:
    """The id of a file that somebody has sent for a dossier."""
    account = province.viewers[who].account_id
    assert account is not None
    file = rows.DocumentFile(
        dossier_id=UUID(dossier["id"].removeprefix("Dossier_")),
        name="tờ trình.pdf",
        type=FileType.PDF,
        size=1_000,
        sha256=digit * 64,
        uploaded_by_id=account,
    )
    async with province.sessions.begin() as session:
        session.add(file)
    return f"DocumentFile_{file.id}"


async def papers(province: Province, dossier: dict[str, Any], who: str = "officer") -> list[dict[str, Any]]:
    """A dossier's papers as somebody is shown them."""
    found = (await province.ask(who, PAPERS, {"id": dossier["id"]}))["data"]["dossier"]
    shown: list[dict[str, Any]] = found["documents"]
    return shown


async def entry_of(province: Province, dossier: dict[str, Any]) -> rows.Entry:
    """The last entry about a dossier."""
    key = UUID(dossier["id"].removeprefix("Dossier_"))
    async with province.sessions() as session:
        told = select(rows.Entry).where(rows.Entry.subject_id == key).order_by(rows.Entry.subject_version.desc())
        found = (await session.scalars(told.limit(1))).one()
    assert found.subject_version == dossier["version"]
    return found


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_a_paper_is_dated_as_it_was_said(province: Province, day: str) -> None:
    dossier = await drafted(province)
    paper = {"kind": "OTHER", "title": "Phụ lục", "dated": day}
    await stepped(province, "officer", "addDocument", dossier, document=paper)
    assert (await papers(province, dossier))[-1]["dated"] == day


async def test_a_paper_is_added_with_its_file_whose_hash_the_journal_keeps(province: Province) -> None:
    dossier = await drafted(province)
    file = await sent(province, dossier)
    said = {"kind": "OTHER", "title": "  Phụ lục  ", "number": "12/PL", "dated": "2026-03-01"}
    after = await stepped(province, "officer", "addDocument", dossier, document=said, file=file)
    assert (after["status"], after["version"]) == ("DRAFT", 2)
    paper = (await papers(province, dossier))[-1]
    assert (paper["kind"], paper["title"], paper["number"], paper["dated"]) == (
        "OTHER",
        "Phụ lục",
        "12/PL",
        "2026-03-01",
    )
    assert paper["files"] == [
        {
            "id": file, "edition": 1, "name": "tờ trình.pdf", "type": "PDF", "size": 1000, "sha256": "a" * 64,
            "uploadedBy": {"username": "officer"},
        }
    ]  # fmt: skip
    entry = await entry_of(province, after)
    assert (entry.act, entry.data["became"], entry.data["sha256"]) == ("AMEND", "added", "a" * 64)


async def test_a_replaced_file_stays_as_an_earlier_edition(province: Province) -> None:
    dossier = await drafted(province)
    file = await sent(province, dossier)
    dossier = await stepped(province, "officer", "addDocument", dossier, document=OTHER, file=file)
    paper = (await papers(province, dossier))[-1]["id"]
    newer = await sent(province, dossier, digit="b")
    said = {"documentId": paper, "file": newer, "title": "Bản mới"}
    dossier = await stepped(province, "officer", "replaceDocument", dossier, **said)
    shown = (await papers(province, dossier))[-1]
    assert (shown["id"], shown["title"]) == (paper, "Bản mới")
    assert [(each["id"], each["edition"]) for each in shown["files"]] == [(newer, 2), (file, 1)]
    assert (await entry_of(province, dossier)).data["became"] == "replaced"


async def test_a_removed_paper_is_shown_to_nobody_and_kept(province: Province) -> None:
    dossier = await drafted(province)
    first, *others = await papers(province, dossier)
    after = await stepped(province, "officer", "removeDocument", dossier, documentId=first["id"])
    assert await papers(province, dossier) == others
    for who in ("officer", "head", "auditor", None):
        gone = await province.ask(who, "query($id: ID!) { node(id: $id) { id } }", {"id": first["id"]})
        assert gone["data"]["node"] is None
    assert await province.count(rows.DossierDocument) == 3
    assert (await entry_of(province, after)).data["became"] == "removed"
    again = await refused(province, "officer", "removeDocument", step(after, documentId=first["id"]))
    assert again["__typename"] == "NotFound"


async def test_a_submission_without_a_removed_paper_says_that_it_is_missing(province: Province) -> None:
    dossier = await drafted(province)
    minutes = next(paper for paper in await papers(province, dossier) if paper["kind"] == "MINUTES")
    dossier = await stepped(province, "officer", "removeDocument", dossier, documentId=minutes["id"])
    refusal = await refused(province, "head", "submitDossier", step(dossier))
    assert (refusal["rule"], refusal["remedy"]) == ("MISSING_DOCUMENTS", "MINUTES")


@pytest.mark.parametrize("act", ["addDocument", "replaceDocument", "removeDocument"])
async def test_only_who_drafts_for_the_proposer_changes_papers_before_it_is_received(
    province: Province, act: str
) -> None:
    dossier = await drafted(province)
    paper = (await papers(province, dossier))[0]["id"]
    said = {"document": OTHER} if act == "addDocument" else {"documentId": paper}
    head = await refused(province, "head", act, step(dossier, **said))
    assert (head["__typename"], head["whoCan"]) == ("NotPermitted", ["UNIT_OFFICER"])
    assert (await refused(province, "stranger", act, step(dossier, **said)))["__typename"] == "NotFound"
    stale = await refused(province, "officer", act, step(dossier, **said) | {"expectedVersion": 7})
    assert stale["__typename"] == "StaleVersion"
    dossier = await stepped(province, "head", "submitDossier", dossier)
    after = await refused(province, "officer", act, step(dossier, **said))
    assert after["__typename"] == ("NotPermitted" if act == "addDocument" else "IllegalStep")


async def test_the_desk_adds_what_it_obtains_and_leaves_the_proposers_papers_alone(province: Province) -> None:
    dossier = await awaiting_decision(province)
    file = await sent(province, dossier, "chief")
    opinion = {"kind": "OPINION", "title": "Ý kiến của Bộ Nội vụ"}
    dossier = await stepped(province, "chief", "addDocument", dossier, document=opinion, file=file)
    assert (dossier["status"], (await entry_of(province, dossier)).act) == ("SIGNING", "ADD_DOCUMENT")
    theirs = {"kind": "ACHIEVEMENT_REPORT", "title": "Báo cáo"}
    refusal = await refused(province, "chief", "addDocument", step(dossier, document=theirs))
    assert (refusal["__typename"], refusal["field"]) == ("InvalidInput", "kind")
    paper = (await papers(province, dossier, "chief"))[0]["id"]
    for act in ("replaceDocument", "removeDocument"):
        refusal = await refused(province, "chief", act, step(dossier, documentId=paper))
        assert refusal["__typename"] == "NotPermitted"


async def test_a_file_of_another_dossier_person_or_paper_is_no_file(province: Province) -> None:
    dossier, other = await drafted(province), await drafted(province)
    used = await sent(province, dossier)
    dossier = await stepped(province, "officer", "addDocument", dossier, document=OTHER, file=used)
    not_theirs = [await sent(province, other), await sent(province, dossier, "head"), used, "DocumentFile_x", "x"]
    for file in not_theirs:
        refusal = await refused(province, "officer", "addDocument", step(dossier, document=OTHER, file=file))
        assert refusal["__typename"] == "NotFound", file
    foreign = (await papers(province, other))[0]["id"]
    for document in (foreign, f"DossierDocument_{uuid4()}", "x"):
        for act in ("replaceDocument", "removeDocument"):
            refusal = await refused(province, "officer", act, step(dossier, documentId=document))
            assert refusal["__typename"] == "NotFound", (act, document)


async def test_a_dry_run_adds_nothing_and_a_repeated_request_adds_one(province: Province) -> None:
    dossier = await drafted(province)
    file = await sent(province, dossier)
    rehearsed = await stepped(province, "officer", "addDocument", dossier, document=OTHER, file=file, dryRun=True)
    assert rehearsed["version"] == 2
    assert len(await papers(province, dossier)) == 3
    said = step(dossier, document=OTHER, file=file, idempotencyKey=str(uuid4()))
    first = await province.act("officer", "addDocument", said)
    assert await province.act("officer", "addDocument", said) == first
    assert len(await papers(province, dossier)) == 4


async def test_of_two_who_give_one_file_to_a_paper_at_once_one_wins(province: Province) -> None:
    dossier = await drafted(province)
    file = await sent(province, dossier)
    answers = await asyncio.gather(
        *(stepped(province, "officer", "addDocument", dossier, document=OTHER, file=file) for _ in range(2))
    )
    assert sorted(answer["__typename"] for answer in answers) == ["Dossier", "StaleVersion"]
    assert len(await papers(province, dossier)) == 4


async def test_a_dossier_holds_so_many_papers_and_no_more(province: Province) -> None:
    many = [{"kind": "OTHER", "title": f"Tài liệu {n}"} for n in range(MOST_FILES + 1)]
    refusal = await refused(province, "officer", "draftDossier", province.draft(documents=many))
    assert (refusal["__typename"], refusal["field"]) == ("InvalidInput", "documents")
    dossier = await drafted(province, documents=many[:-1])
    refusal = await refused(province, "officer", "addDocument", step(dossier, document=OTHER))
    assert (refusal["__typename"], refusal["field"]) == ("InvalidInput", "documents")


@pytest.mark.parametrize("declared", ["the dossier", "a line", "a document"])
async def test_a_state_secret_is_turned_away_to_paper_and_nothing_of_it_is_kept(
    province: Province, declared: str
) -> None:
    said = province.draft()
    whose = {"the dossier": said, "a line": said["lines"][0], "a document": said["documents"][1]}
    whose[declared]["confidential"] = True
    for dry_run in (False, True):
        refusal = await refused(province, "officer", "draftDossier", said | {"dryRun": dry_run})
        assert (refusal["__typename"], refusal["rule"], refusal["remedy"]) == ("RuleNotMet", "STATE_SECRET", "paper")
        assert refusal["article"] == "Law 06/2022 arts 84.4, 85.1đ"
        assert "giấy" in refusal["message"]


async def test_a_secret_paper_or_case_is_not_added_nor_put_in_anothers_place(province: Province) -> None:
    dossier = await drafted(province)
    amended = step(dossier, lines=[province.line("binh") | {"confidential": True}])
    assert (await refused(province, "officer", "amendDossier", amended))["rule"] == "STATE_SECRET"
    paper = (await papers(province, dossier))[0]["id"]
    added = step(dossier, document=OTHER | {"confidential": True})
    assert (await refused(province, "officer", "addDocument", added))["rule"] == "STATE_SECRET"
    replaced = step(dossier, documentId=paper, confidential=True)
    assert (await refused(province, "officer", "replaceDocument", replaced))["rule"] == "STATE_SECRET"


async def test_a_decision_waits_for_the_paper_that_is_due_by_it_and_the_desk_obtains_it(province: Province) -> None:
    dossier = await awaiting_decision(province)
    async with province.sessions.begin() as session:
        row = await session.get_one(Dossier, UUID(dossier["id"].removeprefix("Dossier_")))
        due = {"kind": DocumentKind.BALLOT_MINUTES, "award_code": "BK_T", "due": Step.DECIDE, "article": "84.1c"}
        session.add(rows.RequiredDocument(rule_set_id=row.rule_set_id, **due))
    said = {"title": "Về việc tặng Bằng khen"}
    refusal = await refused(province, "chairman", "issueDecision", step(dossier, **said))
    assert (refusal["rule"], refusal["remedy"], refusal["article"]) == ("MISSING_DOCUMENTS", "BALLOT_MINUTES", "84.1c")
    minutes = {"kind": "BALLOT_MINUTES", "title": "Biên bản kiểm phiếu"}
    dossier = await stepped(province, "secretary", "addDocument", dossier, document=minutes)
    assert (await stepped(province, "chairman", "issueDecision", dossier, **said))["__typename"] == "Decision"


WANTED = [
    ("HC_LD_III", "MERIT", Step.CONVENE, {DocumentKind.PUBLIC_POSTING}),
    ("HC_LD_III", "MERIT", Step.FORWARD_UP, {DocumentKind.OPINION, DocumentKind.PUBLIC_POSTING}),
    ("HC_LD_III", "MERIT", Step.DECIDE, {DocumentKind.OPINION, DocumentKind.PUBLIC_POSTING}),
    ("HC_LD_III", "DEVOTION", Step.CONVENE, set()),
    ("HC_LD_III", "DEVOTION", Step.FORWARD_UP, {DocumentKind.OPINION}),
    ("BK_TTG", "MERIT", Step.FORWARD_UP, {DocumentKind.OPINION}),
    ("BK_T", "MERIT", Step.DECIDE, set()),
    ("CSTDT", "MOVEMENT", Step.SUBMIT, {DocumentKind.INITIATIVE_CERTIFICATE}),
    (
        "BK_T",
        "EXTERNAL_RELATIONS",
        Step.SUBMIT,
        {DocumentKind.ACHIEVEMENT_SUMMARY, DocumentKind.OBLIGATION_CONFIRMATION},
    ),
]


@pytest.mark.parametrize(("award", "commendation", "due", "kinds"), WANTED)
async def test_each_paper_is_due_by_the_steps_that_the_law_names(
    province: Province, award: str, commendation: str, due: Step, kinds: set[DocumentKind]
) -> None:
    """Domain §6.1, by award and procedure; over a dossier that holds what its proposer brings to any."""
    dossier = await drafted(province, commendationType=commendation)
    async with province.sessions.begin() as session:
        row = await session.get_one(Dossier, UUID(dossier["id"].removeprefix("Dossier_")))
        line = (await session.scalars(select(rows.DossierLine).where(rows.DossierLine.dossier_id == row.id))).one()
        line.award_type_id = (
            await session.scalars(select(rows.AwardType.id).where(rows.AwardType.code == award))
        ).one()
        rules = (await session.scalars(select(rows.RuleSet).where(rows.RuleSet.code == "VN-2022+152/2025"))).one()
        await session.flush()
        if not kinds:
            await must_meet(session, papers_due([row], due, rules))
            return
        with pytest.raises(RuleNotMet) as missing:
            await must_meet(session, papers_due([row], due, rules))
        assert missing.value.rule == "MISSING_DOCUMENTS"
        assert set(missing.value.remedy.split(", ")) == {kind.name for kind in kinds}
        assert "84" in missing.value.article or "85" in missing.value.article
        for position, kind in enumerate(kinds, 10):
            session.add(
                rows.DossierDocument(
                    dossier_id=row.id, position=position, kind=kind, title=kind.value, dated=date(2026, 1, 5)
                )
            )
        await session.flush()
        await must_meet(session, papers_due([row], due, rules))
        await session.rollback()
    return
