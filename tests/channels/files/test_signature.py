"""What a file is: one of six kinds from its first byte to its last, and harmless (N-U01, N-U02, N-U04, N-U05)."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from channels.files.images import SIDE
from channels.files.office import PARTS
from channels.files.signature import EICAR, declared_type, must_be
from channels.refusals import Refusal, Refused
from models.document import FileType
from tests.channels.files import samples

HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


def judged(kind: FileType, content: bytes, folder: Path) -> Refusal | None:
    """Why a file is refused, or None."""
    path = folder / "file"
    path.write_bytes(content)
    try:
        must_be(kind, path)
    except Refused as refused:
        return refused.refusal
    return None


@pytest.mark.parametrize("kind", FileType)
def test_each_kind_is_taken_for_what_it_is_and_for_no_other(kind: FileType, tmp_path: Path) -> None:
    content = samples.SOUND[kind][1]
    for claimed in FileType:
        expected = None if claimed is kind else Refusal.TYPE_NOT_ALLOWED
        assert judged(claimed, content, tmp_path) is expected, claimed


@pytest.mark.parametrize("kind", FileType)
def test_a_file_with_its_end_cut_off_or_something_behind_it_is_refused(kind: FileType, tmp_path: Path) -> None:
    content = samples.SOUND[kind][1]
    for broken in (b"", content[:1], content[: len(content) // 2], content[1:], HTML + content):
        assert judged(kind, broken, tmp_path) is Refusal.TYPE_NOT_ALLOWED
    behind = content + samples.docx() if kind is FileType.PDF else content + HTML
    assert judged(kind, behind, tmp_path) is Refusal.TYPE_NOT_ALLOWED


def test_a_page_that_begins_like_a_pdf_is_no_pdf(tmp_path: Path) -> None:
    """N-U02."""
    for page in (b"%PDF-1.7\n" + HTML, b"%PDF-1.7\n" + HTML + b"startxref\n0\n%%EOF", HTML + samples.pdf()):
        assert judged(FileType.PDF, page, tmp_path) is Refusal.TYPE_NOT_ALLOWED


def test_an_archive_whose_comment_is_the_rest_of_a_picture_is_refused(tmp_path: Path) -> None:
    hidden = samples.archive({"a.js": b"alert(1)"})
    rest = samples.chunk(b"IDAT", b"x") + samples.chunk(b"IEND", b"")
    body = hidden[:-2] + struct.pack("<H", 4 + len(rest))
    both = samples.png()[:33] + samples.chunk(b"teXt", body) + rest
    assert judged(FileType.PNG, both, tmp_path) is Refusal.TYPE_NOT_ALLOWED


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (SIDE + 1, 1), (19_000, 19_000)])
def test_a_picture_too_large_to_be_shown_is_refused_by_its_sides(width: int, height: int, tmp_path: Path) -> None:
    """N-U04: 50,000 × 50,000 in a few bytes."""
    assert judged(FileType.PNG, samples.png(width, height), tmp_path) is Refusal.IMAGE_TOO_LARGE
    assert judged(FileType.JPEG, samples.jpeg(width, height), tmp_path) is Refusal.IMAGE_TOO_LARGE


def test_a_telephones_picture_with_a_second_one_behind_is_taken(tmp_path: Path) -> None:
    assert judged(FileType.JPEG, samples.jpeg(after=samples.jpeg()), tmp_path) is None
    assert judged(FileType.JPEG, samples.jpeg(after=bytes(40)), tmp_path) is None


def test_a_picture_whose_data_were_changed_is_refused(tmp_path: Path) -> None:
    content = bytearray(samples.png())
    content[45] ^= 1
    assert judged(FileType.PNG, bytes(content), tmp_path) is Refusal.TYPE_NOT_ALLOWED


@pytest.mark.parametrize(
    "more",
    [
        {"word/vbaProject.bin": b"macro"},
        {"word/embeddings/setup.bin": b"MZ\x90\x00"},
        {"word/embeddings/run": b"\x7fELF\x02"},
        {"word/settings.xml": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'},
        {"../../etc/cron.d/x": b"x"},
        {"/etc/passwd": b"x"},
        {"word\\document.xml": b"x"},
        {"WORD/document.xml": b"twice"},
        {"word/zeros.bin": bytes(30 << 20)},
    ],
)
def test_what_does_harm_when_it_is_opened_is_unsafe(more: dict[str, bytes], tmp_path: Path) -> None:
    assert judged(FileType.DOCX, samples.docx(more), tmp_path) is Refusal.UNSAFE_FILE


def test_a_bomb_is_refused_by_what_its_directory_says_and_memory_stays_flat(tmp_path: Path) -> None:
    """N-U04: a few kilobytes that say they unpack to gigabytes, and a directory of 500,000 parts."""
    made = bytearray(samples.docx({"word/big.xml": b"x" * 2_000_000}))
    at = made.rfind(b"word/big.xml")
    made[at - 22 : at - 18] = struct.pack("<I", 0xFFFF_FFF0)
    path = tmp_path / "many"
    with zipfile.ZipFile(path, "w") as many:
        for number in range(PARTS + 1):
            many.writestr(f"{number}", b"")
    tracemalloc.start()
    assert judged(FileType.DOCX, bytes(made), tmp_path) is Refusal.UNSAFE_FILE
    assert judged(FileType.DOCX, path.read_bytes(), tmp_path) is Refusal.UNSAFE_FILE
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


def test_a_part_that_unpacks_to_more_than_it_said_is_refused(tmp_path: Path) -> None:
    made = bytearray(samples.docx({"word/big.xml": b"x" * 2_000_000}))
    at = made.rfind(b"word/big.xml")
    made[at - 22 : at - 18] = struct.pack("<I", 100)
    assert judged(FileType.DOCX, bytes(made), tmp_path) is Refusal.TYPE_NOT_ALLOWED


def test_a_locked_document_is_unsafe_for_nobody_can_look_into_it(tmp_path: Path) -> None:
    locked = bytearray(samples.docx())
    at = locked.rfind(b"PK\x01\x02")
    locked[at + 8] |= 1
    assert judged(FileType.DOCX, bytes(locked), tmp_path) is Refusal.UNSAFE_FILE
    manifest = {"META-INF/manifest.xml": b"<manifest:encryption-data/>"}
    parts = {"mimetype": FileType.ODT.value.encode(), **manifest, "content.xml": b"x"}
    assert judged(FileType.ODT, samples.archive(parts), tmp_path) is Refusal.UNSAFE_FILE


def test_a_document_of_another_office_kind_is_refused(tmp_path: Path) -> None:
    presentation = samples.office("presentationml.presentation")
    with_macros = samples.archive({"[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled.main+xml"})
    for other in (presentation, with_macros, samples.archive({"a.txt": b"a"}), samples.archive({})):
        assert judged(FileType.DOCX, other, tmp_path) is Refusal.TYPE_NOT_ALLOWED


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (FileType.PDF, samples.pdf(EICAR)),
        (FileType.DOCX, samples.docx({"word/media/eicar.com": EICAR})),
        (FileType.ODT, samples.odt({"Pictures/x": b"y" * 65_500 + EICAR})),
        (FileType.PNG, samples.png(more=samples.chunk(b"teXt", EICAR))),
    ],
)
def test_the_test_virus_is_found_wherever_it_hides(kind: FileType, content: bytes, tmp_path: Path) -> None:
    """N-U05."""
    assert judged(kind, content, tmp_path) is Refusal.INFECTED_FILE


@pytest.mark.parametrize(
    ("media_type", "name"),
    [
        ("application/x-msdownload", "a.exe"),
        ("text/html", "a.html"),
        ("image/svg+xml", "a.svg"),
        ("text/javascript", "a.js"),
        ("application/pdf", "a.pdf.exe"),
        ("application/pdf", "A.EXE"),
        ("application/pdf", "a.HTML"),
        ("application/pdf", "a"),
        ("application/pdf", "pdf"),
        ("application/pdf", "a.png"),
        ("image/png", "a.pdf"),
        ("application/octet-stream", "a.pdf"),
        ("", "a.pdf"),
        (None, "a.pdf"),
    ],
)
def test_a_name_and_a_type_that_do_not_agree_are_refused_unread(media_type: str | None, name: str) -> None:
    """N-U01."""
    with pytest.raises(Refused) as refused:
        declared_type(media_type, name)
    assert refused.value.refusal is Refusal.TYPE_NOT_ALLOWED


def test_the_longest_file_is_looked_through_in_a_second_or_so(tmp_path: Path) -> None:
    scan = (b"\x12\xff\x00" * 8_000_000)[: 24 << 20]
    content = samples.jpeg()[:-9] + scan + b"\xff\xd9"
    began = time.thread_time()
    assert judged(FileType.JPEG, content, tmp_path) is None
    many = io.BytesIO(samples.png()[:33] + samples.chunk(b"teXt", b"") * 2_000_000)
    assert judged(FileType.PNG, many.getvalue(), tmp_path) is Refusal.TYPE_NOT_ALLOWED
    assert time.thread_time() - began < 5
