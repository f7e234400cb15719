"""Every row a client can read, loaded once by the ORM, and who sees which, in Python's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models.access import Audience, Viewer
from models.workflow import DossierStatus

from . import oracle_consulting, oracle_council, oracle_delegation, oracle_session, oracle_tracking

KINDS: dict[str, type] = {
    "AccessToken": rows.AccessToken,
    "Account": rows.Account,
    "AccountSession": rows.Session,
    "Agency": rows.Agency,
    "AgendaItem": rows.AgendaItem,
    "Article": rows.Article,
    "Authority": rows.Authority,
    "Award": rows.Award,
    "AwardChange": rows.AwardChange,
    "AwardFinding": rows.AwardChange,
    "AwardReliance": rows.AwardReliance,
    "AwardType": rows.AwardType,
    "AwardVerification": rows.Award,
    "Ballot": rows.Ballot,
    "Council": rows.Council,
    "CouncilAttendance": rows.CouncilAttendance,
    "CouncilMember": rows.CouncilMember,
    "CouncilRule": rows.CouncilRule,
    "CouncilSession": rows.CouncilSession,
    "Decision": rows.Decision,
    "DocumentFile": rows.DocumentFile,
    "Dossier": rows.Dossier,
    "Delegation": rows.Delegation,
    "DossierDocument": rows.DossierDocument,
    "DossierEvent": rows.Entry,
    "DossierLine": rows.DossierLine,
    "ExemplaryModel": rows.ExemplaryModel,
    "GuidanceDocument": rows.GuidanceDocument,
    "Movement": rows.Movement,
    "Nominee": rows.Nominee,
    "NomineePersonal": rows.NomineePersonal,
    "OpinionCase": rows.DossierLine,
    "OpinionRequest": rows.OpinionRequest,
    "PostingCase": rows.PostingCase,
    "PostingComment": rows.PostingComment,
    "PrizeMoney": rows.AwardPrize,
    "PublicPosting": rows.PublicPosting,
    "PostingReport": rows.PublicPosting,
    "Recusal": rows.Recusal,
    "RegisterEvent": rows.Entry,
    "SecurityEvent": rows.SecurityEvent,
    "TrackingCode": rows.Tracking,
}
"""The types that show rows."""


KEYED = {"DossierEvent": "Entry Dossier", "SecurityEvent": "SecurityEvent "}
"""Those whose rows are numbered by the database, and called by another key: the row, and what an entry is of."""


def called(row: Any) -> UUID:
    """What clients call a row by."""
    key: UUID = getattr(row, "key", row.id)
    return key


class Rows:
    """All rows by table and key, and what a viewer sees of them."""

    def __init__(self, found: dict[type, dict[Any, Any]], heirs: dict[UUID, set[UUID]], head: str) -> None:
        self.found, self.heirs, self.head = found, heirs, head
        self.children: dict[tuple[type, str], dict[Any, list[Any]]] = {}
        self.looked: dict[tuple[int, int], bool] = {}

    @classmethod
    async def load(cls, session: AsyncSession) -> Rows:
        """Read the database as it stands: nothing may write to it from now on."""
        found = {}
        for row in (*KINDS.values(), rows.RoleHeld):
            keys = inspect(row).primary_key
            rows_found = await session.scalars(select(row).order_by(*keys))
            found[row] = {inspect(each).identity[0]: each for each in rows_found}
        heirs: dict[UUID, set[UUID]] = {}
        for succession in await session.scalars(select(rows.AgencySuccession)):
            heirs.setdefault(succession.agency_id, set()).add(succession.successor_id)
        numbered = max(await session.scalars(select(rows.Numbered)), key=lambda entry: entry.seq)
        return cls(found, heirs, f"{numbered.seq}-{numbered.hash[:8].hex()}")

    def all(self, kind: type) -> list[Any]:
        """The rows of a table."""
        return list(self.found[kind].values())

    def one(self, kind: type, key: Any) -> Any:
        """The row with this key, or None."""
        return self.found[kind].get(key)

    def of(self, kind: type, column: str, value: Any) -> list[Any]:
        """The rows that have this in a column."""
        index = self.children.get((kind, column))
        if index is None:
            index = self.children[kind, column] = {}
            for row in self.all(kind):
                index.setdefault(getattr(row, column), []).append(row)
        return index.get(value, [])

    def seen(self, kind: type, viewer: Viewer) -> list[Any]:
        """The rows of a table that a viewer sees."""
        return [row for row in self.all(kind) if self.sees(row, viewer)]

    def under(self, agency: UUID | None, paths: tuple[str, ...] | None) -> bool:
        """Whether an agency is one of those at these paths, or lies under one."""
        path = self.found[rows.Agency][agency].path
        return any(f"{path}.".startswith(f"{top}.") for top in paths or ())

    def within(self, agency: UUID | None, code: str) -> bool:
        """Whether an agency has this code, or lies under the one that has."""
        return self.under(agency, tuple(top.path for top in self.of(rows.Agency, "code", code)))

    # who sees what

    def sees(self, row: Any, viewer: Viewer) -> bool:
        """Whether a viewer sees a row; looked up once, for rows and viewers outlive us."""
        test = SIGHT.get(type(row))
        place = (id(row), id(viewer))
        if place not in self.looked:
            self.looked[place] = test is None or test(self, row, viewer)
        return self.looked[place]

    def dossier(self, row: rows.Dossier, viewer: Viewer) -> bool:
        sent = row.status is not DossierStatus.DRAFT
        if viewer.audience is Audience.NOMINEE:
            tracked = viewer.tracked_id in (None, row.id)
            return (
                tracked
                and sent
                and any(
                    line.nominee_id == viewer.nominee_id for line in self.of(rows.DossierLine, "dossier_id", row.id)
                )
            )
        if viewer.audience is Audience.PUBLIC:
            return False
        desks = (row.handler_id, row.authority_id)
        handled = sent and any(self.under(desk, viewer.handles_in) for desk in desks)
        own = self.under(row.agency_id, viewer.proposes_in)
        return own or handled or (row.appraiser_id is not None and row.appraiser_id == viewer.account_id)

    def line(self, row: rows.DossierLine, viewer: Viewer) -> bool:
        own = viewer.audience is not Audience.NOMINEE or row.nominee_id == viewer.nominee_id
        return own and self.sees(self.one(rows.Dossier, row.dossier_id), viewer)

    def document(self, row: rows.DossierDocument, viewer: Viewer) -> bool:
        shown = viewer.audience is Audience.STAFF and row.removed_at is None
        return shown and self.sees(self.one(rows.Dossier, row.dossier_id), viewer)

    def file(self, row: rows.DocumentFile, viewer: Viewer) -> bool:
        return row.document_id is not None and self.sees(self.one(rows.DossierDocument, row.document_id), viewer)

    def published(self, row: Any, viewer: Viewer) -> bool:
        return viewer.audience is Audience.STAFF or row.published_at is not None

    def award(self, row: rows.Award, viewer: Viewer) -> bool:
        return self.sees(self.one(rows.Decision, row.decision_id), viewer)

    def change(self, row: rows.AwardChange, viewer: Viewer) -> bool:
        return self.sees(self.one(rows.Award, row.award_id), viewer)

    def reliance(self, row: rows.AwardReliance, viewer: Viewer) -> bool:
        staff = viewer.audience is Audience.STAFF
        return staff and self.sees(self.one(rows.DossierLine, row.line_id), viewer)

    def nominee(self, row: rows.Nominee, viewer: Viewer) -> bool:
        if viewer.audience is Audience.STAFF:
            return True
        own = viewer.audience is Audience.NOMINEE and row.id == viewer.nominee_id
        return own or any(self.sees(award, viewer) for award in self.of(rows.Award, "nominee_id", row.id))

    def personal(self, row: rows.NomineePersonal, viewer: Viewer) -> bool:
        if viewer.audience is not Audience.STAFF:
            return viewer.tracked_id is None and viewer.nominee_id is not None and row.nominee_id == viewer.nominee_id
        managed = self.under(self.one(rows.Nominee, row.nominee_id).agency_id, viewer.proposes_in)
        named = self.of(rows.DossierLine, "nominee_id", row.nominee_id)
        by_role = replace(viewer, handles_in=viewer.reads_personal_in)
        return managed or any(self.dossier(self.one(rows.Dossier, line.dossier_id), by_role) for line in named)

    def entry(self, row: rows.Entry, viewer: Viewer) -> bool:
        kind = {"Dossier": rows.Dossier, "Decision": rows.Decision, "CouncilSession": rows.CouncilSession}[
            row.subject_kind
        ]
        subject = self.one(kind, row.subject_id)
        return subject is not None and self.sees(subject, viewer)

    def account(self, row: rows.Account, viewer: Viewer) -> bool:
        return viewer.audience is Audience.STAFF or (viewer.account_id is not None and row.id == viewer.account_id)


SIGHT: dict[type, Callable[[Rows, Any, Viewer], bool]] = {
    rows.Dossier: Rows.dossier,
    rows.DossierLine: Rows.line,
    rows.DossierDocument: Rows.document,
    rows.DocumentFile: Rows.file,
    rows.Decision: Rows.published,
    rows.Article: Rows.published,
    rows.ExemplaryModel: Rows.published,
    rows.GuidanceDocument: Rows.published,
    rows.Award: Rows.award,
    rows.AwardChange: Rows.change,
    rows.AwardReliance: Rows.reliance,
    rows.Nominee: Rows.nominee,
    rows.NomineePersonal: Rows.personal,
    rows.Entry: Rows.entry,
    rows.Account: Rows.account,
    **oracle_council.SIGHT,
    **oracle_consulting.SIGHT,
    rows.Delegation: oracle_delegation.delegation,
    rows.Session: oracle_session.own_session,
    rows.Tracking: oracle_tracking.tracking,
    rows.AccessToken: oracle_session.token,
    rows.SecurityEvent: oracle_session.event,
}
"""Who sees the rows of a table; everybody, of one that is not here."""
