"""Signatures in PDFs (N-U13): whole and trusted, altered in any byte or after, by somebody unknown, broken, or none."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from channels.files import seals
from tests.channels.files import samples
from tests.channels.files.signing import (
    TRUSTED,
    UNKNOWN,
    amended,
    authority,
    loaded,
    person,
    signed,
    with_empty_field,
)

ROOTS = [loaded(authority(TRUSTED))]


def judged(content: bytes) -> str:
    return seals.judged(io.BytesIO(content), ROOTS)


def said(content: bytes) -> str:
    """What the process makes of a file."""
    try:
        return judged(content)
    except Exception:
        return "UNREADABLE"


@pytest.fixture(scope="module")
def paper() -> bytes:
    """A PDF signed by somebody with a certificate of the trusted authority."""
    return signed(samples.pdf(), person())


def contents(paper: bytes) -> tuple[int, int]:
    """Where the signature itself lies in a signed PDF: the only bytes that it does not cover."""
    start = paper.index(b"/Contents <") + len(b"/Contents <")
    return start, paper.index(b">", start)


def test_what_is_as_it_was_signed_is_valid_and_so_it_is_with_a_second_signature(paper: bytes) -> None:
    assert judged(paper) == "VALID"
    assert judged(signed(paper, person("Văn thư"), field="Dấu")) == "VALID"


def test_without_a_signature_it_says_none_be_there_a_place_for_one_or_not() -> None:
    assert judged(samples.pdf()) == "NONE"
    assert judged(with_empty_field()) == "NONE"


def test_no_byte_can_be_altered_after_signing(paper: bytes) -> None:
    start, end = contents(paper)
    chance, places = random.Random(13), [*range(start), *range(end, len(paper))]
    for place in chance.sample(places, 150):
        altered = bytearray(paper)
        altered[place] ^= 1 << chance.randrange(8)
        assert said(bytes(altered)) in {"INVALID", "UNREADABLE"}, place


def test_the_text_of_a_page_altered_by_one_letter_is_seen(paper: bytes) -> None:
    assert judged(paper.replace(b"(To trinh)", b"(To trinH)")) == "INVALID"


def test_a_revision_that_changes_a_page_after_signing_is_seen_also_when_somebody_signs_it(paper: bytes) -> None:
    changed = amended(paper)
    assert changed.startswith(paper)
    assert judged(changed) == "INVALID"
    assert judged(signed(changed, person("Văn thư"), field="Dấu")) == "INVALID"


def test_a_signer_of_no_trusted_authority_is_unknown_and_one_among_several_is_told(paper: bytes) -> None:
    stranger = person("Người lạ", of=UNKNOWN)
    assert judged(signed(samples.pdf(), stranger, authority(UNKNOWN))) == "UNKNOWN_SIGNER"
    assert judged(signed(paper, stranger, field="Dấu")) == "UNKNOWN_SIGNER"
    assert seals.judged(io.BytesIO(paper), []) == "UNKNOWN_SIGNER"


def test_a_certificate_that_has_run_out_or_only_bears_the_authoritys_name_does_not_count() -> None:
    assert judged(signed(samples.pdf(), person("Hết hạn", days=-1))) == "UNKNOWN_SIGNER"
    namesake = authority.__wrapped__(TRUSTED)
    assert seals.judged(io.BytesIO(signed(samples.pdf(), person())), [loaded(namesake)]) == "UNKNOWN_SIGNER"


def test_a_broken_signature_is_invalid(paper: bytes) -> None:
    start, end = contents(paper)
    for content in (b"00" * ((end - start) // 2), paper[start:end].replace(b"3", b"4"), b"zz" * ((end - start) // 2)):
        assert judged(paper[:start] + content + paper[end:]) == "INVALID"
    for key in (b"/ByteRange", b"/Contents", b"/SubFilter"):
        assert judged(paper.replace(key + b" ", key[:-1] + b"X ")) == "INVALID"


def test_a_signature_that_the_document_no_longer_shows_is_invalid(paper: bytes) -> None:
    assert judged(paper.replace(b"/AcroForm", b"/AcroFork")) == "INVALID"


def test_what_is_no_sound_pdf_cannot_be_judged(paper: bytes) -> None:
    for content in (paper[: len(paper) // 2], paper.replace(b"/Pages", b"/Pagex"), b"%PDF-1.7 /Sig startxref 0 %%EOF"):
        assert said(content) == "UNREADABLE"


def test_trusted_certificates_are_read_from_a_folder_in_both_forms(tmp_path: Path) -> None:
    assert seals.trusted(None) == seals.trusted(tmp_path) == []
    both = authority(TRUSTED).pem + authority(UNKNOWN).pem
    (tmp_path / "a.pem").write_bytes(both)
    (tmp_path / "b.CER").write_bytes(loaded(authority(TRUSTED)).dump())
    (tmp_path / "README.md").write_text("Của tỉnh")
    known, unknown = loaded(authority(TRUSTED)).dump(), loaded(authority(UNKNOWN)).dump()
    assert [one.dump() for one in seals.trusted(tmp_path)] == [known, unknown, known]
    for broken in (b"no certificate", known[:40] + bytes(len(known) - 40)):
        (tmp_path / "c.crt").write_bytes(broken)
        with pytest.raises(ValueError, match=r"."):
            seals.trusted(tmp_path)
