"""Calling a council: which dossiers it is asked about, and by which rule it votes on each case (Law 06/2022 art 90)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

import models as rows
from models import calendar
from models.council import Council, CouncilSession, SessionKind, visible_council
from models.council_agenda import AgendaItem, AgendaOutcome
from models.council_ballot import BallotKind
from models.council_rule import CouncilRule, rule_for
from models.demand import must_meet
from models.dossier import Dossier, visible_dossier
from models.dossier_line import DossierLine, LineOutcome
from models.readiness import nothing_to_advise_on, on_another_agenda
from models.refusals import InvalidInput, NotFound, RuleNotMet
from models.submission import papers_due
from models.workflow import Step
from resolvers.context import Context
from resolvers.council_desk import must_keep
from resolvers.council_inputs import ConveneSessionInput
from resolvers.dossier_draft import said
from resolvers.dossier_steps import DESKS
from resolvers.engine import Ref
from resolvers.work import Work, row_key

MOST_DOSSIERS = 200
"""More dossiers than this are put before several sittings."""


async def convene_session(context: Context, input: ConveneSessionInput) -> Ref:
    """Call a council, to a meeting or to written votes, and put dossiers before it (art 90.4)."""
    async with context.work("conveneSession", input) as work:
        await work.claim()
        council = await _council(work, input.council)
        must_keep(work, council, Step.CONVENE)
        session = _session(council, input)
        dossiers = await _agenda(work, council, input)
        entries = [dossier.take(Step.CONVENE, by=work.viewer) for dossier in dossiers]
        rules = await _rules(work, dossiers)
        cases = [(dossier, line) for dossier in dossiers for line in _asked(dossier)]
        items = [_item(session, place, case, rules) for place, case in enumerate(cases, start=1)]
        await _must_be_free(work, items)
        await must_meet(work.session, papers_due(dossiers, Step.CONVENE))
        work.session.add(session)
        await work.session.flush()
        work.session.add_all(items)
        await work.session.flush()
        work.session.add_all(rows.SecretCount(item_id=each.id) for each in items if each.ballot is BallotKind.SECRET)
        return await work.reply(session, session.entry("CONVENE_SESSION", work.viewer), *entries)


async def _council(work: Work, id: str) -> Council:
    day = calendar.day_of(work.now)
    found = await work.session.scalar(
        select(Council)
        .where(Council.id == row_key("Council", id), visible_council(Council, work.viewer))
        .where(Council.valid_from <= day, or_(Council.valid_to.is_(None), Council.valid_to > day))
        .options(joinedload(Council.agency).joinedload(rows.Agency.desk))
    )
    if found is None:
        raise NotFound
    return found


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


async def _agenda(work: Work, council: Council, input: ConveneSessionInput) -> list[Dossier]:
    """The dossiers asked for, locked, in the order they are to be taken; raises for what this council cannot take."""
    versions: dict[str, int] = {each.id: each.expected_version for each in input.agenda}
    if not 1 <= len(versions) <= MOST_DOSSIERS or len(versions) < len(input.agenda):
        raise InvalidInput(
            field="agenda",
            message=f"Chương trình phải có từ 1 đến {MOST_DOSSIERS} hồ sơ, mỗi hồ sơ một lần.",
            message_en=f"The agenda takes 1 to {MOST_DOSSIERS} dossiers, each once.",
        )
    load = (*DESKS, selectinload(Dossier.lines).joinedload(DossierLine.award_type))
    locked = await work.lock_all(Dossier, versions, visible_dossier, load=load)
    for dossier in locked:
        if dossier.handler_id != council.desk.id:
            raise RuleNotMet(
                rule="ANOTHER_COUNCIL",
                article="Law 06/2022 art 90",
                remedy=dossier.handler.code,
                message=f"Hồ sơ {dossier.code} do cơ quan khác xử lý. Hãy đưa ra Hội đồng của cơ quan ấy.",
                message_en=f"Dossier {dossier.code} lies on another desk. Put it before that agency's council.",
            )
    order = [row_key("Dossier", id) for id in versions]
    return sorted(locked, key=lambda dossier: order.index(dossier.id))


async def _rules(work: Work, dossiers: Sequence[Dossier]) -> dict[UUID | None, list[CouncilRule]]:
    """The voting rules of the rule sets these dossiers are bound to."""
    bound = {dossier.rule_set_id for dossier in dossiers}
    found: dict[UUID | None, list[CouncilRule]] = {rule_set: [] for rule_set in bound}
    for rule in await work.session.scalars(select(CouncilRule).where(CouncilRule.rule_set_id.in_(bound))):
        found[rule.rule_set_id].append(rule)
    return found


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


async def _must_be_free(work: Work, items: Iterable[AgendaItem]) -> None:
    """Raise RuleNotMet for a case that another sitting has not answered yet."""
    lines = [item.line_id for item in items]
    other = select(CouncilSession.title).join(AgendaItem, AgendaItem.session_id == CouncilSession.id)
    pending = AgendaItem.outcome == AgendaOutcome.PENDING
    title = await work.session.scalar(other.where(AgendaItem.line_id.in_(lines), pending).limit(1))
    if title is not None:
        raise on_another_agenda(title)
