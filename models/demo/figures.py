"""The demo's figures: how many dossiers and awards, and how long ago the steps of each status lie."""

from __future__ import annotations

from models.agency import AgencyKind
from models.workflow import DossierStatus

_S = DossierStatus

AWARDS = 3287
"""Awards in force by the provincial People's Committee since 1-1-2024, at scale 1: "nearly 3,300"."""

STATUSES: dict[DossierStatus, int] = {
    _S.DRAFT: 176,
    _S.DELETED: 4,
    _S.SUBMITTED: 110,
    _S.RECEIVED: 80,
    _S.REFUSED_AT_RECEPTION: 40,
    _S.WITHDRAWN: 30,
    _S.ASSIGNED: 120,
    _S.APPRAISING: 145,
    _S.RETURNED_TO_APPRAISAL: 5,
    _S.SUPPLEMENT_REQUESTED: 75,
    _S.INELIGIBLE: 25,
    _S.CONSULTING: 40,
    _S.POSTED: 40,
    _S.COUNCIL: 90,
    _S.NOT_PASSED: 15,
    _S.PARTY_OPINION: 22,
    _S.SIGNING: 85,
    _S.HELD: 20,
    _S.STOPPED: 10,
    _S.FORWARDED_UP: 37,
    _S.RESULT_FROM_ABOVE: 3,
    _S.DECLINED_ABOVE: 10,
    _S.DECIDED: 24,
    _S.PUBLISHED: 40,
    _S.RESULT_RETURNED: 120,
    _S.ARCHIVED: 626,
    _S.CANCELLED: 8,
}
"""Dossiers in each status at scale 1, 2,000 in all."""

SHELVED_SHARE = 0.14
"""How many of the archived ones ended without a decision."""

CULTURE_AWARDS = {2024: (1, 10), 2025: (14, 54)}
"""Collectives and individuals of the Department of Culture with the chairman's certificate of merit, by year."""

DECIDED = (_S.DECIDED, _S.PUBLISHED, _S.RESULT_RETURNED, _S.ARCHIVED, _S.CANCELLED)
UPWARD = (_S.FORWARDED_UP, _S.RESULT_FROM_ABOVE, _S.DECLINED_ABOVE, _S.CONSULTING, _S.POSTED)
"""Dossiers in these states ask for awards of the State."""

DAYS_AGO: dict[DossierStatus, tuple[int, int]] = {
    _S.DECIDED: (0, 4),
    _S.PUBLISHED: (3, 40),
    _S.RESULT_RETURNED: (40, 140),
    _S.DECLINED_ABOVE: (20, 300),
    _S.REFUSED_AT_RECEPTION: (5, 200),
    _S.WITHDRAWN: (5, 200),
    _S.INELIGIBLE: (5, 120),
    _S.NOT_PASSED: (5, 120),
    _S.STOPPED: (5, 120),
    _S.SUPPLEMENT_REQUESTED: (0, 12),
    _S.HELD: (0, 30),
    _S.FORWARDED_UP: (0, 40),
    _S.DRAFT: (0, 15),
    _S.DELETED: (5, 200),
}
"""Working days between the last step (of decided ones: the decision) and today; 0 to 6 where nothing is said."""

OVERDUE = (14, 30)
"""So many working days ago some dossiers in process were last touched."""

WEIGHTS: dict[AgencyKind, int] = {
    AgencyKind.DEPARTMENT: 6,
    AgencyKind.MASS_ORGANISATION: 2,
    AgencyKind.ARMED_FORCES: 3,
    AgencyKind.DISTRICT: 8,
    AgencyKind.COMMUNE: 2,
    AgencyKind.WARD: 3,
    AgencyKind.ENTERPRISE: 1,
}
"""How often agencies of a kind propose, against one another."""
