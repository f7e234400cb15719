"""Tracking: giving a nominee a code for one dossier, and letting whoever has it, and knows what they know, look."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import strawberry
from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, joinedload

import models as rows
from models.access import PROPOSING, Audience, Role, Viewer
from models.dossier import Dossier, visible_dossier, visible_line
from models.dossier_line import DossierLine
from models.nominee import NomineePersonal
from models.refusals import InvalidInput, NotPermitted, RuleNotMet, TooManyAttempts, WrongTrackingCode
from models.secret import keyed
from models.tracking import LASTS, Tracking, TrackingPass, code_of, factor_of, hash_of, visible_tracking
from models.workflow import DossierStatus
from resolvers.account import token_hash
from resolvers.context import Context
from resolvers.engine import Ref
from resolvers.inputs import unkept
from resolvers.sign_in import count, forgive
from resolvers.work import Work, row_key

PASS = "tra-cuu."  # noqa: S105  how a token begins, not a secret
"""What the tokens of passes begin with: who has one is looked for among passes alone."""
_DESK = frozenset({Role.ONE_STOP, Role.OFFICE_HEAD})
_FILE = aliased(Dossier)
"""A case's dossier, beside the one by which it is known whether the case is seen."""
_DESKS = joinedload(_FILE.agency), joinedload(_FILE.handler), joinedload(_FILE.receiver)
_NOT_SENT = frozenset({DossierStatus.DRAFT, DossierStatus.DELETED})
_FACTOR = (
    "Sáu số cuối của số định danh cá nhân, hoặc của mã số thuế của tập thể. "
    "· The last six digits of the personal number, or of the collective's tax code."
)


@strawberry.input(description="Cấp mã tra cứu cho một trường hợp. · Whom to give a tracking code.")
class IssueTrackingCodeInput:
    """Whom to give a tracking code, and what they must know beside it."""

    line_id: strawberry.ID = strawberry.field(description="Trường hợp trong hồ sơ. · The nominee's case.")
    idempotency_key: UUID
    second_factor: str | None = unkept(
        f"{_FACTOR} Bỏ trống: theo sổ đăng ký. · Left out: by the register.", default=None
    )
    dry_run: bool = False


@strawberry.input(description="Tra cứu một hồ sơ. · What is printed on the receipt, and what the nominee knows.")
class TrackDossierInput:
    """What is printed on the receipt, and what the nominee knows."""

    code: str = strawberry.field(description="Mã tra cứu, 16 ký tự. · The tracking code, 16 signs.")
    second_factor: str = strawberry.field(description=_FACTOR)


@dataclass(frozen=True)
class Tracked:
    """A new pass: its token, shown once, and the dossier it lets one look at."""

    token: str
    expires_at: datetime
    dossier: Ref


async def issue_tracking_code(context: Context, input: IssueTrackingCodeInput) -> Ref:
    """Give one nominee of a dossier a code to follow it by; the code they had, if any, ends.

    With the receipt at reception: the desk, or whoever proposes (Circular 01/2018/TT-VPCP art 19).
    """
    async with context.work("issueTrackingCode", input) as work:
        line, dossier = await _case(work, input.line_id)
        _must_be_theirs(work, dossier)
        _must_be_sent(dossier)
        factor = await _factor(work, line, input.second_factor)
        former = update(Tracking).where(*_of_case(line.dossier_id, line.nominee_id)).values(ended_at=work.now)
        await work.session.execute(former)  # before another takes its place
        made = Tracking(dossier_id=line.dossier_id, nominee_id=line.nominee_id, issued_by_id=work.account_id)
        made.factor_hash = hash_of(context.secret(), made.id, factor)
        work.session.add(made)
        return await work.reply(made, made.entry(work.viewer))


async def _case(work: Work, said_id: str) -> tuple[DossierLine, Dossier]:
    """The case and its dossier, the case locked so that two at once give one code after the other. Raises NotFound."""
    line = DossierLine
    wanted = (
        select(line, _FILE)
        .join(_FILE, _FILE.id == line.dossier_id)
        .where(line.id == row_key("DossierLine", said_id), visible_line(line, work.viewer))
        .options(*_DESKS)
        .with_for_update(of=line)
    )
    ((found, dossier, *_),) = await work.read(wanted)
    return found, dossier


def _must_be_theirs(work: Work, dossier: Dossier) -> None:
    """Raise NotPermitted but for the desk it lies on or came to, and whoever proposes."""
    places = [(_DESK, dossier.handler), (_DESK, dossier.receiver), (PROPOSING, dossier.agency)]
    for roles, agency in places:
        if agency is not None and work.viewer.holds(roles, agency.path):
            return work.must_hold(roles, agency.path)
    raise NotPermitted.unless(_DESK | PROPOSING)


def _must_be_sent(dossier: Dossier) -> None:
    if dossier.status in _NOT_SENT:
        raise RuleNotMet(
            rule="NOT_SUBMITTED",
            article="01/2018/TT-VPCP, 19",
            remedy="submitDossier",
            message="Hồ sơ chưa gửi nên chưa có gì để tra cứu. Hãy gửi hồ sơ rồi cấp mã.",
            message_en="The dossier is not submitted: there is nothing to follow yet. Submit it, then give the code.",
        )


async def _factor(work: Work, line: DossierLine, said: str | None) -> str:
    """What the nominee must know: as it is said, else by the register. Raises InvalidInput or RuleNotMet."""
    if said is not None:
        if (factor := factor_of(said)) is not None:
            return factor
        raise InvalidInput(
            field="secondFactor",
            message="Cần đúng sáu chữ số: sáu số cuối của số định danh cá nhân hoặc mã số thuế. Hãy nhập lại.",
            message_en="Six digits are needed: the last of the personal number or the tax code. Enter them again.",
        )
    person = NomineePersonal
    known = await work.session.scalar(select(person.personal_number).where(person.nominee_id == line.nominee_id))
    if known is None:
        raise RuleNotMet(
            rule="NO_SECOND_FACTOR",
            article="province",
            remedy="secondFactor",
            message="Sổ đăng ký không có số định danh của đối tượng. Hãy hỏi và nhập sáu số cuối.",
            message_en="The register has no personal number of theirs. Ask for its last six digits and enter them.",
        )
    return str(known)[-6:]


def _of_case(dossier: Any, nominee: Any) -> tuple[ColumnElement[bool], ...]:
    return Tracking.dossier_id == dossier, Tracking.nominee_id == nominee, Tracking.ended_at.is_(None)


def tracking_code(viewer: Viewer, parent: type[DossierLine]) -> Select[Tracking]:
    """By which code the nominee follows the dossier, to print the receipt again; for staff. Null: none was given."""
    same = _of_case(parent.dossier_id, parent.nominee_id)
    return select(Tracking).where(*same, visible_tracking(Tracking, viewer)).order_by(Tracking.id)


async def track_dossier(context: Context, input: TrackDossierInput) -> Tracked:
    """Look at one dossier for twenty minutes by the code on the receipt and what the nominee knows.

    Each attempt at a code is counted before it is looked at, alike whether there is such a code; five wrong ones lock
    it for a while. What is wrong is not told, nor that it is locked.
    """
    code, factor = code_of(input.code), factor_of(input.second_factor) or ""
    tried = keyed(context.secret(), "tracking-code", code.encode())
    async with context.sessions.begin() as work:
        try:
            await count(work, tried)
            locked = False
        except TooManyAttempts:
            locked = True
    async with context.sessions.begin() as work:
        found = await work.scalar(select(Tracking).where(Tracking.code == code, Tracking.ended_at.is_(None)))
        kept = found.factor_hash if found else b""
        right = hmac.compare_digest(kept, hash_of(context.secret(), found.id if found else uuid4(), factor))
        if found is None or not right or locked or not await _shown(work, found):
            raise WrongTrackingCode
        await forgive(work, tried)
        return await _begin(context, work, found)


def viewer_of(tracking: Tracking) -> Viewer:
    """Whoever has a pass sees what the nominee would of this one dossier, and does nothing."""
    return Viewer(Audience.NOMINEE, nominee_id=tracking.nominee_id, tracked_id=tracking.dossier_id)


async def _shown(work: AsyncSession, tracking: Tracking) -> bool:
    """Whether the nominee may see the dossier still."""
    dossier = aliased(Dossier)
    seen = select(dossier.id).where(dossier.id == tracking.dossier_id, visible_dossier(dossier, viewer_of(tracking)))
    return await work.scalar(seen) is not None


async def _begin(context: Context, work: AsyncSession, tracking: Tracking) -> Tracked:
    token = PASS + secrets.token_urlsafe(32)
    now = (await work.execute(select(func.now()))).scalar_one()
    work.add(TrackingPass(tracking_id=tracking.id, token_hash=token_hash(token), expires_at=now + LASTS))
    context.viewer = viewer_of(tracking)  # the reply is already read as whoever has the pass
    return Tracked(token, now + LASTS, Ref(Dossier, tracking.dossier_id))


async def viewer_by_pass(session: AsyncSession, token: str) -> tuple[Viewer, datetime] | None:
    """Whom a pass stands for and until when; None where it is unknown or over, or its code has ended."""
    row = TrackingPass
    found = await session.execute(
        select(Tracking, row.expires_at)
        .join(Tracking, Tracking.id == row.tracking_id)
        .where(row.token_hash == token_hash(token), row.expires_at > func.now(), Tracking.ended_at.is_(None))
    )
    kept = found.one_or_none()
    return (viewer_of(kept[0]), kept[1]) if kept else None


async def forget(session: AsyncSession) -> None:
    """Remove the passes that are over. The caller commits."""
    await session.execute(delete(rows.TrackingPass).where(rows.TrackingPass.expires_at < func.now()))
