"""Any text may be searched for: it is answered in JSON that says why, or refused with a reason."""

from __future__ import annotations

import json
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.province import Province
from tests.schema.library import TEXTS, WORDS, Library, words
from tests.schema.searching import SEARCH, hits, refused, search, write

# why


async def test_highlights_are_pieces_of_plain_text_that_mark_what_was_searched_for(province: Province) -> None:
    await write(province, ("<b>Đường</b> & hoa", "x " * 200 + "con đường hoa dẫn về làng " + "y " * 200))
    (edge,) = (await search(province, None, "duong hoa"))["edges"]
    title, body = edge["highlights"]
    assert title["field"] == "title"
    assert title["text"] == [
        {"text": "<b>", "matched": False},
        {"text": "Đường", "matched": True},
        {"text": "</b> & ", "matched": False},
        {"text": "hoa", "matched": True},
    ]
    assert body["field"] == "body"
    assert [part["text"] for part in body["text"] if part["matched"]] == ["đường hoa"]
    assert (body["text"][0]["text"], body["text"][-1]["text"]) == ("…", "…")
    assert len("".join(part["text"] for part in body["text"])) < 200


async def test_every_hit_says_why_it_is_one(library: Library) -> None:
    for text in TEXTS:
        for edge in (await search(library.province, "auditor", text))["edges"]:
            marked = {
                word
                for part in edge["highlights"]
                for piece in part["text"]
                if piece["matched"]
                for word in words(piece["text"])
            }
            assert marked, (text, edge)


# at the door


@pytest.mark.parametrize("text", ["", " \n\t", "a" * 201, "a " * 5_000, "%" * 10_240, "\u0301" * 900, "a\0b", "\ud800"])
async def test_an_empty_or_long_text_or_none_at_all_is_refused(province: Province, text: str) -> None:
    assert await refused(province, text) == ["BAD_SEARCH"]


async def test_blanks_around_a_text_do_not_count(province: Province) -> None:
    await write(province, "a" * 150)
    assert (await search(province, None, " " * 3_000 + "a" * 150 + "\n" * 3_000))["totalCount"] == 1


@pytest.mark.parametrize("first", [0, -1, 101])
async def test_a_page_out_of_bounds_is_refused(province: Province, first: int) -> None:
    assert await refused(province, "x", first=first) == ["BAD_PAGE"]


async def test_a_cursor_of_another_search_is_refused(library: Library) -> None:
    page = await search(library.province, None, "duong", first=1)
    after = page["pageInfo"]["endCursor"]
    assert await refused(library.province, "hoa", after=after) == ["BAD_CURSOR"]
    assert await refused(library.province, "duong", kinds=["ARTICLE"], after=after) == ["BAD_CURSOR"]
    assert await refused(library.province, "duong", after="nonsense") == ["BAD_CURSOR"]


LETTERS = st.characters(codec="utf-8") | st.sampled_from("\"\\'\u2028\u2029\x01\x7f😀đỡ\u0301%_*&|!:()<>")
SAID = st.text(LETTERS, max_size=220) | st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


@given(text=SAID, who=st.sampled_from(["auditor", "nominee", None]))
async def test_any_text_is_answered_in_json_or_refused_with_a_reason(
    library: Library, text: str, who: str | None
) -> None:
    answer = await library.province.ask(who, SEARCH, {"text": text, "first": 20})
    if "errors" in answer:
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_SEARCH"]
        return
    json.dumps(answer)
    found = answer["data"]["search"]
    assert len(found["edges"]) == min(20, found["totalCount"])


@given(asked=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3), form=st.sampled_from(["NFC", "NFD"]))
async def test_any_words_are_found_as_the_naive_answer_finds_them(
    library: Library, asked: list[str], form: Any
) -> None:
    text = normalize(form, " ".join(asked))
    assert hits(await search(library.province, "auditor", text)) == library.hits(text, "auditor")[:50]
