"""Who is asking, and what that lets them see: one viewer, three kinds of right."""

from __future__ import annotations

import enum
from collections.abc import Collection
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
    """The right to use a field of the schema at all. Which steps somebody may take, `Dossier.allowedSteps` says."""

    READ_PERSONAL_DATA = "read personal data"
    COMPOSE_QUESTIONS = "compose large questions of one's own"
    READ_SECURITY_EVENTS = "read the security events of the accounts in one's agencies"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.NOMINEE: frozenset(),
    Role.UNIT_OFFICER: frozenset({Permission.READ_PERSONAL_DATA}),
    Role.AGENCY_HEAD: frozenset({Permission.READ_PERSONAL_DATA}),
    Role.ONE_STOP: frozenset(),
    Role.APPRAISER: frozenset({Permission.READ_PERSONAL_DATA}),
    Role.OFFICE_HEAD: frozenset({Permission.READ_PERSONAL_DATA, Permission.COMPOSE_QUESTIONS}),
    Role.COUNCIL_MEMBER: frozenset(),
    Role.SECRETARY: frozenset({Permission.COMPOSE_QUESTIONS}),
    Role.CHAIRMAN: frozenset({Permission.COMPOSE_QUESTIONS}),
    Role.AUDITOR: frozenset({Permission.COMPOSE_QUESTIONS, Permission.READ_SECURITY_EVENTS}),
    Role.ADMINISTRATOR: frozenset({Permission.READ_SECURITY_EVENTS}),
}


@dataclass(frozen=True)
class Holding:
    """A role held today in an agency and everything under it, as one's own or by delegation."""

    role: Role
    agency_id: UUID
    path: str
    """The agency's ltree path: the role reaches the whole subtree."""
    for_account_id: UUID | None = None
    """Who delegated it: what is done by it is done on their behalf, and what bars them bars it too."""
    for_nominee_id: UUID | None = None
    """Whom of the nominees they are."""
    for_proposes_in: tuple[str, ...] = ()
    """Paths of the agencies they propose for."""

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
    tracked_id: UUID | None = bound(Uuid())
    """The one dossier a nominee without an account looks at by a tracking code: of theirs they see nothing else."""
    proposes_in: tuple[str, ...] = bound(ARRAY(Text), ())
    """Paths of the agencies whose own dossiers the viewer sees, drafts too."""
    handles_in: tuple[str, ...] = bound(ARRAY(Text), ())
    """Paths of the agencies whose desks the viewer sees: dossiers once they are submitted to one."""
    reads_personal_in: tuple[str, ...] = bound(ARRAY(Text), ())
    """Of those, the paths of the agencies whose nominees' personal data the viewer's role there is for."""
    administers_in: tuple[str, ...] = bound(ARRAY(Text), ())
    """Paths of the agencies whose accounts the viewer administers."""
    watches_in: tuple[str, ...] = bound(ARRAY(Text), ())
    """Paths of the agencies whose accounts' security events the viewer's role there is for."""
    watches_all: bool = shaping(False)
    """Whether a whole province is among these: what is nobody's is for them too."""
    holdings: tuple[Holding, ...] = ()
    permissions: frozenset[Permission] = frozenset()
    acts: frozenset[str] | None = None
    """The mutations that may be asked for; None: all, as far as roles allow. A program's token names them."""
    session_id: UUID | None = field(default=None, compare=False)
    """By which session they ask; none: a program, or nobody. Whoever sees alike is told alike, by whichever session."""

    def holds(self, roles: frozenset[Role], path: str) -> bool:
        """Whether one of these roles is held at the agency with this path, or above it."""
        return bool(self.holding(roles, path))

    def holding(self, roles: frozenset[Role], path: str) -> list[Holding]:
        """By what these roles are held at the agency with this path, or above it: one's own before delegated ones."""
        found = (holding for holding in self.holdings if holding.role in roles and holding.reaches(path))
        return sorted(found, key=lambda holding: holding.for_account_id is not None)

    @property
    def nominees(self) -> frozenset[UUID]:
        """Whom of the nominees the viewer is, or stands in for."""
        known = {self.nominee_id, *(holding.for_nominee_id for holding in self.holdings)}
        return frozenset(nominee for nominee in known if nominee is not None)


ANONYMOUS = Viewer()
"""Nobody in particular: the public."""

PROPOSING = frozenset({Role.UNIT_OFFICER, Role.AGENCY_HEAD})
"""Who holds one of these where a dossier comes from proposes it."""
_HANDLING = {Role.ONE_STOP, Role.OFFICE_HEAD, Role.SECRETARY, Role.CHAIRMAN, Role.AUDITOR}


def viewer_of(account_id: UUID, nominee_id: UUID | None, holdings: tuple[Holding, ...]) -> Viewer:
    """The viewer an account is, by the roles it holds today; whether they see few dossiers is not known here."""

    def paths(roles: Collection[Role]) -> tuple[str, ...]:
        return tuple(sorted({h.path for h in holdings if h.role in roles}))

    roles = {h.role for h in holdings}
    watches_in = paths({role for role in roles if Permission.READ_SECURITY_EVENTS in PERMISSIONS[role]})
    return Viewer(
        audience=Audience.STAFF if roles - {Role.NOMINEE} else Audience.NOMINEE,
        account_id=account_id,
        nominee_id=nominee_id,
        proposes_in=paths(PROPOSING),
        handles_in=paths(_HANDLING),
        reads_personal_in=paths({role for role in _HANDLING if Permission.READ_PERSONAL_DATA in PERMISSIONS[role]}),
        administers_in=paths({Role.ADMINISTRATOR}),
        watches_in=watches_in,
        watches_all=any("." not in path for path in watches_in),
        holdings=holdings,
        permissions=frozenset().union(*(PERMISSIONS[role] for role in roles)),
    )
