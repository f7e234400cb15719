"""A dossier's life said again in plain Python, from the workflow's own file: what the acts are held to.

It shares no line with the program but the file: who may, from where, to where, and who must stand apart.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import models

TABLE: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(models.__path__[0]) / "catalogue" / "workflows" / "2024-1.toml").read_text("utf-8")
)["step"]

PEOPLE: dict[str, tuple[tuple[str, str], ...]] = {
    "officer": (("UNIT_OFFICER", "h37.culture"),),
    "head": (("AGENCY_HEAD", "h37.culture"),),
    "player": (("UNIT_OFFICER", "h37.culture.troupe"),),
    "desk": (("ONE_STOP", "h37.office"),),
    "chief": (("OFFICE_HEAD", "h37.office"),),
    "appraiser": (("APPRAISER", "h37.office"),),
    "other": (("APPRAISER", "h37.office"),),
    "secretary": (("SECRETARY", "h37.office"),),
    "chairman": (("CHAIRMAN", "h37"),),
    "auditor": (("AUDITOR", "h37"),),
    "stranger": (("UNIT_OFFICER", "h37.health"),),
    "everybody": (
        ("UNIT_OFFICER", "h37.culture"), ("ONE_STOP", "h37.office"), ("OFFICE_HEAD", "h37.office"),
        ("APPRAISER", "h37.office"), ("CHAIRMAN", "h37"),
    ),
}  # fmt: skip
"""Who holds which role where; `everybody` holds several that must stand apart."""

STEPS = {
    "amendDossier": "AMEND", "deleteDraft": "DELETE_DRAFT", "submitDossier": "SUBMIT", "endorseDossier": "ENDORSE",
    "sendDossierBack": "SEND_BACK", "receiveDossier": "RECEIVE", "refuseDossier": "REFUSE",
    "withdrawDossier": "WITHDRAW", "requestSupplement": "REQUEST_SUPPLEMENT", "supplementDossier": "SUPPLEMENT",
    "declareInterest": "DECLARE_INTEREST", "assignAppraiser": "ASSIGN", "appraiseLine": "APPRAISE",
    "proposeOtherForm": "PROPOSE_OTHER_FORM", "acceptOtherForm": "ACCEPT_OTHER_FORM",
    "declineOtherForm": "DECLINE_OTHER_FORM", "returnToAppraisal": "RETURN", "holdDossier": "HOLD",
    "resumeDossier": "RESUME", "stopDossier": "STOP", "forwardUp": "FORWARD_UP",
    "receiveFromAbove": "RECEIVE_FROM_ABOVE", "declineAbove": "DECLINE_ABOVE", "returnResult": "RETURN_RESULT",
    "archiveDossier": "ARCHIVE", "issueDecision": "DECIDE",
}  # fmt: skip
"""Acts on a dossier, and the rows of the file they go by; an appraisal's depends on what is left to appraise."""

MORE_IS_ASKED = {
    "endorseDossier", "assignAppraiser", "forwardUp", "appraiseLine", "proposeOtherForm", "acceptOtherForm",
    "declineOtherForm", "issueDecision", "amendDossier", "submitDossier", "supplementDossier",
}  # fmt: skip
"""Acts that may be refused for more than who, where from and who took which step: by what they are told."""

ENDS = {"deleteDraft", "refuseDossier", "withdrawDossier", "stopDossier", "declineAbove", "archiveDossier"}
"""Acts after which little more can be done: rarer, or lives would be short."""

USUAL = {
    "DRAFT": ("submitDossier", "head"), "SUBMITTED": ("receiveDossier", "desk"),
    "RECEIVED": ("assignAppraiser", "chief"),
    "ASSIGNED": ("appraiseLine", "appraiser"), "APPRAISING": ("appraiseLine", "appraiser"),
    "RETURNED_TO_APPRAISAL": ("appraiseLine", "appraiser"), "SUPPLEMENT_REQUESTED": ("supplementDossier", "officer"),
    "HELD": ("resumeDossier", "chief"), "SIGNING": ("issueDecision", "chairman"),
    "FORWARDED_UP": ("receiveFromAbove", "secretary"), "PUBLISHED": ("returnResult", "desk"),
}  # fmt: skip
"""By state, what usually comes next and who does it."""

_PROPOSES = {"UNIT_OFFICER", "AGENCY_HEAD"}
_HANDLES = {"ONE_STOP", "OFFICE_HEAD", "SECRETARY", "CHAIRMAN", "AUDITOR"}


def holds(who: str, roles: set[str], path: str) -> bool:
    """Whether somebody holds one of these roles in an agency or above it."""
    return any(role in roles and f"{path}.".startswith(f"{at}.") for role, at in PEOPLE[who])


@dataclass
class Life:
    """A dossier as it must be."""

    id: str
    agency: str
    by: str
    handler: str = ""
    status: str = "DRAFT"
    version: int = 1
    came_from: list[str] = field(default_factory=list)
    taken: dict[str, set[str]] = field(default_factory=dict)
    appraiser: str | None = None
    declared: set[str] = field(default_factory=set)
    acts: list[str] = field(default_factory=lambda: ["DRAFT"])

    def __post_init__(self) -> None:
        self.handler, self.taken = self.agency, {"DRAFT": {self.by}}

    def sees(self, who: str) -> bool:
        """Whether somebody sees it."""
        at_desk = holds(who, _HANDLES, self.handler) or holds(who, _HANDLES, "h37")
        return holds(who, _PROPOSES, self.agency) or (self.status != "DRAFT" and at_desk) or self.appraiser == who

    def next(self) -> tuple[str, str] | None:
        """What usually comes next, and who does it; None where nothing does."""
        if self.status == "SUBMITTED" and self.handler == "h37.culture":
            return "endorseDossier", "head"
        act, who = USUAL.get(self.status, ("", ""))
        return (act, self.appraiser or who if act == "appraiseLine" else who) if act else None

    def refusal(self, who: str, step: str) -> str | None:
        """Why somebody may not take a step; None where they may."""
        rule = TABLE[step]
        path = {"PROPOSER": self.agency, "HANDLER": self.handler, "AUTHORITY": "h37"}[rule["at"]]
        roles = set(rule["roles"])
        named = rule.get("named", False) and self.appraiser != who
        if not holds(who, roles - {"APPRAISER"} if named else roles, path):
            return "NotPermitted"
        if self.status not in rule["before"]:
            return "IllegalStep"
        apart = {*self.taken, *(["APPRAISE"] if self.appraiser == who else [])} & set(rule.get("apart", ()))
        if any(who in self.taken.get(other, ()) or (other == "APPRAISE" and self.appraiser == who) for other in apart):
            return "SeparationOfDuties"
        near = {"OWN_UNIT": holds(who, _PROPOSES, self.agency), "DECLARED": who in self.declared}
        return "ConflictOfInterest" if any(near.get(each, False) for each in rule.get("interests", ())) else None

    def take(self, who: str, step: str, told: Mapping[str, Any]) -> None:
        """What a step that was taken makes of it."""
        rule, before = TABLE[step], self.status
        if rule["after"] == "BACK":
            self.status = self.came_from.pop() if self.came_from else "ASSIGNED"
        elif rule["after"] != "SAME":
            self.came_from = [*self.came_from, before] if rule.get("returns") else []
            self.status = rule["after"]
        self.taken.setdefault(step, set()).add(who)
        self.version += 1
        self.acts.append(step)
        self._go(who, step, told)

    def _go(self, who: str, step: str, told: Mapping[str, Any]) -> None:
        """To which desk it goes, and who is named."""
        match step:
            case "SUBMIT":
                self.handler = "h37.culture" if self.agency == "h37.culture.troupe" else "h37.office"
            case "ENDORSE" | "RECEIVE":
                self.handler = "h37.office"
            case "SEND_BACK":
                self.handler = self.agency
            case "ASSIGN":
                self.appraiser = told["appraiser"]
            case "DECLARE_INTEREST":
                self.declared.add(who)
