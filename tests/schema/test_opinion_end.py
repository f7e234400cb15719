"""How asking for opinions ends: by the last day, by silence, with the dossier gone or held; what the journal keeps."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

import models as rows
from models import calendar
from models.catalogue.consulting import Silence
from tests.province import Province
from tests.schema.journey import stepped
from tests.schema.test_opinion import ASKED, answered, consulting, late, refused, requests, standing


async def test_opinions_are_concluded_once_those_awaited_are_overdue(asked: Province) -> None:
    dossier = await consulting(asked)
    step = {"id": dossier["id"], "expectedVersion": dossier["version"]}
    due = calendar.add_working_days(calendar.today(), 10).isoformat()
    waits = await refused(asked, "chief", "concludeOpinions", step)
    assert (waits["rule"], waits["remedy"]) == ("OPINIONS_AWAITED", due)
    await late(asked)
    assert {each["status"] for each in await requests(asked, "chief")} == {"OVERDUE"}
    overdue = '{ opinionRequests(first: 9, filter: {overdue: true, toAgencyWithin: "H37.11"}) { totalCount } }'
    assert (await asked.ask("chief", overdue))["data"]["opinionRequests"]["totalCount"] == 1
    done = await asked.act("chief", "concludeOpinions", step)
    assert (done["status"], done["version"]) == ("SIGNING", dossier["version"] + 1)
    (health,) = await requests(asked, "stranger")
    assert (health["status"], health["version"], health["answer"]) == ("CLOSED", 2, None)
    gone = await refused(
        asked, "stranger", "answerOpinion", {"id": health["id"], "expectedVersion": 2, "answer": "AGREE"}
    )
    assert gone["rule"] == "OPINIONS_CONCLUDED"


@pytest.mark.parametrize(("silence", "status"), [(Silence.AGREES, "SIGNING"), (Silence.NO_ANSWER, "CONSULTING")])
async def test_silence_is_what_the_rules_say(asked: Province, silence: Silence, status: str) -> None:
    dossier = await consulting(asked)
    await late(asked, silence=silence.name)
    (health,) = await requests(asked, "stranger")
    await answered(asked, "stranger", health)
    assert (await standing(asked, dossier))["status"] == status
    (commune,) = await requests(asked, "rural")
    assert commune["status"] == ("CLOSED" if status == "SIGNING" else "OVERDUE")


async def test_what_a_withdrawn_dossier_left_open_is_answered_no_more(asked: Province) -> None:
    dossier = await consulting(asked)
    await stepped(asked, "head", "withdrawDossier", dossier, reason="Trùng hồ sơ")
    (health,) = await requests(asked, "stranger")
    assert (health["status"], health["cases"]["nodes"]) == ("CLOSED", [])
    gone = await refused(
        asked, "stranger", "answerOpinion", {"id": health["id"], "expectedVersion": 1, "answer": "AGREE"}
    )
    assert gone["rule"] == "OPINIONS_CONCLUDED"


async def test_an_answer_to_a_held_dossier_is_kept_and_concluded_once_it_is_resumed(asked: Province) -> None:
    dossier = await stepped(asked, "chief", "holdDossier", await consulting(asked, "H37.11"), reason="Có đơn")
    (health,) = await requests(asked, "stranger")
    assert (await answered(asked, "stranger", health))["status"] == "ANSWERED"
    dossier = await stepped(asked, "chief", "resumeDossier", dossier)
    assert dossier["status"] == "CONSULTING"
    assert (await stepped(asked, "chief", "concludeOpinions", dossier))["status"] == "SIGNING"


async def test_agencies_left_from_an_earlier_round_are_asked_anew(asked: Province) -> None:
    dossier = await consulting(asked, "H37.11")
    async with asked.sessions.begin() as session:
        gone = {"status": "SIGNING", "came_from": []}
        await session.execute(update(rows.Dossier.__table__).values(**gone))
    said = {"agencies": ["H37.11"], "question": "Hỏi lại"}
    again = await stepped(asked, "chief", "requestOpinions", dossier, **said)
    assert again["status"] == "CONSULTING"
    statuses = {each["question"]: each["status"] for each in await requests(asked, "stranger")}
    assert statuses == {ASKED: "CLOSED", "Hỏi lại": "SENT"}


async def test_the_journal_tells_each_change_of_a_request_and_no_words_of_it(asked: Province) -> None:
    await consulting(asked, "H37.11")
    (health,) = await requests(asked, "stranger")
    await answered(asked, "stranger", health, "DISAGREE", note="Nợ thuế")
    async with asked.sessions() as session:
        found = select(rows.Entry).where(rows.Entry.subject_kind == "OpinionRequest").order_by(rows.Entry.id)
        entries = list(await session.scalars(found))
    assert [(entry.act, entry.subject_version) for entry in entries] == [("REQUEST_OPINION", 1), ("ANSWER_OPINION", 2)]
    assert "thuế" not in str([entry.data for entry in entries])


async def test_the_proposers_time_limit_waits_while_opinions_are_sought(asked: Province) -> None:
    dossier = await consulting(asked)
    clock = "query($id: ID!) { dossier(id: $id) { clock } }"
    assert (await asked.ask("chief", clock, {"id": dossier["id"]}))["data"]["dossier"] == {"clock": "PAUSED"}
