"""Drafting a dossier: who is proposed for what, by whom, to whom, with which papers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from uuid import UUID

import strawberry
from sqlalchemy import ARRAY, Text, Uuid, and_, column, func, literal, select

import models as rows
from models import calendar
from models.access import Role
from models.award_type import AuthorityRight
from models.base import in_force_on
from models.document import MOST_FILES, must_not_be_secret
from models.dossier import Dossier
from models.refusals import InvalidInput, NotFound
from models.rule_set import CommendationType, DocumentKind
from models.submission import in_force, may_not_decide, must_suit
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
        agency, authority, receiver_id, movement = await _places(work, input, today)
        dossier = Dossier(
            title=said("title", input.title),
            commendation_type=input.commendation_type,
            agency_id=agency.id,
            authority_id=authority.id,
            handler_id=agency.id,
            movement_id=movement,
            drafted_by_id=work.account_id,
            receiver_id=receiver_id,
        )
        dossier.agency, dossier.authority, dossier.handler = agency, authority, agency
        entry = dossier.begin(by=work.viewer)
        work.session.add(dossier)
        work.session.add_all(await proposed(work, dossier, input.lines, today))
        _add_documents(work, dossier, input.documents)
        return await work.reply(dossier, entry)


async def _places(
    work: Work, input: DraftDossierInput, today: date
) -> tuple[rows.Agency, rows.Agency, UUID | None, UUID | None]:
    """Who proposes, who decides, and the keys of the desk and the movement chosen, by one statement.

    Any desk of the province may be chosen (Decree 118/2025). Raises NotFound, or InvalidInput for no desk.
    """
    agency, held = rows.Agency, rows.RoleHeld
    movement = row_key("Movement", input.movement_id) if input.movement_id else None
    serves = select(held.id).where(held.agency_id == agency.id, held.role == Role.ONE_STOP, in_force_on(held, today))
    known = select(rows.Movement.id).where(rows.Movement.id == movement).scalar_subquery()
    codes = [code for code in (input.agency, input.authority, input.desk) if code is not None]
    asked = select(agency, in_force_on(agency, today), serves.exists(), known).where(agency.code.in_(codes))
    found = {each[0].code: each for each in await work.session.execute(asked)}
    proposer, decider = found.get(input.agency), found.get(input.authority)
    if not (proposer and proposer[1] and decider and decider[1]) or proposer[3] != movement:
        raise NotFound
    desk = found.get(input.desk) if input.desk else None
    if input.desk is not None and not (desk and desk[2]):
        raise no_desk()
    return proposer[0], decider[0], desk and desk[0].id, movement


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


async def proposed(work: Work, dossier: Dossier, inputs: list[DossierLineInput], today: date) -> list[rows.DossierLine]:
    """The cases of a dossier, not yet written; raises InvalidInput, NotFound or RuleNotMet for what cannot be."""
    if len(inputs) > MOST_LINES:
        raise InvalidInput(
            field="lines",
            message=f"Một hồ sơ có tối đa {MOST_LINES} trường hợp. Hãy tách thành nhiều hồ sơ.",
            message_en=f"A dossier has at most {MOST_LINES} lines. Split it into several.",
        )
    if not inputs:
        return []
    named, found = await _named(work, dossier, inputs, today), []
    for position, (line, (nominee, award, may_decide)) in enumerate(zip(inputs, named, strict=True), start=1):
        must_suit(nominee, award, posthumous=line.posthumous)
        if not may_decide:
            raise may_not_decide(dossier.authority.kind, award.code, award.name, award.name_en)
        found.append(_line(dossier, position, line, nominee, award, today))
    _must_not_repeat(inputs)
    return found


async def _named(
    work: Work, dossier: Dossier, inputs: list[DossierLineInput], today: date
) -> list[tuple[rows.Nominee, rows.AwardType, bool]]:
    """Of each line its nominee, its award in force, and whether the dossier's authority decides on it: one statement.

    Raises NotFound for nobody's key, InvalidInput naming the awards that are not in force.
    """
    nominee, award, right = rows.Nominee, rows.AwardType, rows.Authority
    keys, codes = zip(*((row_key("Nominee", line.nominee_id), line.award_type) for line in inputs), strict=True)
    asked = func.unnest(literal(list(keys), ARRAY(Uuid)), literal(list(codes), ARRAY(Text)))
    line = asked.table_valued(column("nominee", Uuid), column("award", Text), with_ordinality="place", name="line")
    line = line.render_derived()
    decides = select(right.id).where(
        right.award_type_id == award.id,
        right.agency_kind == dossier.authority.kind,
        right.right == AuthorityRight.DECIDES,
        in_force_on(right, today),
    )
    found = (
        await work.session.execute(
            select(nominee, award, decides.exists())
            .select_from(line)
            .outerjoin(nominee, nominee.id == line.c.nominee)
            .outerjoin(award, and_(award.code == line.c.award, in_force_on(award, today)))
            .order_by(line.c.place)
        )
    ).all()
    if any(each[0] is None for each in found):
        raise NotFound
    if unknown := sorted({code for code, each in zip(codes, found, strict=True) if each[1] is None}):
        raise _not_in_force(unknown)
    return [(each[0], each[1], each[2]) for each in found]


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


async def award_types(work: Work, codes: set[str], today: date) -> dict[str, rows.AwardType]:
    """The awards in force with these codes; raises InvalidInput naming those that are not."""
    chosen = in_force(rows.AwardType, today).where(rows.AwardType.code.in_(codes))
    found = {row.code: row for row in await work.session.scalars(chosen)}
    if missing := sorted(codes - found.keys()):
        raise _not_in_force(missing)
    return found


def _not_in_force(codes: Iterable[str]) -> InvalidInput:
    return InvalidInput(
        field="awardType",
        message=f"Danh mục hiện hành không có: {', '.join(codes)}. Hãy xem `awardTypes`.",
        message_en=f"The catalogue in force has no {', '.join(codes)}. See `awardTypes`.",
    )


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


def no_desk() -> InvalidInput:
    """The refusal of a desk where nobody receives dossiers."""
    return InvalidInput(
        field="desk",
        message="Cơ quan này không có bộ phận một cửa. Hãy chọn nơi khác hoặc bỏ trống.",
        message_en="No one-stop desk serves there. Choose another, or leave it out.",
    )
