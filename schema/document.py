"""The papers of a dossier, and their files; the acts on them are in document_acts."""

from __future__ import annotations

from datetime import date, datetime

import models as rows
from models.document import FileSignature, FileType, visible_file
from models.dossier import visible_document
from models.rule_set import DocumentKind
from resolvers import document as resolve
from resolvers.engine import reads, shows, to_one
from schema.account import Account
from schema.node import Node


@shows(rows.DocumentFile, visible=visible_file)
class DocumentFile(Node):
    """A file of a paper: its content is had by GET /web/files/<id>."""

    edition: int
    """1 for the paper's first file; each that takes its place is one more."""
    name: str
    """What it is saved as."""
    type: FileType
    """What it is."""
    size: int
    """Bytes."""
    sha256: str
    """SHA-256 of its content, 64 hexadecimal digits."""
    signature: FileSignature | None
    """Whether its signatures hold; null where it was sent before they were looked at."""
    uploaded_at: datetime
    """When it was sent."""
    uploaded_by: Account | None = to_one(description="Who sent it.")


@shows(rows.DossierDocument, visible=visible_document)
class DossierDocument(Node):
    """A paper of a dossier."""

    kind: DocumentKind
    """What it is."""
    title: str
    """Its title."""
    number: str | None
    """Its number."""
    dated: date | None
    """Its day."""
    files: list[DocumentFile] = reads(resolve.files)
