"""How a dossier moves: each step changes its status and version and gives one journal entry; the law says who may."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from models import topics
from models.access import Viewer
from models.journal import Entry
from models.refusals import InvalidInput, NotPermitted
from models.verdict import Facts, illegal, obstacles, taken_by, who_took
from models.workflow import Desk, DossierStatus, Step, StepRule, workflow

if TYPE_CHECKING:
    from sqlalchemy.orm import Mapped

    from models.agency import Agency
    from models.dossier_line import DossierLine


class Moving:
    """What a dossier can do: take steps."""

    if TYPE_CHECKING:
        id: Mapped[UUID]
        status: Mapped[DossierStatus]
        version: Mapped[int]
        workflow_code: Mapped[str]
        came_from: Mapped[list[str]]
        actors: Mapped[dict[str, list[str]]]
        declared: Mapped[list[UUID]]
        drafted_by_id: Mapped[UUID]
        submitted_by_id: Mapped[UUID | None]
        appraiser_id: Mapped[UUID | None]
        agency: Mapped[Agency]
        handler: Mapped[Agency]
        authority: Mapped[Agency]
        lines: Mapped[list[DossierLine]]

        def tick(self, before: DossierStatus) -> None:
            """See `Timed`."""

    @property
    def office(self) -> Agency:
        """Where dossiers for its authority are handled, and received unless another desk is chosen."""
        return self.authority.desk or self.authority

    def begin(self, *, by: Viewer) -> Entry:
        """The journal entry of a new draft; its agencies must be set. Raises NotPermitted."""
        rule = workflow(self.workflow_code)[Step.DRAFT]
        holding = next(iter(by.holding(rule.roles, self.agency.path)), None)
        if holding is None:
            raise NotPermitted.unless(rule.roles)
        self._note(Step.DRAFT, by.account_id, holding.for_account_id)
        return self.entry(rule, by, before=None, behalf=holding.for_account_id)

    def take(self, step: Step, *, by: Viewer, note: str | None = None, reason: str | None = None) -> Entry:
        """Take one step and return its journal entry. Its agencies must have been loaded with it, its lines too where
        the step asks for interests.

        Raises NotPermitted, IllegalStep, SeparationOfDuties, ConflictOfInterest, then InvalidInput without a reason.
        """
        rule = workflow(self.workflow_code)[step]
        facts = self.facts(rule, by)
        for obstacle in obstacles(rule, facts, by):
            raise obstacle
        if rule.reasoned and not (reason or "").strip():
            raise InvalidInput(
                field="reason",
                message="Bước này phải có lý do để cơ quan trình biết. Hãy nêu lý do.",
                message_en="This step wants a reason, which the proposer reads. Give one.",
            )
        holding = taken_by(rule, facts, by)
        return self._move(rule, by, note, reason, holding.for_account_id if holding else None)

    def follow(self, step: Step, *, by: Viewer, note: str | None = None, reason: str | None = None) -> Entry:
        """Take a step that the law makes follow from another act: nobody's roles are asked. Raises IllegalStep."""
        rule = workflow(self.workflow_code)[step]
        if self.status not in rule.before:
            raise illegal(rule, self.status)
        return self._move(rule, by, note, reason)

    def facts(self, rule: StepRule, by: Viewer) -> Facts:
        """What decides whether a viewer may take a step."""
        near = by.nominees and rule.interests
        return Facts(
            status=self.status,
            paths={desk: getattr(self, desk.value).path for desk in Desk},
            appraiser_id=self.appraiser_id,
            taken=self.taken(),
            declared=frozenset(self.declared),
            nominees=frozenset(line.nominee_id for line in self.lines) if near else frozenset(),
        )

    def taken(self) -> dict[Step, frozenset[UUID]]:
        """Who took which step, as far as others must stand apart from it."""
        return who_took(
            self.actors,
            drafted_by=self.drafted_by_id,
            submitted_by=self.submitted_by_id,
            appraiser=self.appraiser_id,
        )

    def _move(
        self, rule: StepRule, by: Viewer, note: str | None, reason: str | None, behalf: UUID | None = None
    ) -> Entry:
        """The only place that assigns a status."""
        before = self.status
        self.status, came_from = rule.lead(before, [DossierStatus[name] for name in self.came_from])
        self.came_from = [status.name for status in came_from]
        self._note(rule.step, by.account_id, behalf)
        self.tick(before)
        self.version += 1
        return self.entry(rule, by, before=before, note=note, reason=reason, behalf=behalf)

    def _note(self, step: Step, *who: UUID | None) -> None:
        """Remember who took a step, and on whose behalf: others must stand apart from both."""
        accounts = {str(account) for account in who if account is not None}
        if accounts:
            self.actors = {**self.actors, step.name: sorted(accounts.union(self.actors.get(step.name, ())))}

    @property
    def before_council(self) -> bool:
        """Whether it is before the council, or waits elsewhere and goes back there."""
        return DossierStatus.COUNCIL in (self.status, *(DossierStatus[name] for name in self.came_from))

    def heard_by(self) -> list[str]:
        """The topics of those who hear of what becomes of it: its followers, and the desks it concerns."""
        paths = (self.agency.path, self.handler.path, self.authority.path)
        return sorted({topics.dossier(self.id), *(topic for path in paths for topic in topics.above(path))})

    def entry(
        self,
        rule: StepRule,
        by: Viewer,
        *,
        before: DossierStatus | None,
        note: str | None = None,
        reason: str | None = None,
        behalf: UUID | None = None,
    ) -> Entry:
        """The journal entry of a step just taken: told to the dossier's followers and on the desks it concerns."""
        said = {
            "before": before and before.name,
            "after": self.status.name,
            "note": note,
            "reason": reason,
            "onBehalfOf": behalf and str(behalf),
        }
        return Entry(
            act=rule.step.name,
            actor_id=by.account_id,
            subject_kind="Dossier",
            subject_id=self.id,
            subject_version=self.version,
            topics=self.heard_by(),
            public_text=rule.says,
            data={key: value for key, value in said.items() if value is not None},
        )
