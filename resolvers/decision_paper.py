"""What every act that makes or changes a decision needs: its day, its number, its signer, and what the journal says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models import calendar, topics
from models.agency import Agency
from models.decision import Decision, DecisionKind, DecisionStatus, Signature
from models.demand import Demand, must_meet
from models.journal import Entry
from models.refusals import InvalidInput
from models.signing import AS_ON_PAPER, is_above, signing
from resolvers.decision_number import counting, number_asked, number_for
from resolvers.work import Work


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A decision as it is signed: what of it an act is told."""

    agency: Agency
    title: str
    signed_on: date
    number: str | None
    signature: Signature = Signature.IN_PERSON
    kind: DecisionKind = DecisionKind.COMMENDATION
    signer: tuple[str, str] | None = None
    """Name and title of whoever signed above; left out: the paper names them."""


def signed_on(asked: date | None, earliest: date, work: Work, *, since: tuple[str, str]) -> date:
    """The day of signature, today where left out: not before `earliest`, not in the future; `since` says why not."""
    today = calendar.day_of(work.now)
    day = asked or today
    if earliest <= day <= today:
        return day
    vietnamese, english = since
    raise InvalidInput(
        field="signedOn",
        message=f"Ngày ký phải từ {vietnamese} ({earliest:%d/%m/%Y}) đến hôm nay. Hãy kiểm tra lại ngày ký.",
        message_en=f"The day of signature must lie between {english} ({earliest}) and today. Check it.",
    )


async def issued(work: Work, paper: Paper, *demands: Demand, then: Sequence[Demand] = ()) -> tuple[Decision, list[Any]]:
    """The decision of a paper, numbered in the year of its signature once all that is demanded of it was found met, and
    what was found. Two statements: `then` is asked in the second. Raises RuleNotMet, NumberTaken, InvalidInput.
    """
    agency, year, asked = paper.agency, paper.signed_on.year, number_asked(paper.agency, paper.number)
    own = () if is_above(agency) else (signing(work.account_id, agency, paper.signed_on),)
    *found, counted = await must_meet(work.session, *demands, *own, counting(agency, year, asked))
    signer, name, title = _above(paper) if is_above(agency) else found[-1]
    number, more = await number_for(work, agency, year, asked, counted, *then)
    decision = Decision(
        number=number,
        title=paper.title,
        kind=paper.kind,
        agency_id=paper.agency.id,
        signed_on=paper.signed_on,
        signature=paper.signature,
        recorded=is_above(paper.agency),
        signer_id=signer,
        signer_name=name,
        signer_title=title,
    )
    work.session.add(decision)
    return decision, [*found, *more]


def _above(paper: Paper) -> tuple[None, str, str]:
    """Of what was signed above the names alone: no account of ours."""
    return None, *(paper.signer or (AS_ON_PAPER, paper.agency.name))


def told(decision: Decision, agency: Agency, work: Work, act: str, says: str | None = None, **data: object) -> Entry:
    """The journal entry about a decision as it now is; `says` is for the public, who hear of what was published."""
    public = decision.published_at is not None and says is not None
    return Entry(
        act=act,
        actor_id=work.account_id,
        subject_kind="Decision",
        subject_id=decision.id,
        subject_version=decision.version,
        topics=topics.decisions_of(agency.path) if public else topics.above(agency.path),
        public_text=says if public else None,
        data={"number": decision.number, "status": decision.status.name, **data},
    )


def publish(decision: Decision, work: Work) -> None:
    """Make a decision public from now on."""
    decision.status, decision.published_at = DecisionStatus.PUBLISHED, work.now
