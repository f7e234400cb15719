"""Calling a council: which dossiers it is asked about, and by which rule it votes on each case (Law 06/2022 art 90)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, any_, bindparam, func, select
from sqlalchemy.orm import joinedload

import models as rows
from models.access import Viewer
from models.base import array_of, in_force_on
from models.council import Council, CouncilSession, SessionKind, visible_council
from models.council_agenda import AgendaItem, AgendaOutcome
from models.council_ballot import BallotKind
from models.council_rule import CouncilRule, rule_for
from models.demand import Demand, must_meet
from models.dossier import Dossier, visible_dossier
from models.dossier_line import DossierLine, LineOutcome
from models.readiness import nothing_to_advise_on, on_another_agenda
from models.refusals import InvalidInput, RuleNotMet
from models.submission import papers_due
from models.workflow import Step
from resolvers.context import Context
from resolvers.council_desk import must_keep
from resolvers.council_inputs import ConveneSessionInput
from resolvers.dossier_draft import said
from resolvers.dossier_steps import AWARDS, DESKS
from resolvers.engine import Ref
from resolvers.work import Work, row_key

MOST_DOSSIERS = 200
"""More dossiers than this are put before several sittings."""


async def convene_session(context: Context, input: ConveneSessionInput) -> Ref:
    """Call a council, to a meeting or to written votes, and put dossiers before it (art 90.4)."""
    async with context.work("conveneSession", input) as work:
        council, rules = await _council(work, input)
        must_keep(work, council, Step.CONVENE)
        session = _session(council, input)
        dossiers = await _agenda(work, input)
        _must_be_theirs(council, dossiers)
        entries = [dossier.take(Step.CONVENE, by=work.viewer) for dossier in dossiers]
        cases = [(dossier, line) for dossier in dossiers for line in _asked(dossier)]
        items = [_item(session, place, case, rules) for place, case in enumerate(cases, start=1)]
        await must_meet(work.session, _free(items), papers_due(dossiers, Step.CONVENE))
        work.session.add_all([session, *items])
        work.session.add_all(rows.SecretCount(item_id=each.id) for each in items if each.ballot is BallotKind.SECRET)
        return await work.reply(session, session.entry("CONVENE_SESSION", work.viewer), *entries)


async def _council(work: Work, input: ConveneSessionInput) -> tuple[Council, dict[UUID | None, list[CouncilRule]]]:
    """The council, and the voting rules of the rule sets that its dossiers were bound to for good when received."""
    dossiers = [row_key("Dossier", each.id) for each in input.agenda]
    found = await work.read_as_shown(_called, council=row_key("Council", input.council), dossiers=dossiers)
    rules = defaultdict[UUID | None, list[CouncilRule]](list)
    for each in found:
        if each[1] is not None:
            rules[each[1].rule_set_id].append(each[1])
    return found[0][0], rules


def _called(viewer: Viewer) -> Select[Council, CouncilRule]:
    bound = select(Dossier.rule_set_id).where(Dossier.id == any_(bindparam("dossiers", type_=ARRAY(Uuid))))
    found = select(Council, CouncilRule).select_from(Council)
    found = found.outerjoin(CouncilRule, CouncilRule.rule_set_id == any_(array_of(bound)))
    found = found.where(Council.id == bindparam("council", type_=Uuid()), visible_council(Council, viewer))
    found = found.where(in_force_on(Council, func.vietnam_day(func.now())))
    return found.options(joinedload(Council.agency).joinedload(rows.Agency.desk))


def _session(council: Council, input: ConveneSessionInput) -> CouncilSession:
    if input.kind is SessionKind.WRITTEN and input.closes_at is None:
        raise InvalidInput(
            field="closesAt",
            message="Lấy phiếu bằng văn bản phải có hạn gửi phiếu. Hãy nhập `closesAt`.",
            message_en="Written votes need a last moment for ballots. Give `closesAt`.",
        )
    if any(at is not None and at.tzinfo is None for at in (input.opens_at, input.closes_at)):
        raise InvalidInput(
            field="opensAt",
            message="Thời điểm phải có múi giờ, ví dụ 2026-11-22T08:00:00+07:00.",
            message_en="A moment needs its time zone, like 2026-11-22T08:00:00+07:00.",
        )
    if input.closes_at is not None and input.closes_at <= input.opens_at:
        raise InvalidInput(
            field="closesAt",
            message="Hạn gửi phiếu phải sau thời điểm triệu tập.",
            message_en="The last moment for ballots must come after the opening.",
        )
    return CouncilSession(
        council_id=council.id,
        kind=input.kind,
        title=said("title", input.title, 300),
        opens_at=input.opens_at,
        closes_at=input.closes_at,
    )


async def _agenda(work: Work, input: ConveneSessionInput) -> list[Dossier]:
    """The dossiers asked for, locked, in the order they are to be taken."""
    versions: dict[str, int] = {each.id: each.expected_version for each in input.agenda}
    if not 1 <= len(versions) <= MOST_DOSSIERS or len(versions) < len(input.agenda):
        raise InvalidInput(
            field="agenda",
            message=f"Chương trình phải có từ 1 đến {MOST_DOSSIERS} hồ sơ, mỗi hồ sơ một lần.",
            message_en=f"The agenda takes 1 to {MOST_DOSSIERS} dossiers, each once.",
        )
    load = (*DESKS, AWARDS)
    locked = await work.lock_all(Dossier, versions, visible_dossier, load=load)
    order = [row_key("Dossier", id) for id in versions]
    return sorted(locked, key=lambda dossier: order.index(dossier.id))


def _must_be_theirs(council: Council, dossiers: Iterable[Dossier]) -> None:
    """Raise RuleNotMet for a dossier that lies on another desk than this council's."""
    for dossier in dossiers:
        if dossier.handler_id != council.desk.id:
            raise RuleNotMet(
                rule="ANOTHER_COUNCIL",
                article="Law 06/2022 art 90",
                remedy=dossier.handler.code,
                message=f"Hồ sơ {dossier.code} do cơ quan khác xử lý. Hãy đưa ra Hội đồng của cơ quan ấy.",
                message_en=f"Dossier {dossier.code} lies on another desk. Put it before that agency's council.",
            )


def _asked(dossier: Dossier) -> list[DossierLine]:
    """The cases a council is asked about: those that were found eligible."""
    if found := [line for line in dossier.lines if line.outcome is LineOutcome.ELIGIBLE]:
        return found
    raise nothing_to_advise_on(dossier.code)


def _item(
    session: CouncilSession,
    place: int,
    case: tuple[Dossier, DossierLine],
    rules: dict[UUID | None, list[CouncilRule]],
) -> AgendaItem:
    dossier, line = case
    rule = rule_for(rules[dossier.rule_set_id], line.award_type, dossier.commendation_type)
    return AgendaItem(
        session_id=session.id,
        position=place,
        dossier_id=dossier.id,
        line_id=line.id,
        nominee_id=line.nominee_id,
        award_type_id=line.award_type_id,
        agency_id=dossier.agency_id,
        rule_id=rule.id,
        ballot=rule.ballot,
        citation=line.citation,
        achievement_year=line.achievement_year,
    )


def _free(items: Iterable[AgendaItem]) -> Demand:
    """The demand that no other sitting has yet to answer one of these cases."""

    def refusal(title: str | None) -> RuleNotMet | None:
        return None if title is None else on_another_agenda(title)

    return Demand(_elsewhere(), {"asked_cases": [item.line_id for item in items]}, refusal)


@cache
def _elsewhere() -> ColumnElement[str]:
    other = select(CouncilSession.title).join(AgendaItem, AgendaItem.session_id == CouncilSession.id)
    asked = AgendaItem.line_id == any_(bindparam("asked_cases", type_=ARRAY(Uuid)))
    return other.where(asked, AgendaItem.outcome == AgendaOutcome.PENDING).limit(1).scalar_subquery()
