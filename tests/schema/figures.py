"""The documents that ask for figures, and what they are answered."""

from __future__ import annotations

from typing import Any

from tests.province import Province

FIGURES = "count recipients collectives individuals"
KEYS = """agency { code } awardType { code } awardClass level recipientKind recipientClass commendationType
    year quarter month"""
AWARDS = f"""query($by: [AwardDimension!]!, $f: AwardFilter, $c: Comparison, $y: Int) {{
  awardStatistics(groupBy: $by, filter: $f, comparedWith: $c, year: $y) {{ {KEYS} suppressed
    {FIGURES} current {{ {FIGURES} }} previous {{ {FIGURES} }} difference {{ {FIGURES} }} }} }}"""
IN_PUBLIC = AWARDS.replace(FIGURES, "count").replace("$f: AwardFilter, ", "").replace("filter: $f, ", "")
DOSSIERS = """query($by: [DossierDimension!]!, $f: DossierFilter) { dossierStatistics(groupBy: $by, filter: $f) {
    agency { code } handler { code } status portalStatus commendationType timeliness year quarter
    month count overdue early onTime late daysSaved medianPreparationDays medianProcessingDays
    medianProcessingCalendarDays } }"""
LAST_YEAR = "SAME_PERIOD_LAST_YEAR"


async def answered(province: Province, who: str | None, text: str, variables: dict[str, Any]) -> Any:
    """The list of groups, from one statement."""
    before = province.engine.pool.sent
    answer = await province.ask(who, text, variables)
    assert "errors" not in answer, answer
    assert province.engine.pool.sent == before + 1
    (groups,) = answer["data"].values()
    return groups
