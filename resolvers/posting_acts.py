"""Posting a dossier's list in public, commenting on it, and ending its window (Law 06/2022 art 84.5)."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from datetime import date
from functools import cache
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.dml import ReturningUpdate

import models as rows
from models import calendar
from models.access import Role, Viewer
from models.asking import nothing_to_post
from models.consulting import stands
from models.dossier import Dossier, visible_dossier
from models.journal import Entry
from models.posting import PostingCase, PublicPosting, last_day, posting_rule, visible_posting
from models.posting_comment import CommentSource, PostingComment
from models.posting_duty import PROPOSED, must_be_over, must_not_be_running
from models.refusals import IllegalStep, InvalidInput, NotFound, RuleNotMet
from models.workflow import DossierStatus, Step
from resolvers.consulting_inputs import CommentInput, PostDossierInput, RecordCommentInput
from resolvers.context import Context
from resolvers.dossier_draft import said
from resolvers.dossier_steps import CASES, DESKS, RULES
from resolvers.engine import Ref
from resolvers.inputs import DossierStepInput
from resolvers.work import Work, row_key

RECORDING = frozenset({Role.ONE_STOP, Role.APPRAISER, Role.OFFICE_HEAD, Role.SECRETARY})
"""Who at the dossier's desk records comments that come by letter, by telephone or in person."""


async def post_dossier(context: Context, input: PostDossierInput) -> Ref:
    """Make the list of a dossier's eligible cases public for comments, for as long as the law says (art 84.5)."""
    async with context.work("postDossier", input) as work:
        load = (*DESKS, CASES, RULES)
        dossier = await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=load)
        entry = dossier.take(Step.POST, by=work.viewer, note=input.note)
        earlier = await _call_off_earlier(work, dossier)
        posting = _posting(work, dossier)
        work.session.add(posting)
        work.session.add_all(_cases(posting, dossier, {row_key("DossierLine", each) for each in input.initials}))
        return await work.reply(posting, *earlier, posting.entry("POST", work.viewer), entry)


async def _call_off_earlier(work: Work, dossier: Dossier) -> list[Entry]:
    """End what is left of an earlier posting, which the dossier left by another way."""
    found = await work.session.scalars(_called_off(), {"posted": dossier.id, "at": work.now})
    return [each.entry("CALL_OFF_POSTING", work.viewer) for each in found]


@cache
def _called_off() -> ReturningUpdate[PublicPosting]:
    row = PublicPosting
    ended = update(row).where(row.dossier_id == bindparam("posted", type_=Uuid()), row.closed_at.is_(None))
    ended = ended.values(closed_at=bindparam("at"), called_off=True, version=row.version + 1)
    return ended.returning(row).execution_options(synchronize_session=False)


def _posting(work: Work, dossier: Dossier) -> PublicPosting:
    days = posting_rule(dossier.rule_set.code if dossier.rule_set else "").working_days
    return PublicPosting(
        dossier_id=dossier.id,
        code=dossier.code or "",
        title=dossier.title,
        agency_id=dossier.agency_id,
        opened_at=work.now,
        working_days=days,
        closes_on=last_day(calendar.day_of(work.now), days),
    )


def _cases(posting: PublicPosting, dossier: Dossier, hidden: Collection[UUID]) -> list[PostingCase]:
    """The list as it is shown: of each case that goes on a name, an agency and an award."""
    lines = [line for line in dossier.lines if line.outcome in PROPOSED]
    if not lines:
        raise nothing_to_post()
    if not {line.id for line in lines}.issuperset(hidden):
        raise NotFound
    return [
        PostingCase(
            posting_id=posting.id,
            position=place,
            line_id=line.id,
            name=initials(line.nominee.name) if line.id in hidden else line.nominee.name,
            agency_id=line.nominee.agency_id,
            award_type_id=line.award_type_id,
        )
        for place, line in enumerate(lines, start=1)
    ]


def initials(name: str) -> str:
    """`Hoàng Thị An` as `H. T. A.`"""
    return " ".join(f"{word[0]}." for word in unicodedata.normalize("NFC", name).split())


async def comment_on_posting(context: Context, input: CommentInput) -> Ref:
    """Say what one thinks of a posted list, until the end of its last day; the public does not read it."""
    async with context.work("commentOnPosting", input) as work:
        await work.claim()
        posting = await commented(work.session, work.viewer, row_key("PublicPosting", input.posting))
        must_be_open(posting, calendar.day_of(work.now))
        account = await work.session.get_one(rows.Account, work.account_id)
        comment = PostingComment(
            posting_id=posting.id,
            kind=input.kind,
            text=said("text", input.text),
            author_name=account.full_name,
            author_id=account.id,
            source=CommentSource.ONLINE,
            received_on=calendar.day_of(work.now),
            at=work.now,
        )
        work.session.add(comment)
        return await work.reply(comment, comment.entry(work.viewer))


async def record_comment(context: Context, input: RecordCommentInput) -> Ref:
    """Record what somebody said by letter, by telephone or in person while the list stood in public."""
    async with context.work("recordComment", input) as work:
        await work.claim()
        posting = await commented(work.session, work.viewer, row_key("PublicPosting", input.posting))
        work.must_hold(RECORDING, posting.dossier.handler.path)
        today = calendar.day_of(work.now)
        day = _received_on(posting, input.received_on or today, today)
        must_be_open(posting, day)
        comment = PostingComment(
            posting_id=posting.id,
            kind=input.kind,
            text=said("text", input.text),
            author_name=said("authorName", input.author_name, 200),
            source=_other_way(input.source),
            received_on=day,
            at=work.now,
        )
        work.session.add(comment)
        return await work.reply(comment, comment.entry(work.viewer))


async def commented(session: AsyncSession, viewer: Viewer, key: UUID) -> PublicPosting:
    """The list a comment is on, kept from being ended meanwhile; raises NotFound."""
    row = PublicPosting
    found: PublicPosting | None = await session.scalar(
        select(row)
        .where(row.id == key, visible_posting(row, viewer))
        .options(joinedload(row.dossier).joinedload(Dossier.handler))
        .with_for_update(read=True, of=row)
    )
    if found is None:
        raise NotFound
    return found


def must_be_open(posting: PublicPosting, day: date) -> None:
    """Raise RuleNotMet unless the list stands in public for comments of this day."""
    standing = posting.closed_at is None and stands(posting.dossier, DossierStatus.POSTED)
    if not standing or day > posting.last_day:
        raise RuleNotMet(
            rule="POSTING_ENDED",
            article="Law 06/2022 art 84.5",
            remedy=posting.closes_on.isoformat(),
            message=f"Thời gian lấy ý kiến đã hết ngày {posting.closes_on:%d/%m/%Y}. "
            "Nếu còn kiến nghị, hãy gửi đơn đến cơ quan trình hoặc cơ quan xử lý hồ sơ.",
            message_en=f"Comments were taken until {posting.closes_on}. "
            "If you have a complaint, write to whoever proposed or handles the dossier.",
        )


def _received_on(posting: PublicPosting, day: date, today: date) -> date:
    opened = calendar.day_of(posting.opened_at)
    if opened <= day <= today:
        return day
    raise InvalidInput(
        field="receivedOn",
        message=f"Ngày nhận phải từ ngày công khai ({opened:%d/%m/%Y}) đến hôm nay.",
        message_en=f"The day it came must lie between the posting ({opened}) and today.",
    )


def _other_way(source: CommentSource) -> CommentSource:
    if source is not CommentSource.ONLINE:
        return source
    raise InvalidInput(
        field="source",
        message="Ý kiến trực tuyến do chính người có ý kiến gửi. Hãy chọn cách khác.",
        message_en="Online comments are sent by their authors. Choose another way.",
    )


async def end_posting(context: Context, input: DossierStepInput) -> Ref:
    """End a posting whose window is over, sooner than the system does (art 84.5)."""
    async with context.work("endPosting", input) as work:
        dossier = await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=DESKS)
        entry = dossier.take(Step.END_POSTING, by=work.viewer, note=input.note)
        row = PublicPosting
        open_ = select(row).where(row.dossier_id == dossier.id, row.closed_at.is_(None)).with_for_update()
        entries = []
        for posting in await work.session.scalars(open_):
            must_be_over(posting, calendar.day_of(work.now))
            entries.append(posting.close(work.now, work.viewer, "END_POSTING"))
        return await work.reply(dossier, *entries, entry)


async def taken_once_over(work: Work, dossier: Dossier, step: Step, note: str | None) -> Entry:
    """Take a step; where a list that stands in public is why it may not be taken, say until when it stands."""
    try:
        return dossier.take(step, by=work.viewer, note=note)
    except IllegalStep:
        if dossier.status is DossierStatus.POSTED:
            await must_not_be_running(work.session, dossier, calendar.day_of(work.now))
        raise
