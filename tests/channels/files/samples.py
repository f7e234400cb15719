"""Small real files of each kind, made byte by byte."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from models.document import FileType

JPEG_TABLES = b"\xff\xdb\x00\x43\x00" + bytes([16] * 64)


def pdf(text: bytes = b"To trinh", *, padding: int = 0) -> bytes:
    """A page with a line on it; a stream of `padding` bytes makes it longer."""
    drawn = b"BT /F1 12 Tf 72 720 Td (" + text + b") Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(drawn), drawn),
        b"<</Length %d>>stream\n%b\nendstream" % (padding, bytes(padding)),
    ]
    said, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(said))
        said += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return said + (
        b"xref\n0 6\n0000000000 65535 f \n%btrailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (table, len(said))
    )


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 2, height: int = 2, *, more: bytes = b"", after: bytes = b"") -> bytes:
    """A black picture of these sides; its data are those of the smallest."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0\0\0" * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", data) + chunk(b"IEND", b"") + after


def jpeg(width: int = 8, height: int = 8, *, after: bytes = b"") -> bytes:
    """A frame of these sides with a scan that has stuffed and restarting markers in it."""
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + JPEG_TABLES + frame + scan + b"\xff\xd9" + after


def archive(parts: dict[str, bytes], *, packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packed) as held:
        for name, body in parts.items():
            held.writestr(name, body, zipfile.ZIP_STORED if name == "mimetype" else packed)
    return made.getvalue()


def office(main: str, more: dict[str, bytes] | None = None) -> bytes:
    types = f'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.{main}.main+xml"/></Types>'
    return archive({"[Content_Types].xml": types.encode(), "_rels/.rels": b"<Relationships/>", **(more or {})})


def docx(more: dict[str, bytes] | None = None) -> bytes:
    return office("wordprocessingml.document", {"word/document.xml": b"<w:document/>", **(more or {})})


def xlsx(more: dict[str, bytes] | None = None) -> bytes:
    return office("spreadsheetml.sheet", {"xl/workbook.xml": b"<workbook/>", **(more or {})})


def odt(more: dict[str, bytes] | None = None) -> bytes:
    parts = {"mimetype": FileType.ODT.value.encode(), "META-INF/manifest.xml": b"<manifest:manifest/>"}
    return archive(parts | {"content.xml": b"<office:document-content/>"} | (more or {}))


SOUND = {
    FileType.PDF: ("tờ trình.pdf", pdf()),
    FileType.PNG: ("ảnh.PNG", png()),
    FileType.JPEG: ("ảnh.jpeg", jpeg()),
    FileType.DOCX: ("báo cáo.docx", docx()),
    FileType.XLSX: ("danh sách.xlsx", xlsx()),
    FileType.ODT: ("biên bản.odt", odt()),
}
"""One of each, with a name."""
