"""Events: one statement for all who ask the same with the same rights, nothing for those who may not see."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import orjson
import pytest
from graphql import GraphQLError

from models.access import Viewer
from resolvers.engine import Engine, Operation

from . import rows
from .conftest import Register
from .schema import Missed, dossier_moved

TEXT = (
    "subscription($id: ID!, $after: String, $n: Int = 2) { moved: dossierMoved(id: $id, after: $after) { "
    "__typename cursor event { id act note } dossier { id title shout events(last: $n) { nodes { seq } } } "
    "resync { reason head } } }"
)
ACTS = (
    "subscription($id: ID!, $act: String) "
    "{ dossierMoved(id: $id) { dossier { events(last: 9, act: $act) { nodes { act } } %s } } }"
)


def operation(engine: Engine, text: str = TEXT) -> Operation:
    document = engine.document(text)
    assert document.errors == []
    found = document.operation()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def entry(register: Register) -> Any:
    """An entry of a dossier that the public does not see."""
    drafts = {d.id for d in register.seed.dossiers if d.status is rows.DossierStatus.DRAFT}
    return next(entry for entry in register.seed.entries if entry.subject_id in drafts)


def asked(entry: Any) -> dict[str, Any]:
    return {"id": f"Dossier_{entry.subject_id}"}


async def test_an_event_is_one_statement(engine: Engine, staff: Viewer, entry: Any) -> None:
    before = engine.pool.sent
    body = await engine.tell(operation(engine), asked(entry), staff, entry.id)
    assert engine.pool.sent == before + 1
    moved = orjson.loads(body or b"")["data"]["moved"]
    assert moved["__typename"] == "DossierMoved"
    assert moved["cursor"] == f"e{entry.id}"
    assert moved["event"] == {"id": f"Event_{entry.key}", "act": entry.act, "note": entry.note}
    assert moved["dossier"]["id"] == f"Dossier_{entry.subject_id}"
    assert moved["resync"] is None


async def test_an_unseen_event_is_not_told(engine: Engine, entry: Any) -> None:
    assert await engine.tell(operation(engine), asked(entry), Viewer(), entry.id) is None
    assert await engine.tell(operation(engine), asked(entry), Viewer(), 10**9) is None


async def test_a_thousand_who_ask_alike_share_one_statement_and_its_bytes(
    engine: Engine, staff: Viewer, entry: Any
) -> None:
    before = engine.pool.sent
    moved, said = operation(engine), asked(entry)
    bodies = await asyncio.gather(*(engine.tell(moved, dict(said), replace(staff), entry.id) for _ in range(1000)))
    assert engine.pool.sent == before + 1
    assert len({id(body) for body in bodies}) == 1
    assert not engine.telling


async def test_other_rights_and_other_variables_are_read_apart(
    engine: Engine, staff: Viewer, viewers: list[Viewer], entry: Any
) -> None:
    before = engine.pool.sent
    moved, said = operation(engine), asked(entry)
    await asyncio.gather(
        engine.tell(moved, said, staff, entry.id),
        engine.tell(moved, said, viewers[1], entry.id),
        engine.tell(moved, said, Viewer(), entry.id),
        engine.tell(moved, {**said, "n": 1}, staff, entry.id),
        engine.tell(moved, said, staff, entry.id + 1),
    )
    assert engine.pool.sent == before + 5


def test_only_who_asks_with_the_same_values_is_told_together(engine: Engine, staff: Viewer, entry: Any) -> None:
    moved = operation(engine, ACTS % "")
    one, same, other = (engine.teller(moved, {**asked(entry), "act": act}, staff) for act in ("NOTE", "NOTE", "zz"))
    assert one.plan is other.plan
    assert one.key == same.key
    assert one.key != other.key


@pytest.mark.parametrize(("more", "together"), [("", True), ("shout", False)])
def test_what_is_computed_for_one_viewer_is_not_told_to_another(
    engine: Engine, staff: Viewer, entry: Any, more: str, together: bool
) -> None:
    moved, lesser = operation(engine, ACTS % more), replace(staff, permissions=frozenset())
    one, other = (engine.teller(moved, asked(entry), viewer) for viewer in (staff, lesser))
    assert one.plan is other.plan
    assert (one.key == other.key) is together


async def test_a_listener_that_leaves_takes_nothing_from_the_others(engine: Engine, staff: Viewer, entry: Any) -> None:
    moved, said = operation(engine), asked(entry)
    tasks = [asyncio.create_task(engine.tell(moved, said, staff, entry.id)) for _ in range(3)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(done[0], asyncio.CancelledError)
    assert done[1] is done[2]
    assert done[1] is not None


async def test_a_python_value_is_told_in_the_same_shape(engine: Engine, staff: Viewer) -> None:
    value = Missed(reason="TOO_OLD", head="e9")
    body = orjson.loads(await engine.tell_value(operation(engine), {"id": "x"}, staff, value))
    assert body == {
        "data": {
            "moved": {
                "__typename": "DossierMoved",
                "cursor": "e9",
                "event": None,
                "dossier": None,
                "resync": {"reason": "TOO_OLD", "head": "e9"},
            }
        }
    }


def test_a_subscription_gives_its_function_and_real_values(engine: Engine) -> None:
    follow, arguments = engine.subscription(operation(engine), {"id": "Dossier_1", "after": "e1"})
    assert follow is dossier_moved
    assert arguments == {"id": "Dossier_1", "after": "e1"}
    assert engine.subscription(operation(engine), {"id": "Dossier_1"})[1] == {"id": "Dossier_1", "after": None}


@pytest.mark.parametrize(
    ("text", "variables"),
    [(TEXT, {}), (TEXT, {"id": None}), ("{ now }", {}), ("subscription { __typename }", {})],
)
def test_what_cannot_be_followed_is_an_error(engine: Engine, text: str, variables: dict[str, Any]) -> None:
    document = engine.document(text)
    found = document.operation()
    if found is None:
        assert document.errors
        return
    with pytest.raises(GraphQLError):
        engine.subscription(found, variables)


def test_what_every_event_would_be_refused_for_is_refused_at_once(engine: Engine, staff: Viewer) -> None:
    with pytest.raises(GraphQLError) as found:
        engine.subscription(operation(engine), {"id": "x", "n": 1000}, staff)
    assert found.value.extensions == {"code": "BAD_PAGE"}


async def test_strawberry_s_own_sockets_could_follow_too(engine: Engine) -> None:
    stream = await engine.declared.subscribe(
        'subscription { dossierMoved(id: "x", after: "y") { __typename } }', context_value=None
    )
    assert hasattr(stream, "__aiter__")
