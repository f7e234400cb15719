"""Documents and tables of an office: archives whose directory is read first, and whose parts are bounded before use.

Nothing is written out and no XML is read as XML: an entity or a bomb in it finds nobody to set it off.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from channels.refusals import Refusal, Refused
from models.document import FileType

PARTS, DIRECTORY = 2_000, 1 << 20
"""Parts of an archive, and bytes of the directory that lists them."""
UNPACKED, RATIO = 200 << 20, 100
"""Bytes of all parts together, and how many times its packed length a large part may have."""
_SMALL = 1 << 20
"""A part of so many bytes is let be, however well it was packed."""
_MAIN = {
    FileType.DOCX: b"wordprocessingml.document.main+xml",
    FileType.XLSX: b"spreadsheetml.sheet.main+xml",
    FileType.ODT: b"application/vnd.oasis.opendocument.text",
}
_TOLD_IN = {FileType.DOCX: "[Content_Types].xml", FileType.XLSX: "[Content_Types].xml", FileType.ODT: "mimetype"}
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"#!")
_MACRO_FOLDERS, _MACRO_PART = ("basic/", "scripts/", "macros/"), "vbaproject.bin"
_CHUNK = 1 << 16


def must_be_office(kind: FileType, path: Path, forbidden: bytes) -> None:
    """Raise TYPE_NOT_ALLOWED unless an archive is what it should be, UNSAFE_FILE where it is a bomb, locked, a program.

    `forbidden`: bytes for which a part is taken to be infected.
    """
    _must_have_a_small_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _must_be_bounded(parts)
            for part in parts:
                _must_be_harmless(archive, part, forbidden)
            _must_say(kind, archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, KeyError, ValueError):
        raise Refused(Refusal.TYPE_NOT_ALLOWED) from None


def _must_have_a_small_directory(path: Path) -> None:
    """The last bytes tell the length of the directory, which zipfile would read whole; nothing stands before it all."""
    with path.open("rb") as file:
        length = file.seek(0, 2)
        file.seek(max(0, length - 42))
        last = file.read()
    end = last[-22:]
    if len(end) < 22 or end[:4] != b"PK\x05\x06" or end[20:] != b"\0\0":
        raise Refused(Refusal.TYPE_NOT_ALLOWED)
    entries, size, start = struct.unpack("<HII", end[10:20])
    if entries > PARTS or size > DIRECTORY or last[:4] == b"PK\x06\x07":
        raise Refused(Refusal.UNSAFE_FILE)
    if start + size != length - 22:
        raise Refused(Refusal.TYPE_NOT_ALLOWED)


def _must_be_bounded(parts: list[zipfile.ZipInfo]) -> None:
    """By what the directory says of them; zipfile never unpacks more than is said there."""
    names = [part.filename for part in parts]
    packed_well = any(part.file_size > max(_SMALL, RATIO * part.compress_size) for part in parts)
    if len(parts) > PARTS or packed_well or sum(part.file_size for part in parts) > UNPACKED:
        raise Refused(Refusal.UNSAFE_FILE)
    if len({name.lower() for name in names}) < len(names) or any(map(_leads_away, names)):
        raise Refused(Refusal.UNSAFE_FILE)
    if any(part.flag_bits & 1 for part in parts) or any(_is_macro(name.lower()) for name in names):
        raise Refused(Refusal.UNSAFE_FILE)
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise Refused(Refusal.TYPE_NOT_ALLOWED)


def _leads_away(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")


def _is_macro(name: str) -> bool:
    return name.startswith(_MACRO_FOLDERS) or name.endswith(_MACRO_PART)


def _must_be_harmless(archive: zipfile.ZipFile, part: zipfile.ZipInfo, forbidden: bytes) -> None:
    """Unpack one part, a piece at a time: its checksum holds, it is no program, and declares no entities."""
    before = b""
    for piece in _pieces(archive, part):
        if not before and piece.startswith(_PROGRAMS):
            raise Refused(Refusal.UNSAFE_FILE)
        seen = before + piece
        if forbidden in seen:
            raise Refused(Refusal.INFECTED_FILE)
        if b"<!ENTITY" in seen:
            raise Refused(Refusal.UNSAFE_FILE)
        before = piece[-len(forbidden) :]


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as opened:
        while piece := opened.read(_CHUNK):
            yield piece


def _must_say(kind: FileType, archive: zipfile.ZipFile) -> None:
    """The part that tells what the whole is, tells this kind."""
    part = archive.getinfo(_TOLD_IN[kind])
    told = archive.read(part) if part.file_size <= _SMALL else b""
    if kind is FileType.ODT:
        locked = b"encryption-data" in archive.read("META-INF/manifest.xml")
        if locked:
            raise Refused(Refusal.UNSAFE_FILE)
    if (told.strip() != _MAIN[kind]) if kind is FileType.ODT else (_MAIN[kind] not in told):
        raise Refused(Refusal.TYPE_NOT_ALLOWED)
