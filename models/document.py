"""The files of a dossier's papers: what came in, by whose hand, and by the SHA-256 of what is in it."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, exists, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access import Viewer
from models.account import Account
from models.base import Base, Identified, closed
from models.dossier import Dossier, DossierDocument, visible_document
from models.refusals import RuleNotMet
from models.rule_set import DocumentKind
from models.workflow import Step, workflow

MOST_FILES = 50
"""Papers of one dossier, and files of theirs with those that wait to be one's."""
MOST_A_DAY, MOST_BYTES_A_DAY = 300, 500 << 20
"""What one account may send within 24 hours."""
WAITS = timedelta(hours=24)
"""A file that no paper was given by then is forgotten."""
ADDED_BY_THE_DESK = frozenset(
    {DocumentKind.OPINION, DocumentKind.PUBLIC_POSTING, DocumentKind.BALLOT_MINUTES, DocumentKind.OTHER}
)
"""What comes to be while a dossier is handled (Law 06/2022 arts 84.3, 84.5, 90); the rest its proposer brings."""


def must_not_be_secret(confidential: bool) -> None:
    """Raise RuleNotMet for what is declared a state secret: it goes on paper, and nothing of it is kept here."""
    if confidential:
        raise RuleNotMet(
            rule="STATE_SECRET",
            article="Law 06/2022 arts 84.4, 85.1đ",
            remedy="paper",
            message="Nội dung thuộc bí mật nhà nước không được đưa vào hệ thống; không lưu lại gì. Hãy lập hồ sơ giấy"
            " theo thủ tục đơn giản và gửi qua văn thư mật tới cơ quan thi đua, khen thưởng.",
            message_en="State secrets must not enter this system; nothing was kept. Make a paper dossier by the simple"
            " procedure and send it by classified mail to the emulation office.",
        )


def adding_to(dossier: Dossier) -> Step:
    """By which step papers are added to a dossier as it stands: its proposer's, or that of the desk it lies on."""
    amend = workflow(dossier.workflow_code)[Step.AMEND]
    return Step.AMEND if dossier.status in amend.before else Step.ADD_DOCUMENT


class FileType(enum.Enum):
    """What a file may be, by its media type."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ODT = "application/vnd.oasis.opendocument.text"


class FileSignature(enum.Enum):
    """What was found of the signatures in a file when it came: the worst of them, where there are several."""

    NONE = "không có chữ ký số"
    VALID = "còn nguyên vẹn, người ký tin cậy"
    INVALID = "bị sửa sau khi ký, hoặc chữ ký hỏng"
    UNKNOWN_SIGNER = "còn nguyên vẹn, chưa rõ người ký"


class DocumentFile(Identified, Base):
    """A file as it was sent; never changed. A paper's newest edition is the paper, those before stay beside it."""

    __tablename__ = "document_file"

    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id", ondelete="CASCADE"))
    """For which dossier it was sent."""
    document_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("dossier_document.id", ondelete="CASCADE"), default=None
    )
    """Whose paper it is; null until it is named in an act."""
    edition: Mapped[int] = mapped_column(default=0)
    """The paper's first file is 1, each that takes its place is one more; 0 while it is no paper's."""
    name: Mapped[str]
    type: Mapped[FileType] = mapped_column(closed(FileType))
    size: Mapped[int]
    """Bytes."""
    sha256: Mapped[str]
    """Of its content, in hexadecimal digits: by it the content is kept and found."""
    uploaded_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    signature: Mapped[FileSignature | None] = mapped_column(closed(FileSignature), default=None)
    """Null where it came before signatures were looked at. PDFs alone are looked at: others have NONE."""
    uploaded_at: Mapped[datetime] = mapped_column(init=False, server_default=func.now())
    uploaded_by: Mapped[Account] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_hexadecimal"),
        CheckConstraint("size > 0", name="size_is_not_nothing"),
        CheckConstraint("name = normalize(name, NFC) and name !~ '[/\\\\]'", name="name_is_nfc_and_no_path"),
        CheckConstraint("(document_id is null) = (edition = 0)", name="a_papers_file_has_an_edition"),
        CheckConstraint("edition >= 0", name="editions_count_from_nought"),
        Index("uq_document_file_edition", "document_id", "edition", unique=True),
        Index("ix_document_file_dossier", "dossier_id"),
        Index("ix_document_file_sha256", "sha256"),
        Index("ix_document_file_uploaded", "uploaded_by_id", "uploaded_at"),
        Index("ix_document_file_waiting", "uploaded_at", postgresql_where="document_id is null"),
    )


def must_hold(file: DocumentFile) -> None:
    """Raise RuleNotMet for a file that is no longer what was signed: no step may rely on it."""
    if file.signature is FileSignature.INVALID:
        raise RuleNotMet(
            rule="INVALID_SIGNATURE",
            article="province",
            remedy="file",
            message=f"Tệp «{file.name}» đã bị sửa sau khi ký số, hoặc chữ ký hỏng, nên không dùng làm tài liệu được."
            " Hãy xin lại bản gốc của người ký, hoặc ký lại, rồi gửi tệp ấy.",
            message_en=f"The file “{file.name}” was altered after it was signed, or its signature is broken. Get the"
            " original from its signer, or have it signed again, and send that file.",
        )


def visible_file(row: type[DocumentFile], viewer: Viewer, of_seen: bool = False) -> ColumnElement[bool]:
    """Whoever sees a paper (`of_seen`: this one is) sees its files; one that is no paper's is nobody's to see."""
    if of_seen:
        return row.document_id.is_not(None)
    paper = select(DossierDocument.id).where(
        DossierDocument.id == row.document_id, visible_document(DossierDocument, viewer)
    )
    return exists(paper)
