"""What a file is by its bytes, never by what its name or sender says; both must then agree with it.

Libraries that guess a type look at the first bytes and stop. What is let in here must be one thing from its first byte
to its last, so each of the six kinds is walked through: a file that is two things at once is neither.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable
from pathlib import Path

from channels.files.images import must_be_jpeg, must_be_png
from channels.files.names import extension
from channels.files.office import must_be_office
from channels.refusals import Refusal, Refused
from models.document import FileType

EXTENSIONS = {
    FileType.PDF: {"pdf"},
    FileType.PNG: {"png"},
    FileType.JPEG: {"jpg", "jpeg"},
    FileType.DOCX: {"docx"},
    FileType.XLSX: {"xlsx"},
    FileType.ODT: {"odt"},
}
"""By which endings each kind goes."""
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless text that every virus scanner takes for a virus; in two parts, lest one takes this module for it."""

_HEAD, _TAIL = 4_096, 2_048
_MARKUP = re.compile(rb"<\s*(!doctype|html|script|svg|iframe|body|\?php|%)", re.IGNORECASE)
_PDF = re.compile(rb"%PDF-[12]\.\d[\r\n ]")
_ZIP_END = re.compile(rb"PK\x05\x06.{16}(?P<comment>..)", re.DOTALL)

Bytes = mmap.mmap
Check = Callable[[Bytes], None]


def declared_type(media_type: str | None, name: str) -> FileType:
    """The kind a request says it sends, by its Content-Type and the name's ending. Raises TYPE_NOT_ALLOWED."""
    said = (media_type or "").partition(";")[0].strip().lower()
    kind = next((kind for kind in FileType if kind.value == said), None)
    if kind is None or extension(name) not in EXTENSIONS[kind]:
        raise Refused(Refusal.TYPE_NOT_ALLOWED)
    return kind


def must_be(kind: FileType, path: Path) -> None:
    """Raise TYPE_NOT_ALLOWED, IMAGE_TOO_LARGE, UNSAFE_FILE or INFECTED_FILE unless a file is this and nothing else."""
    if path.stat().st_size == 0:
        raise Refused(Refusal.TYPE_NOT_ALLOWED)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data.find(EICAR) >= 0:
            raise Refused(Refusal.INFECTED_FILE)
        if not data[:16].startswith(_BEGINS[kind]):
            raise Refused(Refusal.TYPE_NOT_ALLOWED)
        if kind in _WALKED:
            _must_be_nothing_else(data)
            _WALKED[kind](data)
    if kind not in _WALKED:
        must_be_office(kind, path, EICAR)


def _must_be_nothing_else(data: Bytes) -> None:
    """No page of markup at its beginning, and no archive that ends where it ends."""
    start = max(0, len(data) - 65_557)
    ends = (start + end.end() + int.from_bytes(end["comment"], "little") for end in _ZIP_END.finditer(data[start:]))
    if _MARKUP.search(data[:_HEAD]) or len(data) in ends:
        raise Refused(Refusal.TYPE_NOT_ALLOWED)


def _must_be_pdf(data: Bytes) -> None:
    """A version in its first line, and in its last ones where its table of contents is."""
    end = data[-_TAIL:]
    if not _PDF.match(data[:16]) or b"startxref" not in end or b"%%EOF" not in end:
        raise Refused(Refusal.TYPE_NOT_ALLOWED)


_ZIP = b"PK\x03\x04"
_BEGINS = {
    FileType.PDF: b"%PDF-",
    FileType.PNG: b"\x89PNG\r\n\x1a\n",
    FileType.JPEG: b"\xff\xd8\xff",
    FileType.DOCX: _ZIP,
    FileType.XLSX: _ZIP,
    FileType.ODT: _ZIP,
}
_WALKED: dict[FileType, Check] = {
    FileType.PDF: _must_be_pdf,
    FileType.PNG: must_be_png,
    FileType.JPEG: must_be_jpeg,
}
