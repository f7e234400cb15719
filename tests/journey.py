"""The acts that take a dossier on its way, as the bench and the experiments with faults say them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Seen = dict[str, Any]
"""What is known of a dossier, or of what it came to: its decision, its sitting."""
PAPERS = [{"kind": kind, "title": kind.title()} for kind in ("PROPOSAL", "ACHIEVEMENT_REPORT", "MINUTES")]
"""What a dossier for the province's own award must have when it is submitted."""


@dataclass(frozen=True)
class Act:
    """One act: who does it, on what, and what they say beside the key, the id and the version."""

    name: str
    who: str
    input: str = "DossierStepInput"
    shows: str = "Dossier"
    says: Callable[[Seen], Mapping[str, Any]] = lambda seen: {}
    begins: bool = False
    """Whether it is on nothing that is there yet."""


def draft(agency: str, authority: str, nominee: str, title: str) -> Seen:
    """A dossier for one person, whole from the start."""
    line = {"nomineeId": nominee, "awardType": "BK_T", "citation": "Có thành tích xuất sắc", "achievementYear": 2025}
    said = {"agency": agency, "authority": authority, "title": title, "commendationType": "MERIT"}
    return {**said, "documents": PAPERS, "lines": [line]}
