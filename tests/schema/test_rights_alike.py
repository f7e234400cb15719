"""What is hidden takes what is absent takes: the same statements and plan, and of PostgreSQL a look at the row alone.

So no clock tells them apart but by that look: pages of memory, never more for what is asked below it nor as data grow.
Times are not measured here, for they are never twice the same.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import uuid4

import orjson
import pytest
from graphql import get_named_type
from sqlalchemy import select

import models as rows
from models import database
from models.access import ANONYMOUS, Viewer
from models.award_code import new_code
from models.tracking import RANDOM_SIGNS
from resolvers.account import viewer_for
from resolvers.engine import Engine
from resolvers.engine.plan import Plan
from schema import schema
from tests.counted import counted
from tests.pristine import dsn
from tests.province import Province
from tests.unhurried import patient_engine, patient_pool

from .explained import pages
from .oracle import NODES, SDL
from .oracle_maker import NAMED
from .oracle_reach import forbidden
from .oracle_rows import KINDS
from .rights_ways import Ways
from .test_tracking import FACTOR, issued, submitted

LOOK = 12
"""So many pages more may be read to find that a row is not to be seen: its own, and those its right hangs on."""
PEOPLE = {"nominee": "nghenhan", "officer": "canbo"}
WHO = ("public", *PEOPLE)
MANY = 300
"""Of a kind's rows, how many are asked for to find a hidden one."""
LOOKED_UP = ("dossier", "dossierByCode", "decision", "verifyAward")
SEEN_BY_ALL = {("officer", "decision")}
"""Who sees all there is to look up."""


@dataclass
class Register:
    """The demo's register, and who asks of it."""

    engine: Engine
    viewers: dict[str, Viewer]

    async def said(self, who: str, text: str, variables: dict[str, Any]) -> bytes:
        """What is answered, by one statement."""
        sent, document = self.engine.pool.sent, self.engine.document(text)
        answer = await self.engine.answer(document, variables, None, self.viewers[who])
        assert (self.engine.pool.sent, document.errors) == (sent + 1, [])
        assert answer is not None
        return answer

    async def read(self, who: str, text: str, variables: dict[str, Any]) -> tuple[Plan, int]:
        """By which plan, and how many pages it read."""
        ready, viewer = self.engine.ready(self.engine.document(text), variables, None), self.viewers[who]
        assert ready is not None
        plan = self.engine.plan_ready(ready, viewer, 50)
        assert plan is not None
        return plan, await pages(self.engine.pool, plan.sql, plan.values(ready.coerced, viewer))

    async def held(self, column: Any) -> list[str]:
        """Some of the values of a column."""
        said = f"SELECT CAST({column.key} AS TEXT) FROM {column.class_.__tablename__} WHERE {column.key} IS NOT NULL"
        rows = await self.engine.pool.rows(f"{said} ORDER BY md5(CAST({column.key} AS TEXT)) LIMIT {MANY}", ())
        return [row[0].decode() for row in rows]

    async def alike(self, who: str, texts: Texts, absent: dict[str, Any], hidden: dict[str, Any]) -> None:
        """What is hidden is answered and costs as what is absent, whether all of it is asked for or nothing."""
        assert await self.said(who, texts.whole, hidden) == await self.said(who, texts.whole, absent)
        none, least = await self.read(who, texts.bare, absent)
        bare, looked = await self.read(who, texts.bare, hidden)
        nothing, unread = await self.read(who, texts.whole, absent)
        whole, read = await self.read(who, texts.whole, hidden)
        assert (bare is none, whole is nothing) == (True, True)
        assert looked <= least + LOOK, (texts.bare, hidden)
        more = read - unread - (looked - least)
        assert more <= LOOK // 4, f"what is below is read though it is hidden: {texts.bare}"


class Texts(NamedTuple):
    """A document that asks whether there is a row, and one that asks for all of it."""

    bare: str
    whole: str


@pytest.fixture(scope="module")
async def register(demo_url: str) -> AsyncIterator[Register]:
    """The demo, whose tables are large enough for indexes."""
    writing, pool = patient_engine(demo_url), patient_pool(dsn(demo_url), size=1)
    viewers = {"public": ANONYMOUS}
    async with database.sessions(writing)() as session:
        for who, name in PEOPLE.items():
            account = (await session.scalars(select(rows.Account).filter_by(username=name))).one()
            viewers[who] = await viewer_for(session, account)
    await writing.dispose()
    yield Register(Engine(schema, pool), viewers)
    await pool.close()


@pytest.mark.parametrize("who", WHO)
async def test_by_id_what_is_hidden_costs_what_is_absent_costs_whatever_is_asked_of_it(
    register: Register, who: str
) -> None:
    tried = 0
    for kind in NODES:
        row, nobodys = KINDS[kind], f"{kind}_{uuid4()}"
        keys = await register.held(row.key if kind == "DossierEvent" else row.id)  # type: ignore[attr-defined]  # each has one
        hidden = await first_hidden(register, who, [f"{kind}_{key}" for key in keys])
        if hidden is not None:
            said = [f"{{ ... on {kind} {asked} }}" for asked in wholes(register.viewers[who], kind)]
            one = Texts(*(f"query($id: ID!) {{ node(id: $id) {each} }}" for each in said))
            await register.alike(who, one, {"id": nobodys}, {"id": hidden})
            many = Texts(*(f"query($ids: [ID!]!) {{ nodes(ids: $ids) {each} }}" for each in said))
            await register.alike(who, many, {"ids": [nobodys, nobodys]}, {"ids": [hidden, nobodys]})
            tried += 1
    assert tried > 5


async def first_hidden(register: Register, who: str, ids: list[str]) -> str | None:
    """One of these that somebody does not see."""
    for start in range(0, len(ids), 100):
        said = ids[start : start + 100]
        answer = await register.said(who, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": said})
        nodes = orjson.loads(answer)["data"]["nodes"]
        found = [one for one, node in zip(said, nodes, strict=True) if node is None]
        if found:
            return found[0]
    return None


def wholes(viewer: Viewer, kind: str) -> tuple[str, str]:
    """Whether there is a row of a type, and all of it that somebody may ask for."""
    found: Any = None  # no rows are needed for that
    return "{ __typename }", Ways(found, forbidden(viewer)).whole(kind, 1)


@pytest.mark.parametrize("who", WHO)
async def test_by_what_it_is_known_by_what_is_hidden_costs_what_is_absent_costs(register: Register, who: str) -> None:
    for name in LOOKED_UP:
        kind, column = NAMED.get(name, ("Dossier", "id"))
        field = SDL.type_map["Query"].fields[name]  # type: ignore[attr-defined]  # it is an object
        ((argument, declared),) = field.args.items()
        asked = wholes(register.viewers[who], get_named_type(field.type).name)
        texts = Texts(*(f"query($said: {declared.type}) {{ {name}({argument}: $said) {each} }}" for each in asked))
        prefix, nobodys = (f"{kind}_", str(uuid4())) if column == "id" else ("", "nobody's")
        nothing, hidden = await register.said(who, texts.bare, {"said": prefix + nobodys}), None
        for held in await register.held(getattr(KINDS[kind], column)):
            if await register.said(who, texts.bare, {"said": prefix + held}) == nothing:
                hidden = prefix + held
                break
        if (who, name) in SEEN_BY_ALL:
            assert hidden is None
        else:
            assert hidden is not None, (who, name)
            await register.alike(who, texts, {"said": prefix + nobodys}, {"said": hidden})


@pytest.mark.parametrize("act", ["submitDossier", "receiveDossier"])
async def test_an_act_upon_what_is_hidden_sends_the_statements_of_one_upon_nothing(
    province: Province, act: str
) -> None:
    text = f"mutation($input: DossierStepInput!) {{ {act}(input: $input) {{ __typename }} }}"
    dossier, sent = await submitted(province), []
    for said in (dossier["id"], f"Dossier_{uuid4()}"):
        with counted() as statements:
            given = {"id": said, "expectedVersion": 1, "idempotencyKey": str(uuid4())}
            answer = await province.ask("stranger", text, {"input": given})
        assert answer == {"data": {act: {"__typename": "NotFound"}}}
        sent.append(statements)
    assert sent[0] == sent[1]
    assert sent[0]


async def test_a_wrong_tracking_code_and_wrong_digits_take_the_same_statements(province: Province) -> None:
    code = (await issued(province, await submitted(province)))["code"]
    sent = []
    for tried, factor in ((code, "000000"), (new_code(signs=RANDOM_SIGNS), FACTOR)):
        with counted() as statements:
            answer = await province.ask(None, TRACK, {"input": {"code": tried, "secondFactor": factor}})
        assert answer["data"]["trackDossier"]["__typename"] == "WrongTrackingCode"
        sent.append(statements)
    assert sent[0] == sent[1]
    assert sent[0]


TRACK = "mutation($input: TrackDossierInput!) { trackDossier(input: $input) { __typename } }"
