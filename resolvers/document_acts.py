"""Papers of a dossier: adding one, putting another in its place, taking one out; state secrets stay on paper."""

from __future__ import annotations

from datetime import date

import strawberry
from sqlalchemy import func, select

import models as rows
from models.document import ADDED_BY_THE_DESK, adding_to, must_hold, must_not_be_secret
from models.dossier import Dossier, visible_dossier
from models.journal import Entry
from models.refusals import InvalidInput, NotFound
from models.rule_set import DocumentKind
from models.workflow import Step
from resolvers.context import Context
from resolvers.dossier_draft import DossierDocumentInput, must_not_be_too_many, paper, said
from resolvers.dossier_steps import DESKS
from resolvers.engine import Ref
from resolvers.inputs import DossierStepInput, secret
from resolvers.work import Work, row_key

_FILE = "Mã tệp đã gửi qua POST /web/files. · A file sent by POST /web/files."


@strawberry.input(description="Một tài liệu thêm vào hồ sơ. · A paper to add to a dossier.")
class AddDocumentInput(DossierStepInput):
    """A paper to add to a dossier."""

    document: DossierDocumentInput
    file: strawberry.ID | None = strawberry.field(description=_FILE, default=None)


@strawberry.input(description="Bản thay cho một tài liệu. · What takes a paper's place.")
class ReplaceDocumentInput(DossierStepInput):
    """What takes a paper's place; what is left out stays as it is."""

    document_id: strawberry.ID
    title: str | None = None
    number: str | None = None
    dated: date | None = None
    file: strawberry.ID | None = strawberry.field(description=_FILE, default=None)
    confidential: bool = secret()


@strawberry.input(description="Tài liệu rút khỏi hồ sơ. · The paper to take out.")
class RemoveDocumentInput(DossierStepInput):
    """The paper to take out of a dossier."""

    document_id: strawberry.ID


async def add_document(context: Context, input: AddDocumentInput) -> Ref:
    """Add a paper, with its file where it has one: the proposer's own, or what the handling desk obtains (art 84)."""
    must_not_be_secret(input.document.confidential)
    async with context.work("addDocument", input) as work:
        dossier = await _locked(work, input)
        step = adding_to(dossier)
        entry = dossier.take(step, by=work.viewer, note=input.note)
        _must_be_theirs(step, input.document.kind)
        document = await _new(work, dossier, input.document)
        work.session.add(document)
        file = await _take_file(work, dossier, document, input.file)
        return await work.reply(dossier, _told(entry, document, "added", file))


async def replace_document(context: Context, input: ReplaceDocumentInput) -> Ref:
    """Put another file, title, number or day in the place of a paper's; its files so far are kept (art 84)."""
    must_not_be_secret(input.confidential)
    async with context.work("replaceDocument", input) as work:
        dossier = await _locked(work, input)
        entry = dossier.take(Step.AMEND, by=work.viewer, note=input.note)
        document = await _paper(work, dossier, input.document_id)
        document.title = said("title", input.title, 500) if input.title else document.title
        document.number = said("number", input.number, 100) if input.number else document.number
        document.dated = input.dated or document.dated
        file = await _take_file(work, dossier, document, input.file)
        return await work.reply(dossier, _told(entry, document, "replaced", file))


async def remove_document(context: Context, input: RemoveDocumentInput) -> Ref:
    """Take a paper out of a dossier that its proposer may change; it is kept, and shown no more (art 84)."""
    async with context.work("removeDocument", input) as work:
        dossier = await _locked(work, input)
        entry = dossier.take(Step.AMEND, by=work.viewer, note=input.note)
        document = await _paper(work, dossier, input.document_id)
        document.removed_at = work.now
        return await work.reply(dossier, _told(entry, document, "removed", None))


async def _locked(work: Work, input: DossierStepInput) -> Dossier:
    return await work.lock(Dossier, input.id, visible_dossier, version=input.expected_version, load=DESKS)


def _must_be_theirs(step: Step, kind: DocumentKind) -> None:
    """Raise InvalidInput where the desk adds what is the proposer's to bring."""
    if step is Step.ADD_DOCUMENT and kind not in ADDED_BY_THE_DESK:
        raise InvalidInput(
            field="kind",
            message=f"«{kind.value}» do cơ quan trình nộp. Hãy yêu cầu bổ sung hồ sơ.",
            message_en="This paper is the proposer's to bring. Request a supplement.",
        )


async def _new(work: Work, dossier: Dossier, input: DossierDocumentInput) -> rows.DossierDocument:
    """The paper, after all that the dossier ever held. Raises InvalidInput where it holds enough."""
    row = rows.DossierDocument
    counted = select(func.coalesce(func.max(row.position), 0), func.count().filter(row.removed_at.is_(None)))
    last, held = (await work.session.execute(counted.where(row.dossier_id == dossier.id))).one()
    must_not_be_too_many(held + 1)
    return paper(dossier, last + 1, input)


async def _paper(work: Work, dossier: Dossier, said_id: str) -> rows.DossierDocument:
    """A paper of this dossier. Raises NotFound."""
    document: rows.DossierDocument | None = await work.session.get(
        rows.DossierDocument, row_key("DossierDocument", said_id)
    )
    if document is None or document.dossier_id != dossier.id or document.removed_at is not None:
        raise NotFound
    return document


async def _take_file(
    work: Work, dossier: Dossier, document: rows.DossierDocument, said_id: str | None
) -> rows.DocumentFile | None:
    """Make a file that the actor sent for this dossier the paper's newest. Raises NotFound for any other.

    RuleNotMet where it was altered after it was signed.
    """
    if said_id is None:
        return None
    file = rows.DocumentFile
    editions = select(func.coalesce(func.max(file.edition), 0)).where(file.document_id == document.id)
    found = (
        await work.session.execute(
            select(file, editions.scalar_subquery())
            .where(
                file.id == row_key("DocumentFile", said_id),
                file.dossier_id == dossier.id,
                file.uploaded_by_id == work.account_id,
                file.document_id.is_(None),
            )
            .with_for_update(of=file)
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    sent: rows.DocumentFile = found[0]
    must_hold(sent)
    sent.document_id, sent.edition = document.id, found[1] + 1
    return sent


def _told(entry: Entry, document: rows.DossierDocument, became: str, file: rows.DocumentFile | None) -> Entry:
    """The entry with what became of which paper; the file's hash stands in the journal, and so in its chain."""
    about = {"document": str(document.id), "kind": document.kind.name, "became": became}
    entry.data |= about | ({"sha256": file.sha256} if file else {})
    return entry
