"""What the law wants posted: it is forwarded, and decided, once it was posted here or by the proposer (art 84.5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import make_transient

import models as rows
from models import calendar
from models.agency import AgencyKind
from models.award_type import AuthorityRight
from models.rule_set import DocumentKind
from tests.province import BEGUN, Province
from tests.schema.journey import awaiting_decision, step, stepped
from tests.schema.refusing import refused
from tests.schema.test_decision_above import for_the_president
from tests.schema.test_posting import began, end, morning, standing


async def ordered(province: Province, *documents: str, above: bool = True) -> dict[str, Any]:
    """A dossier for a third-class Labour Order that awaits the President, or whoever decides here, with these papers
    beside the usual.
    """
    dossier = await awaiting_decision(province, lines=[province.line("an"), province.line("binh")])
    if above:
        await for_the_president(province, dossier)
    async with province.sessions.begin() as session:
        order = await session.scalar(select(rows.AwardType.id).where(rows.AwardType.code == "HC_LD_III"))
        await session.execute(update(rows.DossierLine).values(award_type_id=order))
        key = UUID(dossier["id"].partition("_")[2])
        for place, kind in enumerate(documents, start=50):
            paper = rows.DossierDocument(dossier_id=key, position=place, kind=DocumentKind[kind], title=kind)
            session.add(paper)
    return dossier


async def forwarded(province: Province, dossier: dict[str, Any]) -> dict[str, Any]:
    """What forwarding a dossier answers."""
    return await stepped(province, "chairman", "forwardUp", await standing(province, dossier))


async def test_what_the_law_wants_posted_is_forwarded_once_it_was(province: Province) -> None:
    dossier = await ordered(province, "OPINION")
    wrong = await forwarded(province, dossier)
    assert (wrong["rule"], wrong["remedy"]) == ("MISSING_DOCUMENTS", "PUBLIC_POSTING")
    await stepped(province, "chief", "postDossier", dossier)
    assert (await forwarded(province, dossier))["rule"] == "POSTING_RUNNING"
    last = await began(province, 60)
    await end(province, morning(calendar.add_working_days(last, 1)))
    assert (await forwarded(province, dossier))["status"] == "FORWARDED_UP"


async def test_a_case_that_was_not_on_the_posted_list_is_posted_before_it_is_forwarded(province: Province) -> None:
    dossier = await ordered(province, "OPINION")
    await stepped(province, "chief", "postDossier", dossier)
    last = await began(province, 60)
    await end(province, morning(calendar.add_working_days(last, 1)))
    async with province.sessions.begin() as session:
        await session.execute(delete(rows.PostingCase).where(rows.PostingCase.position == 2))
    wrong = await forwarded(province, dossier)
    assert (wrong["rule"], wrong["article"], wrong["remedy"]) == ("NOT_POSTED", "Law 06/2022 art 84.5", "postDossier")


async def test_a_list_that_the_proposer_posted_is_shown_by_its_paper(province: Province) -> None:
    dossier = await ordered(province, "OPINION", "PUBLIC_POSTING")
    assert (await forwarded(province, dossier))["status"] == "FORWARDED_UP"


async def test_an_opinion_that_was_given_here_needs_no_paper(province: Province) -> None:
    dossier = await ordered(province, "PUBLIC_POSTING")
    assert (await forwarded(province, dossier))["remedy"] == "OPINION"
    said = {"agencies": ["H37.11"], "question": "Chấp hành pháp luật"}
    await stepped(province, "chief", "requestOpinions", dossier, **said)
    text = "{ opinionRequests(first: 1) { nodes { id version } } }"
    (request,) = (await province.ask("stranger", text))["data"]["opinionRequests"]["nodes"]
    await stepped(province, "stranger", "answerOpinion", request, answer="AGREE")
    assert (await forwarded(province, dossier))["status"] == "FORWARDED_UP"


async def test_what_must_be_posted_is_decided_here_only_once_it_was(province: Province) -> None:
    """N-B10, were the province ever to decide what must be posted."""
    dossier = await ordered(province, "OPINION", above=False)
    async with province.sessions.begin() as session:
        order = await session.scalar(select(rows.AwardType.id).where(rows.AwardType.code == "HC_LD_III"))
        right = {
            "right": AuthorityRight.DECIDES,
            "agency_kind": AgencyKind.PROVINCE,
            "article": "x",
            "confirmed": False,
        }
        session.add(rows.Authority(award_type_id=order, valid_from=BEGUN, **right))
    await stepped(province, "chief", "postDossier", dossier)
    last = await began(province, 60)
    await end(province, morning(calendar.add_working_days(last, 1)))
    now, said = await standing(province, dossier), {"title": "Tặng Huân chương"}
    async with province.sessions.begin() as session:
        unlisted = (await session.scalars(select(rows.PostingCase).where(rows.PostingCase.position == 2))).one()
        await session.delete(unlisted)
    wrong = await refused(province, "chairman", "issueDecision", step(now, **said))
    assert (wrong["rule"], wrong["article"], wrong["remedy"]) == ("NOT_POSTED", "Law 06/2022 art 84.5", "postDossier")
    async with province.sessions.begin() as session:
        make_transient(unlisted)
        session.add(unlisted)
    assert (await stepped(province, "chairman", "issueDecision", now, **said))["__typename"] == "Decision"
