"""Searching: what is found, in which order and by whom, against a naive answer for every role."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from unicodedata import normalize

import asyncpg
import orjson
import pytest
import sqlalchemy

from models.access import ANONYMOUS
from resolvers.engine import Engine
from tests.pristine import dsn
from tests.province import ROLES, Province
from tests.schema.library import KINDS, TEXTS, Library
from tests.schema.searching import SEARCH, counts, hits, search, titles, write

# against the naive answer


@pytest.mark.parametrize("who", [*ROLES, None])
async def test_every_role_finds_what_the_naive_answer_finds(library: Library, who: str | None) -> None:
    for text in TEXTS:
        found, meant = await search(library.province, who, text), library.hits(text, who)
        assert hits(found) == meant[:50], text
        assert found["totalCount"] == len(meant)
        assert counts(found) == {kind: len(library.hits(text, who, [kind])) for kind in KINDS}


async def test_facets_add_up_and_count_every_kind_whichever_are_listed(library: Library) -> None:
    whole = await search(library.province, "auditor", "duong")
    assert sum(counts(whole).values()) == whole["totalCount"] > 0
    for kinds in (["ARTICLE"], ["DECISION", "DOSSIER"], []):
        some = await search(library.province, "auditor", "duong", kinds=kinds)
        assert counts(some) == counts(whole)
        assert some["totalCount"] == sum(counts(whole)[kind] for kind in kinds)
        assert hits(some) == library.hits("duong", "auditor", kinds)[:50]


@pytest.mark.parametrize("text", ["duong", "khong co"])
async def test_kinds_are_named_however_many_hits_there_are_and_whatever_else_is_asked(
    library: Library, text: str
) -> None:
    ask = library.province.ask
    for asked, said in (("kind", lambda kind: {"kind": kind}), ("__typename", lambda _: {"__typename": "SearchFacet"})):
        answer = await ask("auditor", f'{{ search(text: "{text}", first: 1) {{ facets {{ {asked} }} }} }}')
        assert answer == {"data": {"search": {"facets": [said(kind) for kind in KINDS]}}}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
async def test_pages_of_any_size_give_the_same_hits_in_the_same_order(library: Library, size: int) -> None:
    found: list[tuple[int, str]] = []
    after = None
    while True:
        page = await search(library.province, "auditor", "duong", first=size, after=after)
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        found += hits(page)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        assert page["edges"][-1]["cursor"] == after
    assert found == library.hits("duong", "auditor")


async def test_a_row_published_between_two_pages_neither_repeats_nor_hides_another(library: Library) -> None:
    first = await search(library.province, None, "duong", first=3)
    await write(library.province, "Đường", "duong duong")
    rest = await search(library.province, None, "duong", after=first["pageInfo"]["endCursor"])
    assert (
        hits(first) + [hit for hit in hits(rest) if hit in library.hits("duong", None)]
        == library.hits("duong", None)[:50]
    )


@pytest.mark.parametrize("who", ["auditor", "nominee", None])
async def test_a_search_with_all_it_can_tell_is_one_statement(
    library: Library, engine: Engine, who: str | None
) -> None:
    before = engine.pool.sent
    await search(library.province, who, "duong")
    assert engine.pool.sent == before + 1
    two = '{ a: search(text: "an", first: 1) { totalCount } b: search(text: "hoa", first: 1) { totalCount } }'
    assert (await library.province.ask(who, two))["data"] == {
        "a": {"totalCount": len(library.hits("an", who))},
        "b": {"totalCount": len(library.hits("hoa", who))},
    }
    assert engine.pool.sent == before + 2


# spelling


async def test_words_are_found_without_their_accents_in_any_case_and_however_they_are_composed(
    province: Province,
) -> None:
    await write(province, normalize("NFD", "Đường biên"), "ĐƯỜNG SẮT")
    for text in ("duong", "DUONG", "đường", normalize("NFD", "Đường"), "dương"):
        assert len(await titles(province, text)) == 2, text


async def test_the_accents_that_were_typed_come_first(province: Province) -> None:
    await write(province, "Đường biên", "Dương Văn", "Duong")
    assert (await titles(province, "đường"))[0] == "Đường biên"
    assert (await titles(province, "dương"))[0] == "Dương Văn"
    assert (await titles(province, "duong"))[0] == "Duong"


async def test_old_and_new_places_of_the_tone_and_i_for_y_are_the_same_word(province: Province) -> None:
    await write(province, "Hoà bình", "Hòa bình", "Kỹ sư", "Kĩ sư", "Lý luận", "Lí luận")
    assert len(await titles(province, "hòa bình")) == len(await titles(province, "hoà")) == 2
    assert (
        len(await titles(province, "kĩ sư"))
        == len(await titles(province, "kỹ sư"))
        == len(await titles(province, "ly luan"))
        == 2
    )


async def test_the_last_word_may_be_a_beginning_and_the_others_not(province: Province) -> None:
    await write(province, "Khen thưởng")
    assert await titles(province, "khen thu") == ["Khen thưởng"]
    assert await titles(province, "kh thưởng") == []


async def test_every_word_is_required(province: Province) -> None:
    await write(province, "Khen thưởng", ("Thi đua", "khen cá nhân"))
    assert await titles(province, "thi khen") == ["Thi đua"]
    assert await titles(province, "thi khen thưởng") == []


async def test_a_title_comes_before_a_body_and_words_in_a_row_before_others(province: Province) -> None:
    await write(province, ("Tin", "quê hương"), "Hương quê", "Quê hương", ("Tin", "hương của quê"))
    assert await titles(province, "quê hương") == ["Quê hương", "Hương quê", "Tin", "Tin"]


@pytest.mark.parametrize(
    "text",
    ["a & b", "a | b", "!a", "a:*", "a <-> b", "(a", "a\\", "'a", '"a', "a:A", "a%", "_a", "*a", "--a", "a;b", "$1 a"],
)
async def test_operators_are_text(province: Province, text: str) -> None:
    await write(province, "xyz", "a b 1")
    assert await titles(province, text) == ["a b 1"]


@pytest.mark.parametrize("text", ["%", "_", "*", "!&|:*<->()", "' or true --", "\\", "😀", "\u2028!"])
async def test_a_text_without_words_or_with_absent_ones_finds_nothing(province: Province, text: str) -> None:
    await write(province, "xyz", "a b")
    found = await search(province, "auditor", text)
    assert found["edges"] == []
    assert found["totalCount"] == 0
    assert set(counts(found).values()) == {0}
    assert found["pageInfo"] == {"hasNextPage": False, "endCursor": None, "hasPreviousPage": False}


# what one may not see


async def test_a_word_only_in_hidden_rows_is_not_found_counted_or_shown(library: Library) -> None:
    province = library.province
    secret = "tuyetmat"
    await write(province, f"Bài {secret}", published=False)
    draft = await province.act("officer", "draftDossier", province.draft(title=f"Hồ sơ {secret}"))
    found = {who: await search(province, who, secret) for who in (*ROLES, None)}
    for who in ("nominee", None):
        assert "tuyetmat" not in orjson.dumps(found[who]).decode()
        assert found[who]["totalCount"] == sum(counts(found[who]).values()) == 0
    for who in set(ROLES) - {"nominee", "officer", "head"}:
        assert counts(found[who]) == dict.fromkeys(KINDS, 0) | {"ARTICLE": 1}, who
    assert draft["id"] in [id for _, id in hits(found["officer"])]


# how

MANY = (
    "insert into article (id, slug, title, summary, body, published_at) "
    "select gen_random_uuid(), 'many-' || n, 'Thi đua ' || n, '', '', now() from generate_series(1, 3000) n",
    "insert into decision (id, number, title, status, version, agency_id, signed_on, signer_name, signer_title, "
    "published_at) select gen_random_uuid(), n || '/QĐ-MANY', 'Thi đua ' || n, 'PUBLISHED', 1, a.id, '2026-01-01', "
    "'-', '-', now() from generate_series(1, 3000) n, agency a where a.code = 'H37'",
    "insert into dossier (id, title, status, version, commendation_type, agency_id, authority_id, handler_id, "
    "submitted_at, drafted_by_id) select gen_random_uuid(), 'Thi đua ' || n, 'SUBMITTED', 1, 'MERIT', a.id, a.id, "
    "a.id, now(), c.id from generate_series(1, 3000) n, agency a, account c "
    "where a.code = 'H37' and c.username = 'officer'",
    "analyze article, decision, dossier",
)


async def written(database_url: str, statements: Sequence[str]) -> None:
    """Write so many rows as no act does, in as long as that takes."""
    connection = await asyncpg.connect(dsn(database_url))
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


@pytest.mark.parametrize("who", ["auditor", None])
async def test_where_there_are_many_rows_they_are_found_by_their_index(
    province: Province, engine: Engine, database_url: str, who: str | None
) -> None:
    await written(database_url, MANY)
    viewer, variables = province.context(who).viewer, {"text": "duong", "first": 20}
    plan = engine.plan_of(engine.document(SEARCH), variables, None, viewer)
    assert plan is not None
    said = await engine.explain(plan, variables, viewer)
    for table in ("article", "decision", *(["dossier"] if who else [])):
        assert f"Bitmap Index Scan on ix_{table}_search" in said, table
    assert (await search(province, who, "thi dua 2999", first=1))["totalCount"] == (3 if who else 2)


VERY_MANY = (
    "insert into decision (id, number, title, status, version, agency_id, signed_on, signer_name, signer_title, "
    "published_at) select gen_random_uuid(), n || '/QĐ-MANY', case when n % 100 = 0 then 'Hiếm thấy ' || n "
    "when n < 1200 then 'Cũ rồi ' || n else 'Thi đua ' || n end, 'PUBLISHED', 1, a.id, '2026-01-01', '-', '-', now() "
    "from generate_series(1, 12000) n, agency a where a.code = 'H37'",
    "analyze decision",
)


async def test_of_very_many_hits_the_newest_are_ranked_listed_and_counted_by_looking_at_few(
    province: Province, engine: Engine, database_url: str
) -> None:
    await written(database_url, VERY_MANY)
    async with province.sessions() as session:
        held = "select id::text from decision where title like :title order by id desc limit 1001"
        newest = {
            text: [str(id) for id in await session.scalars(sqlalchemy.text(held), {"title": f"{title} %"})]
            for text, title in {"thi dua": "Thi đua", "cu roi": "Cũ rồi", "hiem thay": "Hiếm thấy"}.items()
        }
    assert [len(ids) for ids in newest.values()] == [1001, 1001, 120]
    for text, ids in newest.items():
        found = await search(province, None, text, kinds=["DECISION"], first=100)
        assert found["totalCount"] == counts(found)["DECISION"] == len(ids)
        listed = [edge["node"]["id"].rpartition("_")[2] for edge in found["edges"]]
        while found["pageInfo"]["hasNextPage"]:
            after = found["pageInfo"]["endCursor"]
            found = await search(province, None, text, kinds=["DECISION"], first=100, after=after)
            listed += [edge["node"]["id"].rpartition("_")[2] for edge in found["edges"]]
        assert listed == ids
    looked = {text: await looked_at(engine, text) for text in newest}
    assert looked["thi dua"] < 4_000
    assert looked["hiem thay"] < 1_000


async def looked_at(engine: Engine, text: str) -> int:
    """How many decisions PostgreSQL looks at for a search of the public's."""
    variables = {"text": text, "first": 20}
    plan = engine.plan_of(engine.document(SEARCH), variables, None, ANONYMOUS)
    assert plan is not None
    explained = f"explain (analyze, timing off, format json) {plan.sql}"
    said = await engine.pool.rows(explained, plan.values(variables, ANONYMOUS))
    scans = [node for node in within(orjson.loads(said[0][0])[0]["Plan"]) if node.get("Relation Name") == "decision"]
    return sum(int((n["Actual Rows"] + n.get("Rows Removed by Filter", 0)) * n["Actual Loops"]) for n in scans)


def within(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from within(below)
