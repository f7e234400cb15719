"""The straight path, from document to bytes, and how much a document may hold."""

from __future__ import annotations

from uuid import uuid4

import orjson
import pytest

from models.access import Viewer
from resolvers.engine import Engine

from .asking import executed, refused, straight
from .conftest import Register
from .rows import DossierStatus


async def test_a_document_is_one_statement(engine: Engine, staff: Viewer) -> None:
    text = "{ dossiers(first: 3) { totalCount nodes { title agency { name } lines(first: 2) { nodes { id } } } } }"
    before = engine.pool.sent
    body = await engine.answer(engine.document(text), {}, None, staff)
    assert body is not None
    assert len(orjson.loads(body)["data"]["dossiers"]["nodes"]) == 3
    assert engine.pool.sent == before + 1


async def test_thousands_of_aliases_do_not_exhaust_postgresql(engine: Engine, staff: Viewer) -> None:
    roots = " ".join(f"a{n}: __typename" for n in range(500))
    fields = " ".join(f"b{n}: title" for n in range(3000))
    data = await straight(engine, staff, f"{{ {roots} dossiers(first: 1) {{ nodes {{ {fields} }} }} }}")
    assert len(data) == 501
    assert len(data["dossiers"]["nodes"][0]) == 3000


async def test_more_than_postgresql_can_hold_is_too_complex(engine: Engine, staff: Viewer) -> None:
    lists = " ".join(f"n{n}: nodes {{ id }}" for n in range(1700))
    assert await refused(engine, staff, f"{{ dossiers(first: 1) {{ {lists} }} }}") == ["TOO_COMPLEX"]


async def test_lists_nest_as_deep_as_asked(engine: Engine, staff: Viewer) -> None:
    text = "{ agencies(first: 1) { nodes { " + "children { code " * 12 + "}" * 12 + " } } }"
    assert (await straight(engine, staff, text))["agencies"]["nodes"][0]["children"]


async def test_the_response_keys_come_in_the_order_asked(engine: Engine, staff: Viewer) -> None:
    text = "{ z: __typename decisions(first: 1) { totalCount } a: __typename agencies(first: 1) { totalCount } }"
    before = engine.pool.sent
    assert list(await straight(engine, staff, text)) == ["z", "decisions", "a", "agencies"]
    assert engine.pool.sent == before + 1


NO_AGENCY = ["", "x", "Agency_1", "Dossier_%s", "Agency_%s ", "agency_%s", "%s"]


@pytest.mark.parametrize("said", NO_AGENCY)
@pytest.mark.parametrize(
    "text",
    [
        "query($i: ID!) { dossiers(first: 1, filter: {agency: $i}) { totalCount } }",
        "query($i: ID!) { agencies(first: 1) { nodes { dossiers(first: 1, filter: {agency: $i}) { totalCount } } } }",
    ],
)
async def test_an_id_of_another_type_is_refused_by_name(
    engine: Engine, staff: Viewer, register: Register, text: str, said: str
) -> None:
    given = {"i": said.replace("%s", str(register.seed.agencies[0].id))}
    assert await refused(engine, staff, text, given) == ["BAD_ID"]
    (error,) = (await executed(engine, staff, text, given))["errors"]
    assert error["path"] == [text.partition("{ ")[2].partition("(")[0]]
    assert (
        "`agency` takes an id of type Agency, `Agency_<uuid>`: give the `id` of one as it was read." in error["message"]
    )


async def test_the_id_of_a_field_is_of_what_the_field_gives(engine: Engine, staff: Viewer, register: Register) -> None:
    agency, text = register.seed.agencies[0].id, "query($i: ID!) { dossier(id: $i) { id } }"
    assert await refused(engine, staff, text, {"i": f"Agency_{agency}"}) == ["BAD_ID"]
    assert await refused(engine, staff, f'{{ dossier(id: "Agency_{agency}") {{ id }} }}') == ["BAD_ID"]
    assert await refused(engine, staff, text, {"i": f"Dossier_{agency}\n"}) == ["BAD_ID"]
    assert await straight(engine, staff, text, {"i": f"Dossier_{agency}"}) == {"dossier": None}
    assert await straight(engine, staff, "query($i: ID!) { node(id: $i) { id } }", {"i": "Agency_x"}) == {"node": None}


async def test_a_row_unseen_and_a_row_absent_look_the_same(engine: Engine, register: Register) -> None:
    hidden = next(d for d in register.seed.dossiers if d.status is not DossierStatus.DECIDED)
    text = "query($i: ID!) { dossier(id: $i) { id } node(id: $i) { id } nodes(ids: [$i]) { id } }"
    nothing = {"dossier": None, "node": None, "nodes": [None]}
    assert await straight(engine, Viewer(), text, {"i": f"Dossier_{hidden.id}"}) == nothing
    assert await straight(engine, Viewer(), text, {"i": f"Dossier_{uuid4()}"}) == nothing
