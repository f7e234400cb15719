"""The register's schema: every kind of binding the engine knows, over the rows beside it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, NewType
from uuid import UUID

import strawberry
from strawberry.schema.config import StrawberryConfig

from models.access import Permission
from resolvers.engine import (
    Connection,
    Ref,
    column,
    computed,
    demands,
    many,
    node_of,
    reads,
    row_id,
    self_,
    shows,
    subscribes,
    to_one,
    told,
)

from . import computing, rows, selects
from .computing import AllowedStep, Piece
from .rows import DossierStatus, NomineeKind

BigInt = NewType("BigInt", int)


@strawberry.interface
class Node:
    """Whatever has a global id."""

    id: strawberry.ID


@shows(rows.Agency, open="agencies are public")
class Agency(Node):
    """An agency of the province."""

    motto: str = computed(computing.mottoes, reads=("code",))

    code: str
    name: str
    """Its official name."""
    path: str
    parent: "Agency | None"
    children: list["Agency"] = reads(selects.children)
    dossiers: Connection[Annotated["Dossier", strawberry.lazy(__name__)]] = many(selects.agency_dossiers)


@shows(rows.Nominee, open="names are public in this register")
class Nominee(Node):
    full_name: str
    kind: NomineeKind
    birth_year: int | None
    phone: str = column(needs=Permission.READ_PERSONAL_DATA)
    awards: Connection[Annotated["Award", strawberry.lazy(__name__)]] = many(selects.awards_won)


@shows(rows.AwardType, open="the law is public")
class AwardType(Node):
    code: str
    label: str
    rank: int


@shows(rows.Entry, visible=rows.visible_entry, key="key")
class Event(Node):
    seq: int
    act: str
    at: datetime
    actor: str
    note: str | None
    after: DossierStatus | None
    remark: str | None
    dossier: Annotated["Dossier", strawberry.lazy(__name__)] | None


@shows(rows.DossierLine, visible=rows.visible_line)
class DossierLine(Node):
    position: int
    outcome: str | None
    nominee: Nominee
    dossier: Annotated["Dossier", strawberry.lazy(__name__)] = to_one(covered="a line is seen with its dossier")


@shows(rows.Dossier, visible=rows.visible_dossier)
class Dossier(Node):
    """A case made for a nominee."""

    frail: str | None = computed(computing.fragile, reads=("title", "version"))
    brittle: str = computed(computing.fragile, reads=("title", "version"))
    pieces: list[Piece] | None = computed(computing.pieced, reads=("version",))
    parts: list[Piece | None] = computed(computing.pieced, reads=("version",))

    code: str | None
    title: str
    label: str
    status: DossierStatus
    version: int
    urgent: bool
    sealed: bool | None
    budget: BigInt
    share: Decimal | None
    reference: UUID | None
    tags: list[str]
    created_at: datetime
    due_on: date | None
    note: str | None
    line_count: int
    agency: Agency
    nominee: Nominee
    award_type: AwardType | None
    decision: Annotated["Decision", strawberry.lazy(__name__)] | None
    lines: Connection[DossierLine] = many(selects.lines_of)
    events: Connection[Event] = many(selects.events_of)
    last_event: Event | None = reads(selects.last_event)
    allowed_steps: list[AllowedStep] = computed(computing.allowed_steps, reads=("status", "agency_id"))
    shout: str = computed(computing.shout, reads=("title",))
    odd: str = computed(computing.odd, reads=("title",))


@shows(rows.Decision, visible=rows.visible_decision)
class Decision(Node):
    number: str
    title: str
    signed_on: date
    published_at: datetime | None
    agency: Agency
    awards: Connection[Annotated["Award", strawberry.lazy(__name__)]] = many(selects.awards_of)


@shows(rows.Award, visible=rows.visible_award)
class Award(Node):
    position: int
    recipient: Nominee
    award_type: AwardType
    decision: Decision | None


Hit = Annotated[Dossier | Decision, strawberry.union("Hit")]


@strawberry.type
class Session:
    token: str
    dossier: Dossier | None


@strawberry.type
class Query:
    node: Node | None = node_of(id=strawberry.ID)
    nodes: list[Node | None] = node_of(ids=list[strawberry.ID])
    agencies: Connection[Agency] = many(selects.agencies)
    dossier: Dossier | None = reads(selects.dossier)
    dossier_by_code: Dossier | None = reads(selects.dossier_by_code)
    dossiers: Connection[Dossier] = many(selects.dossiers)
    decisions: Connection[Decision] = many(selects.decisions)
    search: list[Hit] = reads(selects.search)
    first_hit: Hit | None = reads(selects.first_hit)

    @strawberry.field
    def now(self) -> str:
        return "a Python field"

    @strawberry.field(**demands(Permission.READ_PERSONAL_DATA))
    def secret(self) -> str:
        return "for few"


@strawberry.type
class NotFound:
    message: str


Result = Annotated[Dossier | NotFound, strawberry.union("TouchDossierResult")]


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def touch_dossier(self, info: strawberry.Info, id: strawberry.ID, unseen: bool = False) -> Result:
        """Give the dossier back, as if it had just been written."""
        key = row_id(id, "Dossier")
        if key is None:
            return NotFound(message="There is no such dossier.")
        return Ref(rows.Dossier, key, written=unseen)

    @strawberry.mutation
    async def open_session(self, info: strawberry.Info, id: strawberry.ID) -> Session:
        """A payload that is Python with a row in it."""
        return Session(token="t", dossier=Ref(rows.Dossier, row_id(id)))


@strawberry.type
class Resync:
    reason: str
    head: str


@dataclass
class Missed:
    reason: str
    head: str

    @property
    def cursor(self) -> str:
        return self.head


@shows(rows.Entry, visible=rows.visible_entry)
class DossierMoved:
    """A step of a dossier."""

    cursor: str
    event: Event | None = self_()
    dossier: Dossier | None
    resync: Resync | None = told()


async def dossier_moved(context: Any, id: strawberry.ID, after: str | None = None) -> AsyncIterator[Any]:
    """Each step of one dossier."""

    async def follow() -> AsyncIterator[Any]:
        yield id, after

    return follow()


@strawberry.type
class Subscription:
    dossier_moved: DossierMoved = subscribes(dossier_moved)


schema = strawberry.Schema(
    Query,
    Mutation,
    Subscription,
    types=[Agency, Nominee, AwardType, Event, DossierLine, Dossier, Decision, Award],
    config=StrawberryConfig(scalar_map={BigInt: strawberry.scalar(name="BigInt", serialize=str, parse_value=int)}),
)
