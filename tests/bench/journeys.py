"""The ways that `./run bench write` takes dossiers: each act with who does it, on what, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import orjson

from models import calendar
from tests.journey import Act, Seen, draft
from tests.pristine import dsn

AGENCY, AUTHORITY = "H37.07", "H37"


def request(act: Act, seen: Seen) -> bytes:
    """The request for an act, under a key of its own."""
    more = "lines(first: 1) { nodes { id } }" if act.name == "draftDossier" else ""
    reply = f"__typename ... on {act.shows} {{ id version {more} }} ... on Refusal {{ messageEn }}"
    step = {} if act.begins else {"id": seen["id"], "expectedVersion": seen["version"]}
    said = {"idempotencyKey": str(uuid4()), **step, **act.says(seen)}
    text = f"mutation($input: {act.input}!) {{ done: {act.name}(input: $input) {{ {reply} }} }}"
    return orjson.dumps({"query": text, "variables": {"input": said}})


def _draft(seen: Seen) -> Mapping[str, Any]:
    return draft(AGENCY, AUTHORITY, seen["nominee"], "Đề nghị tặng Bằng khen")


def _sitting(seen: Seen) -> Mapping[str, Any]:
    agenda = [{"id": seen["id"], "expectedVersion": seen["version"]}]
    return {
        "council": seen["council"], "kind": "MEETING", "title": "Phiên họp", "opensAt": "2030-01-02T08:00:00+07:00",
        "agenda": agenda,
    }  # fmt: skip


def _lent(seen: Seen) -> Mapping[str, Any]:
    """A day of its own for each: one role is not lent twice at once."""
    days = [calendar.today() + timedelta(days=2 * seen["place"] + more) for more in (0, 1)]
    said = {"to": "motcua", "role": "OFFICE_HEAD", "agency": seen["office"], "reason": "Đi công tác"}
    return {**said, "validFrom": days[0].isoformat(), "validTo": days[1].isoformat()}


PAPER = {"document": {"kind": "PROPOSAL", "title": "Tờ trình bổ sung"}}
READY = (
    Act("draftDossier", "canbo", "DraftDossierInput", says=_draft, begins=True),
    Act("addDocument", "canbo", "AddDocumentInput", says=lambda _: PAPER),
    Act("submitDossier", "giamdoc"),
    Act("receiveDossier", "motcua"),
    Act("assignAppraiser", "truongphong", "AssignInput", says=lambda _: {"appraiser": "thamdinh"}),
    Act("appraiseLine", "thamdinh", "AppraiseLineInput", says=lambda seen: {"lineId": seen["line"], "eligible": True}),
)
"""Until a dossier may be decided."""
JOURNEYS = (
    (
        *READY,
        Act("issueDecision", "chutich", "IssueDecisionInput", "Decision", lambda _: {"title": "Tặng Bằng khen"}),
        Act("publishDecision", "thuky", "PublishDecisionInput", "Decision"),
    ),
    (
        *READY,
        Act(
            "requestOpinions", "truongphong", "RequestOpinionsInput",
            says=lambda seen: {"agencies": [seen["asked"]], "question": "Đề nghị cho ý kiến"},
        ),
    ),
    (*READY, Act("postDossier", "truongphong", "PostDossierInput", "PublicPosting")),
    (
        *READY,
        Act("conveneSession", "thuky", "ConveneSessionInput", "CouncilSession", _sitting, begins=True),
        Act("openSession", "thuky", "SessionStepInput", "CouncilSession"),
        Act("closeSession", "thuky", "CloseSessionInput", "CouncilSession", lambda _: {"withoutResult": True}),
    ),
    (Act("delegateRole", "truongphong", "DelegateRoleInput", "Delegation", _lent, begins=True),),
)  # fmt: skip
"""What dossiers of their own go through; what is begun anew has no version to expect."""

KNOWN = """
select (select 'Nominee_' || id from nominee where kind = 'INDIVIDUAL' and agency_id = own.id order by id limit 1)
    as nominee,
  (select 'Council_' || id from council where agency_id = province.id order by valid_from desc limit 1) as council,
  (select code from agency where kind = own.kind and id <> own.id order by code limit 1) as asked,
  (select a.code from role_held r join agency a on a.id = r.agency_id join account c on c.id = r.account_id
    where c.username = 'truongphong' and r.role = 'OFFICE_HEAD') as office
from agency own, agency province where own.code = $1 and province.code = $2
"""
"""Whom the agency of the journeys may propose, and whom else they meet."""


async def known_in(url: str) -> Seen:
    """What the journeys have to know of a database."""
    connection = await asyncpg.connect(dsn(url))
    try:
        found = await connection.fetchrow(KNOWN, AGENCY, AUTHORITY)
    finally:
        await connection.close()
    return dict(found)
