"""What every act of a council's sitting begins with: who may, and where the sitting stands."""

from __future__ import annotations

from sqlalchemy.orm import joinedload

import models as rows
from models.council import Council, CouncilSession, SessionStatus, visible_session
from models.refusals import WrongSessionStatus
from models.workflow import Step, workflow
from resolvers.council_inputs import SessionStepInput
from resolvers.work import Work

COUNCIL = joinedload(CouncilSession.council).joinedload(Council.agency).joinedload(rows.Agency.desk)
"""An act of a sitting looks at the council's agency and its desk."""


def must_keep(work: Work, council: Council, step: Step) -> None:
    """Raise NotPermitted unless the viewer may take this step of dossiers at the council's desk."""
    work.must_hold(workflow()[step].roles, council.desk.path)


def must_stand(session: CouncilSession, *statuses: SessionStatus) -> None:
    """Raise WrongSessionStatus unless the sitting stands at one of these."""
    if session.status not in statuses:
        raise WrongSessionStatus(session_status=session.status)


async def sitting(work: Work, input: SessionStepInput, step: Step, *statuses: SessionStatus) -> CouncilSession:
    """The sitting locked for change by whoever may take this step at the council's desk; raises as `lock` does,
    NotPermitted, or WrongSessionStatus unless it stands at one of these.
    """
    found = await work.lock(CouncilSession, input.id, visible_session, version=input.expected_version, load=(COUNCIL,))
    must_keep(work, found.council, step)
    must_stand(found, *statuses)
    return found
