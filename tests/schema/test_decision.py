"""Decisions: one for several dossiers, numbers without gap and voids that keep theirs, who signs, when, how much."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Insert, func, insert, literal, select, update

import models as rows
from models import calendar
from models.access import Role
from models.dossier_line import LineOutcome
from models.nominee import NomineeKind
from tests.province import Province
from tests.schema.journey import awaiting_decision, issued, step, stepped
from tests.schema.refusing import refused

TITLE = "Về việc tặng Bằng khen"


async def decided(province: Province, dossier: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The chairman's decision on a dossier."""
    return await stepped(province, "chairman", "issueDecision", dossier, title=TITLE, **more)


async def awaiting(province: Province, nominee: str = "an", **more: Any) -> dict[str, Any]:
    """A dossier of one nominee that awaits its decision."""
    return await awaiting_decision(province, lines=[province.line(nominee)], **more)


def also(*dossiers: dict[str, Any]) -> list[dict[str, Any]]:
    """Further dossiers as they were read."""
    return [{"id": dossier["id"], "expectedVersion": dossier["version"]} for dossier in dossiers]


async def seen(province: Province, who: str | None, id: str, what: str) -> Any:
    """What somebody reads of a node."""
    kind = id.partition("_")[0]
    answer = await province.ask(
        who, f"query($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ {what} }} }} }}", {"id": id}
    )
    assert "errors" not in answer, answer
    return answer["data"]["node"]


async def copies(province: Province, dossier: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """A dossier of one line so many times over, as if each had gone the same way."""
    made = []
    async with province.sessions.begin() as session:
        for n in range(count):
            key = uuid4()
            await session.execute(_copied(rows.Dossier, id=key, code=f"H37.02-260101-{n:04}"))
            await session.execute(_copied(rows.DossierLine, id=uuid4(), dossier_id=key))
            made.append({**dossier, "id": f"Dossier_{key}"})
    return made


def _copied(row: type[rows.Base], **values: Any) -> Insert:
    """The first row of a table once more, with these values instead."""
    columns = [column for column in row.__table__.columns if column.computed is None]
    said = [literal(values[c.name], c.type) if c.name in values else c for c in columns]
    first = select(*said).order_by(row.__table__.c.id).limit(1)
    return insert(row.__table__).from_select([column.name for column in columns], first)


async def test_one_decision_covers_several_dossiers_in_the_order_they_are_named(province: Province) -> None:
    first, second, third = [await awaiting(province, nominee) for nominee in ("binh", "an", "team")]
    decision = await decided(province, first, also=also(third, second))
    assert decision["number"] == "1/QĐ-UBND"
    names = [award["recipient"]["name"] for award in decision["awards"]["nodes"]]
    assert names == ["Nông Văn Bình", "Đội Tuyên truyền lưu động", "Hoàng Thị An"]
    for dossier in (first, second, third):
        assert await seen(province, "chairman", dossier["id"], "status") == {"status": "DECIDED"}
    await stepped(province, "chief", "publishDecision", decision)
    assert await seen(province, "chairman", third["id"], "status") == {"status": "PUBLISHED"}
    assert await province.count(rows.Decision) == 1


async def test_several_dossiers_are_decided_all_or_none(province: Province) -> None:
    first, second = await awaiting(province), await awaiting(province, "binh")
    stale = step(first, title=TITLE, also=[{"id": second["id"], "expectedVersion": second["version"] - 1}])
    assert (await refused(province, "chairman", "issueDecision", stale))["__typename"] == "StaleVersion"
    twice = step(first, title=TITLE, also=also(first))
    assert (await refused(province, "chairman", "issueDecision", twice))["field"] == "also"
    unknown = step(first, title=TITLE, also=[{"id": f"Dossier_{uuid4()}", "expectedVersion": 1}])
    assert (await refused(province, "chairman", "issueDecision", unknown))["__typename"] == "NotFound"
    same = step(first, title=TITLE, also=also(await awaiting(province)))
    assert (await refused(province, "chairman", "issueDecision", same))["field"] == "also"
    async with province.sessions.begin() as session:
        culture = province.agencies["culture"]
        await session.execute(
            update(rows.Dossier).where(rows.Dossier.id == UUID(second["id"][8:])).values(authority_id=culture)
        )
    other = step(first, title=TITLE, also=also(second))
    assert (await refused(province, "chairman", "issueDecision", other))["__typename"] in {
        "InvalidInput",
        "NotPermitted",
    }


async def test_two_who_decide_the_same_dossiers_in_another_order_do_not_wait_for_each_other(province: Province) -> None:
    one, two = await awaiting(province), await awaiting(province, "binh")
    answers = await asyncio.gather(
        decided(province, one, also=also(two)), decided(province, two, also=also(one)), return_exceptions=True
    )
    assert sorted(answer["__typename"] for answer in answers) == ["Decision", "StaleVersion"]


async def test_a_hundred_decisions_at_once_get_a_hundred_numbers_without_a_gap(province: Province) -> None:
    dossiers = await copies(province, await awaiting(province), 100)
    numbers = await asyncio.gather(*(number_of(province, dossier) for dossier in dossiers))
    assert sorted(numbers) == list(range(1, 101))
    assert await province.count(rows.Decision) == 100


async def number_of(province: Province, dossier: dict[str, Any]) -> int:
    """The number a dossier's decision gets, asked for with the same key for as long as the server is busy."""
    document = (
        "mutation($input: IssueDecisionInput!) { done: issueDecision(input: $input) { ... on Decision { number } } }"
    )
    said = {"input": step(dossier, title=TITLE, idempotencyKey=str(uuid4()))}
    while True:
        answer = await province.ask("chairman", document, said)
        if answer["data"] and answer["data"]["done"]:
            return int(answer["data"]["done"]["number"].partition("/")[0])
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BUSY"]


async def test_a_refused_decision_among_others_leaves_no_gap(province: Province) -> None:
    dossiers = await copies(province, await awaiting(province), 20)
    wrong = [{**dossier, "version": 99} if n % 3 == 0 else dossier for n, dossier in enumerate(dossiers)]
    answers = await asyncio.gather(*(decided(province, dossier, dryRun=n % 5 == 4) for n, dossier in enumerate(wrong)))
    made = [a for n, a in enumerate(answers) if a["__typename"] == "Decision" and n % 5 != 4]
    assert sorted(int(decision["number"].partition("/")[0]) for decision in made) == list(range(1, len(made) + 1))
    assert await province.count(rows.Decision) == len(made)


async def test_a_void_number_is_kept_as_void_and_never_given_again(province: Province) -> None:
    dossier = await awaiting(province)
    decision = await decided(province, dossier)
    void = await stepped(province, "chairman", "voidDecision", decision, reason="Sai tên trên bản ký")
    assert (void["status"], void["number"], void["awards"]["nodes"]) == ("VOID", "1/QĐ-UBND", [])
    back = await seen(province, "chairman", dossier["id"], "status version lines(first: 1) { nodes { outcome } }")
    assert (back["status"], back["lines"]["nodes"]) == ("SIGNING", [{"outcome": "ELIGIBLE"}])
    again = await decided(province, {**dossier, "version": back["version"]})
    assert again["number"] == "2/QĐ-UBND"
    taken = step(await awaiting(province, "binh"), title=TITLE, number="1/QĐ-UBND")
    assert (await refused(province, "chairman", "issueDecision", taken))["__typename"] == "NumberTaken"
    register = "{ decisions(first: 9, orderBy: NUMBER) { nodes { number status voidReason } } }"
    listed = (await province.ask("secretary", register))["data"]["decisions"]["nodes"]
    assert [(row["number"], row["status"], row["voidReason"]) for row in listed] == [
        ("2/QĐ-UBND", "ISSUED", None),
        ("1/QĐ-UBND", "VOID", "Sai tên trên bản ký"),
    ]
    assert (await province.ask(None, register))["data"]["decisions"]["nodes"] == []


async def test_only_whoever_decides_voids_and_only_before_publication_and_with_a_reason(province: Province) -> None:
    decision = await issued(province)
    secretary = await refused(province, "secretary", "voidDecision", step(decision, reason="Sai tên"))
    assert (secretary["__typename"], secretary["whoCan"]) == ("NotPermitted", ["AGENCY_HEAD", "CHAIRMAN"])
    silent = await refused(province, "chairman", "voidDecision", step(decision, reason="  "))
    assert (silent["__typename"], silent["field"]) == ("InvalidInput", "reason")
    published = await stepped(province, "chief", "publishDecision", decision)
    late = await refused(province, "chairman", "voidDecision", step(published, reason="Sai tên"))
    assert (late["__typename"], late["decisionStatus"]) == ("WrongStatus", "PUBLISHED")
    gone = await issued(province)
    gone = await stepped(province, "chairman", "voidDecision", gone, reason="Sai tên")
    for who, act, more in (("chairman", "voidDecision", {"reason": "Nữa"}), ("chief", "publishDecision", {})):
        assert (await refused(province, who, act, step(gone, **more)))["decisionStatus"] == "VOID"


async def test_whoever_signs_held_the_office_on_the_day_of_signature(province: Province) -> None:
    today = calendar.today()
    dossier = await awaiting(province)
    async with province.sessions.begin() as session:
        (held,) = await session.scalars(select(rows.RoleHeld).where(rows.RoleHeld.role == Role.CHAIRMAN))
        held.valid_from = today
        long_ago = datetime.combine(today - timedelta(days=30), datetime.min.time(), UTC)
        await session.execute(update(rows.Dossier).values(submitted_at=long_ago, received_at=long_ago))
    before = step(dossier, title=TITLE, signedOn=str(today - timedelta(days=1)))
    refusal = await refused(province, "chairman", "issueDecision", before)
    assert (refusal["__typename"], refusal["rule"]) == ("RuleNotMet", "SIGNER_HELD_NO_OFFICE")
    assert (await decided(province, dossier, signature="KT"))["number"] == "1/QĐ-UBND"
    said = await seen(province, "chairman", (await last(province))["id"], "signature signerName signerTitle")
    assert said == {"signature": "KT", "signerName": "Người chairman", "signerTitle": "Chuyên viên"}


async def last(province: Province) -> dict[str, Any]:
    """The newest decision."""
    asked = "{ decisions(first: 1, orderBy: NUMBER) { nodes { id number status version kind } } }"
    found: dict[str, Any] = (await province.ask("chairman", asked))["data"]["decisions"]["nodes"][0]
    return found


async def test_a_decision_signed_on_the_last_day_of_a_year_is_numbered_in_that_year(province: Province) -> None:
    first, second = await awaiting(province), await awaiting(province, "binh")
    eve = date(calendar.today().year - 1, 12, 31)
    async with province.sessions.begin() as session:
        received = datetime.combine(eve, datetime.min.time(), UTC)
        await session.execute(update(rows.Dossier).values(submitted_at=received, received_at=received))
    assert (await decided(province, first))["number"] == "1/QĐ-UBND", "entered in the new year"
    old = await decided(province, second, signedOn=str(eve))
    assert old["number"] == "1/QĐ-UBND", "signed in the old year: another count"
    async with province.sessions() as session:
        counts = await session.execute(select(rows.DecisionNumberCount.year, rows.DecisionNumberCount.last))
        assert {row.year: row.last for row in counts} == {eve.year: 1, eve.year + 1: 1}


async def test_a_day_is_vietnams_when_the_world_still_has_another_year(province: Province) -> None:
    """Received at 17:30 UTC on 31 December: half past midnight of 1 January here, so not signed the day before."""
    dossier = await awaiting(province)
    year = calendar.today().year
    received = datetime(year - 1, 12, 31, 17, 30, tzinfo=UTC)
    async with province.sessions.begin() as session:
        await session.execute(update(rows.Dossier).values(submitted_at=received, received_at=received))
    early = step(dossier, title=TITLE, signedOn=f"{year - 1}-12-31")
    assert (await refused(province, "chairman", "issueDecision", early))["field"] == "signedOn"
    decision = await decided(province, dossier, signedOn=f"{year}-01-01")
    assert decision["__typename"] == "Decision"


async def test_a_day_that_no_calendar_has_is_refused(province: Province) -> None:
    dossier = await awaiting(province)
    document = "mutation($input: IssueDecisionInput!) { issueDecision(input: $input) { __typename } }"
    said = {"input": step(dossier, title=TITLE, signedOn="2027-02-29", idempotencyKey=str(uuid4()))}
    (problem,) = (await province.ask("chairman", document, said))["errors"]
    assert "signedOn" in problem["message"]
    assert await province.count(rows.Decision) == 0


async def test_a_certificate_of_merit_for_14_collectives_and_54_individuals_costs_287_820_000_dong(
    province: Province,
) -> None:
    async with province.sessions.begin() as session:
        for n in range(68):
            kind = NomineeKind.COLLECTIVE if n < 14 else NomineeKind.INDIVIDUAL
            nominee = rows.Nominee(kind=kind, name=f"Người {n}", agency_id=province.agencies["culture"])
            session.add(nominee)
            province.nominees[f"n{n}"] = nominee.id
    lines = [province.line(f"n{n}") for n in range(68)]
    dossier = await appraised_at_once(province, await awaiting_appraisal(province, lines))
    decision = await decided(province, dossier)
    money = "prizeMoney { amount baseSalary multiple confirmed payer { code } }"
    said = await seen(
        province, "chairman", decision["id"], f"prizeTotal prizeToRecover awards(first: 68) {{ nodes {{ {money} }} }}"
    )
    assert (said["prizeTotal"], said["prizeToRecover"]) == (287_820_000, 0)
    paid = [award["prizeMoney"] for award in said["awards"]["nodes"]]
    payer = {"confirmed": False, "payer": {"code": "H37"}}
    assert paid[0] == {"amount": 7_020_000, "baseSalary": 2_340_000, "multiple": 3, **payer}
    assert paid[67] == {"amount": 3_510_000, "baseSalary": 2_340_000, "multiple": 1.5, **payer}


async def awaiting_appraisal(province: Province, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """A dossier of many lines that an appraiser has in hand."""
    dossier = await province.act("officer", "draftDossier", province.draft(lines=lines))
    dossier = await stepped(province, "head", "submitDossier", dossier)
    dossier = await stepped(province, "desk", "receiveDossier", dossier)
    return await stepped(province, "chief", "assignAppraiser", dossier, appraiser="appraiser")


async def appraised_at_once(province: Province, dossier: dict[str, Any]) -> dict[str, Any]:
    """The dossier once its appraiser has found its first line eligible, the others having been written as such."""
    first, line = dossier["lines"]["nodes"][0]["id"], rows.DossierLine
    async with province.sessions.begin() as session:
        appraiser = province.viewers["appraiser"].account_id
        await session.execute(
            update(line)
            .where(line.id != UUID(first.partition("_")[2]))
            .values(outcome=LineOutcome.ELIGIBLE, appraised_by_id=appraiser, appraised_at=func.now())
        )
    return await stepped(province, "appraiser", "appraiseLine", dossier, lineId=first, eligible=True)


async def test_sums_past_what_graphqls_int_holds_are_told_whole(province: Province) -> None:
    dossier = await awaiting_decision(province, lines=[province.line("an"), province.line("binh")])
    decision = await decided(province, dossier)
    async with province.sessions.begin() as session:
        huge = {"amount": 2_000_000_000, "base_salary": 2_000_000_000, "multiple": 1}
        await session.execute(update(rows.AwardPrize).values(**huge))
    assert (await seen(province, "chairman", decision["id"], "prizeTotal"))["prizeTotal"] == 4_000_000_000


async def test_news_are_ordered_by_publication_not_by_signature(province: Province) -> None:
    late, early = await issued(province), await issued(province)
    for decision in (early, late):
        await stepped(province, "chief", "publishDecision", decision)
    await issued(province)
    asked = "{ decisions(first: 5, orderBy: PUBLISHED) { nodes { number } } }"
    public = (await province.ask(None, asked))["data"]["decisions"]["nodes"]
    assert [row["number"] for row in public] == ["1/QĐ-UBND", "2/QĐ-UBND"]
    staff = (await province.ask("chairman", asked))["data"]["decisions"]["nodes"]
    assert [row["number"] for row in staff] == ["1/QĐ-UBND", "2/QĐ-UBND", "3/QĐ-UBND"]
