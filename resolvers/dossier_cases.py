"""Giving a dossier another list of cases: a draft's as one likes, a supplement's without breaking what others saw.

A case that a council or a public list has is never removed. Once appraisal is over, who is proposed for what stands;
a citation may be corrected, and then a council that has not answered is to be asked anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import count
from uuid import UUID

from sqlalchemy import delete, exists, or_, select

from models.council_agenda import AgendaItem
from models.dossier import Dossier
from models.dossier_line import DossierLine
from models.journal import Entry
from models.posting import PostingCase
from models.refusals import RuleNotMet
from models.workflow import DossierStatus
from resolvers.council_leaving import off_the_agenda
from resolvers.dossier_draft import DossierLineInput, proposed
from resolvers.work import Work

_S = DossierStatus
_APPRAISED_AFTER = {_S.RECEIVED, _S.ASSIGNED, _S.APPRAISING, _S.RETURNED_TO_APPRAISAL, _S.CONSULTING}
"""What comes back to these only has its appraisal before it; what is POSTED stands in public as it is."""


async def replace(work: Work, dossier: Dossier, inputs: list[DossierLineInput], today: date) -> list[Entry]:
    """Make these the cases of a dossier, locked: the entries about sittings whose agenda they come off.

    Raises RuleNotMet for what may no longer be changed, and as `proposed` does.
    """
    cases = await proposed(work, dossier, inputs, today)
    if dossier.status is _S.DRAFT:
        await work.session.execute(delete(DossierLine).where(DossierLine.dossier_id == dossier.id))
        work.session.add_all(cases)
        return []
    there = await _there(work, dossier)
    if {DossierStatus[name] for name in dossier.came_from} <= _APPRAISED_AFTER:
        await _judged_anew(work, there, cases)
        return []
    return await _reworded(work, dossier, [line for line, _ in there], cases)


async def _there(work: Work, dossier: Dossier) -> Sequence[tuple[DossierLine, bool]]:
    """The cases it has, each with whether a council or a public list has it."""
    line = DossierLine
    recorded = or_(exists().where(AgendaItem.line_id == line.id), exists().where(PostingCase.line_id == line.id))
    found = await work.session.execute(
        select(line, recorded).where(line.dossier_id == dossier.id).order_by(line.position)
    )
    return [(each, bool(is_recorded)) for each, is_recorded in found]


async def _judged_anew(work: Work, there: Iterable[tuple[DossierLine, bool]], cases: Sequence[DossierLine]) -> None:
    """All cases await their outcome: those that stay keep their places, new ones take the places that are free."""
    wanted = {_of(case): case for case in cases}
    removed, taken = list[UUID](), set[int]()
    for line, recorded in there:
        if (case := wanted.pop(_of(line), None)) is None:
            removed.append(_removable(line, recorded))
            continue
        line.citation, line.achievement_year, line.posthumous = case.citation, case.achievement_year, case.posthumous
        line.other_form_id = None
        line.reopen()
        taken.add(line.position)
    if removed:
        await work.session.execute(delete(DossierLine).where(DossierLine.id.in_(removed)))
    for position, case in zip((place for place in count(1) if place not in taken), wanted.values(), strict=False):
        case.position = position
        work.session.add(case)


def _of(line: DossierLine) -> tuple[UUID, UUID]:
    """Who is proposed for what: no dossier says it twice."""
    return line.nominee_id, line.award_type_id


def _removable(line: DossierLine, recorded: bool) -> UUID:
    if not recorded:
        return line.id
    raise RuleNotMet(
        rule="CASE_ON_RECORD",
        article="Law 06/2022 arts 84.5, 90.4",
        remedy=f"DossierLine_{line.id}",
        message="Một trường hợp đã trình Hội đồng hoặc đã công khai nên không bỏ được."
        " Hãy giữ lại để thẩm định, hoặc rút hồ sơ.",
        message_en="A case was put before a council or made public, and cannot be removed."
        " Keep it to be appraised, or withdraw the dossier.",
    )


async def _reworded(
    work: Work, dossier: Dossier, there: Sequence[DossierLine], cases: Sequence[DossierLine]
) -> list[Entry]:
    """Correct the citations of cases that were appraised; what a council was to be asked comes off its agenda."""
    wanted = {_judged(case): case.citation for case in cases}
    if wanted.keys() != {_judged(line) for line in there}:
        raise RuleNotMet(
            rule="CASES_APPRAISED",
            article="Law 06/2022 art 84",
            remedy="withdrawDossier",
            message="Danh sách đã thẩm định xong: chỉ được sửa lời thành tích của từng trường hợp."
            " Muốn thêm, bớt hay đổi trường hợp, hãy rút hồ sơ và trình lại.",
            message_en="The list was appraised: only the citations of its cases may be corrected."
            " To add, remove or change cases, withdraw the dossier and submit another.",
        )
    changed = [line for line in there if line.citation != wanted[_judged(line)]]
    for line in changed:
        line.citation = wanted[_judged(line)]
    return await off_the_agenda(work, [dossier]) if changed else []


def _judged(line: DossierLine) -> tuple[UUID, UUID, int, bool]:
    return *_of(line), line.achievement_year, line.posthumous
