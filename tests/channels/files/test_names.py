"""File names: kept as they were meant, and said so that no header and no disk is led astray (N-X07, N-X10, N-X14)."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.files.names import LONGEST, disposition, extension, kept_name
from channels.refusals import Refusal, Refused

NAME = "Tờ trình số 12-TTr (đã ký).pdf"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_vietnamese_name_is_kept_in_nfc_however_it_is_sent(form: str) -> None:
    said = unicodedata.normalize(form, NAME)
    assert kept_name(quote(said)) == NAME
    assert kept_name(said.encode().decode("latin-1")) == NAME


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("  a   b .pdf ", "a b .pdf"),
        ("..pdf", "pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\u200b\u0007.pdf", "a.pdf"),
        ('a"\r\nSet-Cookie: b.pdf', "a_Set-Cookie_ b.pdf"),
        ("con.pdf", "_con.pdf"),
        ("LPT1", "_LPT1"),
        ("a?*<>|.pdf", "a_____.pdf"),
    ],
)
def test_what_would_lead_somebody_astray_is_taken_out(said: str, kept: str) -> None:
    assert kept_name(quote(said)) == kept


@pytest.mark.parametrize(
    "header",
    [None, "", "%20", "...", "a%00.pdf", "../a.pdf", "%2e%2e%2fa.pdf", "C:\\fakepath\\a.pdf", "%ff.pdf", "\xff"],
)
def test_a_path_and_what_is_no_text_are_refused(header: str | None) -> None:
    with pytest.raises(Refused) as refused:
        kept_name(header)
    assert refused.value.refusal is Refusal.BAD_FILE_NAME


def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    assert kept_name("x" * 500 + ".pdf") == "x" * (LONGEST - 4) + ".pdf"


def test_the_ending_is_what_follows_the_last_dot() -> None:
    assert [extension(name) for name in ("a.PDF", "a.pdf.exe", "a", ".pdf", "a.")] == ["pdf", "exe", "", "", ""]


def test_a_download_is_named_for_old_clients_and_for_others_exactly() -> None:
    said = disposition(NAME)
    assert said.startswith("attachment; filename=\"To trinh so 12-TTr (da ky).pdf\"; filename*=UTF-8''T%E1%BB%9D%20")
    assert unquote(said.partition("UTF-8''")[2]) == NAME


@given(st.text(min_size=1, max_size=200))
def test_whatever_is_kept_is_one_harmless_line(said: str) -> None:
    try:
        name = kept_name(
            quote(said, errors="replace") if said.isprintable() else quote(said.encode("utf-8", "replace"))
        )
    except Refused:
        return
    assert name == unicodedata.normalize("NFC", name)
    assert 1 <= len(name) <= LONGEST
    assert not set('/\\"\r\n\0') & set(name)
    header = disposition(name)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert unquote(header.partition("UTF-8''")[2]) == name
