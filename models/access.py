"""Who is asking, and what that lets them see: one viewer, three kinds of right."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid
from sqlalchemy.types import TypeEngine


class Audience(enum.Enum):
    """For whom an answer is made. It chooses the statement; everything else about a viewer is a value in it."""

    PUBLIC = "public"
    NOMINEE = "nominee"
    STAFF = "staff"


class Role(enum.Enum):
    """What an account may be in an agency (Law 06/2022 arts 13, 83, 84, 90; the province's division of work)."""

    NOMINEE = "nominee"
    UNIT_OFFICER = "unit officer"
    AGENCY_HEAD = "agency head"
    ONE_STOP = "one-stop desk"
    APPRAISER = "appraiser"
    OFFICE_HEAD = "head of the emulation office"
    COUNCIL_MEMBER = "council member"
    SECRETARY = "council secretary"
    CHAIRMAN = "chairman"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(enum.Enum):
    """The right to use a field of the schema at all. Those of acts are told to clients: the workflow table decides."""

    READ_PERSONAL_DATA = "read personal data"
    DRAFT_DOSSIER = "draft a dossier"
    SUBMIT_DOSSIER = "submit a dossier"
    RECEIVE_DOSSIER = "receive a dossier"
    ASSIGN_APPRAISER = "assign an appraiser"
    APPRAISE = "appraise a line"
    ISSUE_DECISION = "issue a decision"
    PUBLISH_DECISION = "publish a decision"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.NOMINEE: frozenset(),
    Role.UNIT_OFFICER: frozenset({Permission.DRAFT_DOSSIER, Permission.SUBMIT_DOSSIER, Permission.READ_PERSONAL_DATA}),
    Role.AGENCY_HEAD: frozenset({Permission.SUBMIT_DOSSIER, Permission.ISSUE_DECISION, Permission.READ_PERSONAL_DATA}),
    Role.ONE_STOP: frozenset({Permission.RECEIVE_DOSSIER}),
    Role.APPRAISER: frozenset({Permission.APPRAISE, Permission.READ_PERSONAL_DATA}),
    Role.OFFICE_HEAD: frozenset(
        {
            Permission.RECEIVE_DOSSIER,
            Permission.ASSIGN_APPRAISER,
            Permission.PUBLISH_DECISION,
            Permission.READ_PERSONAL_DATA,
        }
    ),
    Role.COUNCIL_MEMBER: frozenset(),
    Role.SECRETARY: frozenset({Permission.PUBLISH_DECISION}),
    Role.CHAIRMAN: frozenset({Permission.ISSUE_DECISION}),
    Role.AUDITOR: frozenset(),
    Role.ADMINISTRATOR: frozenset(),
}


@dataclass(frozen=True)
class Holding:
    """A role held today in an agency and everything under it."""

    role: Role
    agency_id: UUID
    path: str
    """The agency's ltree path: the role reaches the whole subtree."""

    def reaches(self, path: str) -> bool:
        """Whether an agency with this path lies in the role's subtree."""
        return f"{path}.".startswith(f"{self.path}.")


def bound(type_: TypeEngine[Any], default: Any = None) -> Any:
    """A part of the viewer that the engine passes as a bind parameter of this type, never as part of a statement."""
    return field(default=default, metadata={"bind": type_})


def shaping(default: Any) -> Any:
    """A part of the viewer that chooses the statement: one of a few, never what tells one person from another."""
    return field(default=default, metadata={"shape": True})


@dataclass(frozen=True)
class Viewer:
    """Who asks: `shaping()` parts choose a statement, `bound()` ones are values in it, the rest serves acts."""

    audience: Audience = shaping(Audience.PUBLIC)
    few: bool = shaping(False)
    """Whether few dossiers are theirs to see: it chooses how a list looks for them, never which it finds."""
    account_id: UUID | None = bound(Uuid())
    nominee_id: UUID | None = bound(Uuid())
    proposes_in: tuple[str, ...] = bound(ARRAY(Text), ())
    """Paths of the agencies whose own dossiers the viewer sees, drafts too."""
    handles_in: tuple[str, ...] = bound(ARRAY(Text), ())
    """Paths of the agencies whose desks the viewer sees: dossiers once they are submitted to one."""
    holdings: tuple[Holding, ...] = ()
    permissions: frozenset[Permission] = frozenset()

    def holds(self, roles: frozenset[Role], path: str) -> bool:
        """Whether one of these roles is held at the agency with this path, or above it."""
        return any(holding.role in roles and holding.reaches(path) for holding in self.holdings)


ANONYMOUS = Viewer()
"""Nobody in particular: the public."""

_PROPOSING = {Role.UNIT_OFFICER, Role.AGENCY_HEAD}
_HANDLING = {Role.ONE_STOP, Role.OFFICE_HEAD, Role.SECRETARY, Role.CHAIRMAN, Role.AUDITOR}


def viewer_of(account_id: UUID, nominee_id: UUID | None, holdings: tuple[Holding, ...]) -> Viewer:
    """The viewer an account is, by the roles it holds today; whether they see few dossiers is not known here."""

    def paths(roles: set[Role]) -> tuple[str, ...]:
        return tuple(sorted({h.path for h in holdings if h.role in roles}))

    roles = {h.role for h in holdings}
    return Viewer(
        audience=Audience.STAFF if roles - {Role.NOMINEE} else Audience.NOMINEE,
        account_id=account_id,
        nominee_id=nominee_id,
        proposes_in=paths(_PROPOSING),
        handles_in=paths(_HANDLING),
        holdings=holdings,
        permissions=frozenset().union(*(PERMISSIONS[role] for role in roles)),
    )
