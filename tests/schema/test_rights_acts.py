"""Acts on what is not there and on what may not be seen are answered alike, whichever id an input takes it by."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, get_named_type, get_nullable_type, is_list_type
from sqlalchemy import true

import models as rows
from channels.settings import Settings
from models.access import ANONYMOUS

from .oracle import NODES, SDL
from .oracle_court import seated
from .oracle_example import Court
from .oracle_rows import KINDS
from .rights_people import WHO, move_in
from .rights_ways import Ways

ACTS = sorted(name for name, act in SDL.type_map["Mutation"].fields.items() if act.args and name != "signIn")
SCALARS: dict[str, Any] = {
    "Int": 1,
    "String": "H37.10",
    "Boolean": False,
    "Date": "2026-01-05",
    "DateTime": "2026-01-05T08:00:00+07:00",
    "Float": 1.0,
}


@pytest.fixture(scope="module")
async def court(servers: Settings) -> AsyncIterator[Court]:
    """Random rows of every kind, and everybody whose rights differ."""
    async with seated(servers.database_url, "acts", move_in) as court:
        yield court


def places(kind: GraphQLInputObjectType, path: str = "") -> Iterator[str]:
    """Where an input takes ids."""
    for name, part in kind.fields.items():
        named = get_named_type(part.type)
        if isinstance(named, GraphQLInputObjectType):
            yield from places(named, f"{path}{name}.")
        elif named.name == "ID":
            yield f"{path}{name}"


def given(gtype: Any, ids: dict[str, str], version: int, path: str = "") -> Any:
    """A value of an input's type: these ids in their places, everywhere else something that may be said."""
    bare, named = get_nullable_type(gtype), get_named_type(gtype)
    if is_list_type(bare):
        return [given(bare.of_type, ids, version, path)]
    if isinstance(named, GraphQLInputObjectType):
        dot = f"{path}." if path else ""
        return {name: given(part.type, ids, version, f"{dot}{name}") for name, part in named.fields.items()}
    if isinstance(named, GraphQLEnumType):
        return next(iter(named.values))
    if named.name == "ID":
        return ids[path]
    if named.name == "UUID":
        return str(uuid4())
    if path.endswith("expectedVersion"):
        return version
    return True if path == "dryRun" else SCALARS[named.name]


async def reply(court: Court, who: str, act: str, ids: dict[str, str], version: int) -> dict[str, Any]:
    """The whole reply to a rehearsal of an act."""
    field = SDL.type_map["Mutation"].fields[act]
    text = (
        f"mutation($input: {field.args['input'].type}) {{ done: {act}(input: $input) "
        "{ __typename ... on Refusal { message messageEn } ... on Node { id } } }"
    )
    said = {"input": given(field.args["input"].type, ids, version)}
    return await court.province.ask(None if who == "public" else who, text, said)


@pytest.mark.parametrize("act", ACTS)
async def test_an_act_on_what_is_not_seen_is_answered_as_on_what_is_not_there(court: Court, act: str) -> None:
    """N-A01, N-A13, and no oracle by an id that only comes along: a line, a nominee, a file, an award."""
    found, chance = court.oracle.found, random.Random(act)
    kind = get_named_type(SDL.type_map["Mutation"].fields[act].args["input"].type)
    assert isinstance(kind, GraphQLInputObjectType)
    taken = list(places(kind))
    tried = 0
    for who in chance.sample(WHO, 8):
        viewer = court.province.viewers.get(who, ANONYMOUS)
        for place in taken:
            for name in ["Dossier", *chance.sample(NODES, 2)]:
                unseen = [row for row in found.all(KINDS[name]) if not found.sees(row, viewer)]
                if not unseen:
                    continue
                main = next((row for row in found.seen(rows.Dossier, viewer)), None)
                ids = {other: Ways.id("Dossier", main) if main else f"Dossier_{uuid4()}" for other in taken}
                version = main.version if main else 1
                hidden = chance.choice(unseen)
                one = await reply(court, who, act, ids | {place: Ways.id(name, hidden)}, version)
                two = await reply(court, who, act, ids | {place: f"{name}_{uuid4()}"}, version)
                assert one == two, (who, act, place, name)
                tried += 1
    assert tried or not taken, "whoever it is sees everything"


async def test_an_act_that_forgets_who_sees_is_noticed(court: Court, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control experiment."""
    monkeypatch.setattr("resolvers.dossier_route.visible_dossier", lambda *_: true())
    with pytest.raises(AssertionError, match="submitDossier"):
        await test_an_act_on_what_is_not_seen_is_answered_as_on_what_is_not_there(court, "submitDossier")


async def test_nothing_of_it_was_done(court: Court) -> None:
    """Asked last: the rehearsals above have left no entry and no reply."""
    async with court.province.sessions() as session:
        found = await type(court.oracle.found).load(session)
    assert len(found.all(rows.Entry)) == len(court.oracle.found.all(rows.Entry))
