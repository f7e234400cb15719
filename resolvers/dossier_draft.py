"""Drafting a dossier: who is proposed for what, by whom, to whom, with which papers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from uuid import UUID

import strawberry
from sqlalchemy import select

import models as rows
from models import calendar
from models.access import Role
from models.base import in_force_on
from models.document import MOST_FILES, must_not_be_secret
from models.dossier import Dossier
from models.refusals import InvalidInput, NotFound
from models.rule_set import CommendationType, DocumentKind
from models.submission import in_force, must_be_decided_by, must_suit
from resolvers.context import Context
from resolvers.engine import Ref
from resolvers.inputs import secret
from resolvers.work import Work, row_key

MOST_LINES = 500
"""More cases than this are sent as several dossiers."""


@strawberry.input(description="Một trường hợp đề nghị khen thưởng. · One nominee for one award.")
class DossierLineInput:
    """One nominee for one award."""

    nominee_id: strawberry.ID
    award_type: str = strawberry.field(description="Mã hình thức, ví dụ BK_T. · The award's code.")
    citation: str = strawberry.field(description="Thành tích được khen, sẽ in trên bằng. · As printed.")
    achievement_year: int
    posthumous: bool = False
    confidential: bool = secret()


@strawberry.input(description="Một tài liệu của hồ sơ. · One paper of a dossier.")
class DossierDocumentInput:
    """One paper of a dossier."""

    kind: DocumentKind
    title: str
    number: str | None = None
    dated: date | None = None
    confidential: bool = secret()


@strawberry.input(description="Hồ sơ cần soạn thảo. · The dossier to draft.")
class DraftDossierInput:
    """The dossier to draft."""

    agency: str = strawberry.field(description="Mã cơ quan trình. · Code of the agency that proposes.")
    authority: str = strawberry.field(description="Mã cơ quan quyết định. · Code of the agency that decides.")
    title: str
    commendation_type: CommendationType
    idempotency_key: UUID
    movement_id: strawberry.ID | None = None
    desk: str | None = strawberry.field(
        description="Mã một bộ phận một cửa bất kỳ trong tỉnh; bỏ trống là của cơ quan quyết định. "
        "· Code of any one-stop desk of the province; left out: that of whoever decides.",
        default=None,
    )
    lines: list[DossierLineInput] = strawberry.field(default_factory=list)
    documents: list[DossierDocumentInput] = strawberry.field(default_factory=list)
    confidential: bool = secret()
    dry_run: bool = False


def cleaned(text: str) -> str:
    """A text in NFC without control and invisible characters, trimmed; perhaps nothing is left."""
    kept = unicodedata.normalize("NFC", text)
    return "".join(c for c in kept if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Cs"}).strip()


def said(name: str, text: str, most: int = 2000) -> str:
    """A text as it is kept: NFC, trimmed, no control characters; raises InvalidInput where nothing or too much."""
    kept = cleaned(text)
    if not kept or len(kept) > most:
        raise InvalidInput(
            field=name,
            message=f"«{name}» phải có từ 1 đến {most} ký tự.",
            message_en=f"“{name}” must have 1 to {most} characters.",
        )
    return kept


async def draft_dossier(context: Context, input: DraftDossierInput) -> Ref:
    """Begin a dossier on the proposer's own desk (Law 06/2022 art 83.1)."""
    declared = [input.confidential, *(each.confidential for each in input.lines)]
    must_not_be_secret(any(declared) or any(each.confidential for each in input.documents))
    async with context.work("draftDossier", input) as work:
        await work.claim()
        today = calendar.day_of(work.now)
        agency = await _agency(work, input.agency, today)
        authority = await _agency(work, input.authority, today)
        dossier = Dossier(
            title=said("title", input.title),
            commendation_type=input.commendation_type,
            agency_id=agency.id,
            authority_id=authority.id,
            handler_id=agency.id,
            movement_id=await movement_key(work, input.movement_id),
            drafted_by_id=work.account_id,
            receiver_id=await desk_key(work, input.desk),
        )
        dossier.agency, dossier.authority, dossier.handler = agency, authority, agency
        entry = dossier.begin(by=work.viewer)
        work.session.add(dossier)
        await work.session.flush()
        await add_lines(work, dossier, input.lines, today)
        _add_documents(work, dossier, input.documents)
        return await work.reply(dossier, entry)


async def _agency(work: Work, code: str, today: date) -> rows.Agency:
    found: rows.Agency | None = await work.session.scalar(
        select(rows.Agency).where(rows.Agency.code == code, in_force_on(rows.Agency, today))
    )
    if found is None:
        raise NotFound
    return found


async def movement_key(work: Work, id: str | None) -> UUID | None:
    """The key of the movement with this client's id, if one is given; raises NotFound."""
    if id is None:
        return None
    found: UUID | None = await work.session.scalar(
        select(rows.Movement.id).where(rows.Movement.id == row_key("Movement", id))
    )
    if found is None:
        raise NotFound
    return found


async def add_lines(work: Work, dossier: Dossier, inputs: list[DossierLineInput], today: date) -> None:
    """Write the cases of a dossier; raises InvalidInput, NotFound or RuleNotMet for what cannot be proposed."""
    if len(inputs) > MOST_LINES:
        raise InvalidInput(
            field="lines",
            message=f"Một hồ sơ có tối đa {MOST_LINES} trường hợp. Hãy tách thành nhiều hồ sơ.",
            message_en=f"A dossier has at most {MOST_LINES} lines. Split it into several.",
        )
    nominees = await _nominees(work, {row_key("Nominee", line.nominee_id) for line in inputs})
    awards = await award_types(work, {line.award_type for line in inputs}, today)
    for position, line in enumerate(inputs, start=1):
        nominee, award = nominees[row_key("Nominee", line.nominee_id)], awards[line.award_type]
        must_suit(nominee, award, posthumous=line.posthumous)
        work.session.add(_line(dossier, position, line, nominee, award, today))
    await must_be_decided_by(work.session, dossier.authority.kind, awards.values(), today)
    _must_not_repeat(inputs)


def _line(
    dossier: Dossier, position: int, line: DossierLineInput, nominee: rows.Nominee, award: rows.AwardType, today: date
) -> rows.DossierLine:
    if not 1945 <= line.achievement_year <= today.year:
        raise InvalidInput(
            field="achievementYear",
            message=f"Năm thành tích phải từ 1945 đến {today.year}.",
            message_en=f"The achievement's year must lie between 1945 and {today.year}.",
        )
    return rows.DossierLine(
        dossier_id=dossier.id,
        position=position,
        nominee_id=nominee.id,
        award_type_id=award.id,
        citation=said("citation", line.citation),
        achievement_year=line.achievement_year,
        posthumous=line.posthumous,
    )


def _must_not_repeat(lines: list[DossierLineInput]) -> None:
    pairs = [(line.nominee_id, line.award_type) for line in lines]
    if len(set(pairs)) < len(pairs):
        raise InvalidInput(
            field="lines",
            message="Một đối tượng được đề nghị hai lần cho cùng một hình thức. Hãy bỏ bớt dòng trùng.",
            message_en="A nominee is proposed twice for the same award. Remove the repeated line.",
        )


async def _nominees(work: Work, keys: Iterable[UUID]) -> dict[UUID, rows.Nominee]:
    wanted = set(keys)
    found = {row.id: row for row in await work.session.scalars(select(rows.Nominee).where(rows.Nominee.id.in_(wanted)))}
    if found.keys() != wanted:
        raise NotFound
    return found


async def award_types(work: Work, codes: set[str], today: date) -> dict[str, rows.AwardType]:
    """The awards in force with these codes; raises InvalidInput naming those that are not."""
    chosen = in_force(rows.AwardType, today).where(rows.AwardType.code.in_(codes))
    found = {row.code: row for row in await work.session.scalars(chosen)}
    if missing := sorted(codes - found.keys()):
        raise InvalidInput(
            field="awardType",
            message=f"Danh mục hiện hành không có: {', '.join(missing)}. Hãy xem `awardTypes`.",
            message_en=f"The catalogue in force has no {', '.join(missing)}. See `awardTypes`.",
        )
    return found


def _add_documents(work: Work, dossier: Dossier, inputs: list[DossierDocumentInput]) -> None:
    must_not_be_too_many(len(inputs))
    work.session.add_all(paper(dossier, position, document) for position, document in enumerate(inputs, start=1))


def must_not_be_too_many(papers: int) -> None:
    """Raise InvalidInput for more papers than a dossier holds."""
    if papers > MOST_FILES:
        raise InvalidInput(
            field="documents",
            message=f"Một hồ sơ có tối đa {MOST_FILES} tài liệu. Hãy gộp bớt.",
            message_en=f"A dossier holds at most {MOST_FILES} documents. Merge some.",
        )


def paper(dossier: Dossier, position: int, input: DossierDocumentInput) -> rows.DossierDocument:
    """A paper as it is kept; raises InvalidInput for a title or number that cannot be."""
    return rows.DossierDocument(
        dossier_id=dossier.id,
        position=position,
        kind=input.kind,
        title=said("title", input.title, 500),
        number=said("number", input.number, 100) if input.number else None,
        dated=input.dated,
    )


async def desk_key(work: Work, code: str | None) -> UUID | None:
    """The key of the desk chosen, if one is: any where dossiers are received (Decree 118/2025); raises InvalidInput."""
    if code is None:
        return None
    held, today = rows.RoleHeld, calendar.day_of(work.now)
    serves = select(held.id).where(
        held.agency_id == rows.Agency.id, held.role == Role.ONE_STOP, in_force_on(held, today)
    )
    found: UUID | None = await work.session.scalar(
        select(rows.Agency.id).where(rows.Agency.code == code, serves.exists())
    )
    if found is None:
        raise InvalidInput(
            field="desk",
            message="Cơ quan này không có bộ phận một cửa. Hãy chọn nơi khác hoặc bỏ trống.",
            message_en="No one-stop desk serves there. Choose another, or leave it out.",
        )
    return found
