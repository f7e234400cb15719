"""Whatever is asked: slow statements end, who leaves takes theirs along, any text is a value, reads only read."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import asyncpg
import orjson
import pytest
from graphql import GraphQLID, GraphQLString, is_list_type, is_required_argument
from sqlalchemy import text, update

import models as rows
from resolvers.engine.bind import binding_of
from resolvers.engine.coerce import bare, inner
from schema import schema
from tests.channels.conftest import Site, codes, served
from tests.channels.public import recorded
from tests.patience import HANGING, Slowness
from tests.pristine import dsn
from tests.schema.test_reading import literal
from tests.web import http_client

OURS = """select count(*) from pg_stat_activity
    where application_name = 'laurel engine' and state = 'active' and datname = current_database()"""
STRAIGHT = "{ decisions(first: 1) { totalCount } }"
MIXED = "{ viewer { audience } decisions(first: 1) { totalCount } }"


@pytest.fixture
async def server(database_url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    """A connection of nobody's, to look from."""
    connection = await asyncpg.connect(dsn(database_url))
    yield connection
    await connection.close()


@contextlib.asynccontextmanager
async def held_up(site: Site, table: str) -> AsyncIterator[None]:
    """Whatever touches this table waits, until the end of the block."""
    async with site.province.sessions.begin() as session:
        await session.execute(text(f"lock table {table} in access exclusive mode"))
        yield


async def until(server: asyncpg.Connection[Any], count: int, within: float) -> None:
    """Wait until so many of the engine's statements are running; seconds are those of an idle machine."""
    slowness, began = Slowness(), time.monotonic()
    while await server.fetchval(OURS) != count:
        assert time.monotonic() - began < within * slowness.times
        await asyncio.sleep(0.02)


@pytest.fixture
async def impatient(site: Site) -> AsyncIterator[Site]:
    """The application over the same province, with 0.3 seconds for a statement."""
    settings = replace(site.laurel.settings, readers=1)
    async with served(settings) as (address, laurel, running), http_client(address) as http:
        impatient = Site(address, laurel, site.province, http, running)
        impatient.allow(0.3)
        yield impatient


@pytest.mark.parametrize("query", [STRAIGHT, MIXED])
async def test_a_slow_statement_is_timed_out_and_gone_from_the_server(
    impatient: Site, server: asyncpg.Connection[Any], query: str
) -> None:
    async with held_up(impatient, "decision"):
        answer = await impatient.ask("web", query, "chief")
        assert (answer.status_code, codes(answer)) == (503, ["TIMEOUT"])
        await until(server, 0, within=1)
    impatient.allow(HANGING)
    assert (await impatient.ask("web", query, "chief")).json()["data"]["decisions"] == {"totalCount": 0}
    assert impatient.laurel.pool.open == 1


async def sent(site: Site, query: str, who: str, **more: Any) -> socket.socket:
    """A request on a connection of its own, whose answer nobody has read."""
    body = orjson.dumps({"query": query, **more})
    bearer = (await site.bearer(who))["Authorization"]
    head = f"POST /web/graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: {bearer}\r\n"
    host, port = site.address.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)))
    connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    return connection


@pytest.mark.parametrize("query", [STRAIGHT, MIXED])
@pytest.mark.parametrize("reset", [False, True])
async def test_who_closes_the_connection_takes_their_statement_along(
    site: Site, server: asyncpg.Connection[Any], query: str, reset: bool
) -> None:
    async with held_up(site, "decision"):
        connection = await sent(site, query, "chief")
        await until(server, 1, within=HANGING)
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        await until(server, 0, within=1)
    assert (await site.ask("web", query, "chief")).status_code == 200


async def test_an_act_is_done_though_its_client_has_left(site: Site, server: asyncpg.Connection[Any]) -> None:
    query = "mutation($input: DraftDossierInput!) { draftDossier(input: $input) { __typename } }"
    said = {"input": site.province.draft(idempotencyKey="01909d3e-6a4e-7c3f-9b41-0242ac120002")}
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    async with held_up(site, "dossier"):
        connection = await sent(site, query, "officer", variables=said)
        async with asyncio.timeout(HANGING):
            while not await server.fetchval(waiting):
                await asyncio.sleep(0.02)
        connection.close()
        await asyncio.sleep(0.2)
    async with asyncio.timeout(HANGING):
        while await site.province.count(rows.Dossier) != 1:
            await asyncio.sleep(0.02)


TEXTS = {
    "quotes": "'\"`\\' OR 1=1--\"; DROP TABLE dossier;",
    "escapes": "\\ \\\\ \\n \\u0041 \\x01 %27 %s {0} ${x} $1 :v1",
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f\x80\x9f",
    "marks": "\x01[0]\x01\x01[1,null]\x01",
    "separators": "a\u2028b\u2029c\u0085d\ufeff\u200b\u202e",
    "composed and not": "Lạng Sơn: e\u0302\u0301 \u1ebf o\u031b\u0323 \u1ee3",
    "beyond the plane": "𠮷 👩‍👩‍👧 \U0010ffff\ufffe\uffff",
    "JSON": '"}]}} {"data": null, "errors": [</script><!--',
    "a megabyte": 'Đ"\\\n' * 200_000,
}


@pytest.mark.parametrize("said", TEXTS.values(), ids=TEXTS.keys())
async def test_whatever_text_a_row_holds_comes_out_as_it_is(site: Site, said: str) -> None:
    await recorded(site, "7/QĐ-UBND", said[:1_000])
    async with site.province.sessions.begin() as session:
        await session.execute(update(rows.Award).values(citation=said))
    query = "{ decisions(first: 1) { nodes { title awards(first: 1) { nodes { citation } } } } }"
    for text_of in (query, query.replace("{ decisions", "{ viewer { audience } decisions")):
        answer = await site.ask("web", text_of, "chief")
        (found,) = orjson.loads(answer.content)["data"]["decisions"]["nodes"]
        assert found == {"title": said[:1_000], "awards": {"nodes": [{"citation": said}]}}
        assert int(answer.headers["content-length"]) == len(answer.content)


VALUE = (
    b'{"query": "query($t: String) { decisions(first: 1, filter: {text: $t}) { totalCount } }", "variables": {"t": %s}}'
)
LITERAL = b'{"query": "{ decisions(first: 1, filter: {text: \\"%s\\"}) { totalCount } }"}'


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (VALUE % rb'"\u0000"', 422, "UNPROCESSABLE"),
        (VALUE % rb'"a\u0000b"', 422, "UNPROCESSABLE"),
        (VALUE % rb'"\ud800"', 400, "BAD_JSON"),
        (VALUE % rb'"\udc00\ud800"', 400, "BAD_JSON"),
        (VALUE % b'"\xed\xa0\x80"', 400, "BAD_JSON"),
        (VALUE % b'"\xff"', 400, "BAD_JSON"),
        (VALUE % b'"\xc0\xaf"', 400, "BAD_JSON"),
        (VALUE % b'"\x01"', 400, "BAD_JSON"),
        (b"\xef\xbb\xbf" + VALUE % b'"x"', 400, "BAD_JSON"),
        (VALUE % (b'"' + b"x" * 1_000_000 + b'"'), 413, "BODY_TOO_LARGE"),
        (LITERAL % rb"\\u0000", 422, "UNPROCESSABLE"),
        (LITERAL % rb"\\uD800", 200, "PARSE_ERROR"),
        (LITERAL % rb"\\u{D800}", 200, "PARSE_ERROR"),
        (LITERAL % rb"\\u{110000}", 200, "PARSE_ERROR"),
        (LITERAL % rb"\u0000", 422, "UNPROCESSABLE"),
    ],
)
async def test_text_that_is_none_is_refused_at_the_door(site: Site, body: bytes, status: int, code: str) -> None:
    headers = await site.bearer("chief") | {"Content-Type": "application/json"}
    answer = await site.http.post("/web/graphql", content=body, headers=headers)
    assert (answer.status_code, codes(answer)) == (status, [code])


async def test_text_in_an_argument_is_a_value_and_finds_nothing_else(site: Site) -> None:
    await recorded(site, "7/QĐ-UBND")
    await site.province.act("officer", "draftDossier", site.province.draft())
    site.http.headers.update(await site.bearer("officer"))
    for query in questions():
        nothing = await site.ask("web", query, variables={"said": "not-there"})
        assert nothing.status_code == 200, query
        for said in (TEXTS["quotes"], TEXTS["escapes"], TEXTS["separators"]):
            answer = await site.ask("web", query, variables={"said": said})
            assert (answer.status_code, answer.json()) == (200, nothing.json()), query


def questions() -> Iterator[str]:
    """One document for each text or id that a root field takes, its value in `$said`."""
    core = schema._schema
    assert core.query_type is not None
    for name, field in core.query_type.fields.items():
        if binding_of(core.query_type, name) is None:
            continue
        for argument, declared in field.args.items():
            parts = getattr(inner(declared.type), "fields", {})
            if inner(declared.type) in TEXTUAL:
                yield question(name, field, argument, placed(declared.type), inner(declared.type))
            for part, of in parts.items():
                if inner(of.type) in TEXTUAL:
                    yield question(name, field, argument, f"{{{part}: {placed(of.type)}}}", inner(of.type))


TEXTUAL = (GraphQLString, GraphQLID)


def placed(gtype: Any) -> str:
    """Where `$said` stands for this type."""
    return "[$said]" if is_list_type(bare(gtype)) else "$said"


def question(name: str, field: Any, argument: str, said: str, kind: Any) -> str:
    """The field with this argument and those it cannot do without."""
    given = {n: literal(a.type) for n, a in field.args.items() if is_required_argument(a)} | {argument: said}
    if "first" in field.args:
        given["first"] = "1"
    below = "{ nodes { __typename } }" if "nodes" in inner(field.type).fields else "{ __typename }"
    arguments = ", ".join(f"{n}: {value}" for n, value in given.items())
    return f"query($said: {kind}!) {{ {name}({arguments}) {below} }}"


@pytest.mark.parametrize(
    "sql",
    [
        "update dossier set title = 'x' returning title",
        "insert into article (slug) values ('x') returning slug",
        "delete from journal returning act",
        "truncate dossier cascade",
        "select nextval('journal_id_seq')::text",
        "select title from dossier for update",
        "create table t as select 'x'::text",
    ],
)
async def test_a_reading_connection_writes_nothing(site: Site, sql: str) -> None:
    with pytest.raises((asyncpg.ReadOnlySQLTransactionError, asyncpg.InsufficientPrivilegeError)):
        await site.laurel.pool.fetch(sql, [])
