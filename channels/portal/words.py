"""How the pages write what they show: days, counts and names as Vietnamese readers expect them, in one Unicode form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from unicodedata import normalize

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from channels.portal.assets import assets
from models.award import AwardStatus
from models.decision import DecisionKind, DecisionStatus

COUNTED_TO = 10_000
"""The public's counts end just past this (the schema says so): more is written as `hơn 10.000`."""


def environment() -> Environment:
    """The templates, escaped everywhere, each value in NFC: one by one, for a mark must never join our own markup."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=composed,
        auto_reload=False,
    )
    made.filters |= {"day": day, "day_in_words": day_in_words, "count": count}
    made.globals |= {
        "asset": lambda name: assets()[name].address,
        "decision_kinds": _by_name(DecisionKind),
        "decision_statuses": _by_name(DecisionStatus),
        "award_statuses": _by_name(AwardStatus),
    }
    return made


def composed(value: Any) -> Any:
    """Text in NFC, whatever it was written in; anything else as it is."""
    return normalize("NFC", value) if isinstance(value, str) and not isinstance(value, Markup) else value


def day(iso: str) -> str:
    """`2025-06-12` as 12/06/2025."""
    return date.fromisoformat(iso).strftime("%d/%m/%Y")


def day_in_words(iso: str) -> str:
    """`2025-06-02` as `ngày 02 tháng 6 năm 2025`, the way decisions are dated (Decree 30/2020/NĐ-CP)."""
    said = date.fromisoformat(iso)
    month = f"{said.month:02}" if said.month < 3 else str(said.month)
    return f"ngày {said.day:02} tháng {month} năm {said.year}"


def count(number: int) -> str:
    """1234 as 1.234; past what is counted exactly, `hơn 10.000`."""
    if number > COUNTED_TO:
        return f"hơn {count(COUNTED_TO)}"
    return f"{number:,}".replace(",", ".")


def _by_name(kind: type[DecisionKind] | type[DecisionStatus] | type[AwardStatus]) -> Mapping[str, str]:
    return {member.name: member.value for member in kind}
