"""Personal data leave their tables in no log line and no journal entry: a life with canaries in all such columns."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import Date, Text

from models import Base
from models.base import PersonalData
from tests.channels.conftest import Site
from tests.pristine import dsn

CANARY = "CANARY0799"
DIGITS = "079900000799"
"""For columns that take digits only."""
DAY = "1907-09-07"
SHOWN = {"Dossier": "id version lines(first: 1) { nodes { id } }", "PublicPosting": "id", "PostingComment": "id"}
KEPT = "select string_agg(t::text, ' ') from {} t"
"""What is kept of acts beside the rows they change."""


def personal_columns(kind: type[Text] | type[Date]) -> list[tuple[str, str]]:
    """Every column of this type that is said to be personal."""
    return [
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, kind) and column.info.get("class") in {PersonalData.PERSONAL, PersonalData.SENSITIVE}
    ]


async def plant(connection: asyncpg.Connection[Any]) -> list[str]:
    """Put a canary into each of them, and give those that could be."""
    nominees = "insert into nominee_personal (nominee_id) select id from nominee where kind = 'INDIVIDUAL'"
    await connection.execute(f"{nominees} on conflict do nothing")
    await connection.execute("update nominee_personal set birth_year = null")  # it must agree with the day
    planted = []
    for table, column in personal_columns(Date):
        await connection.execute(f"update {table} set {column} = '{DAY}'")
        planted.append(f"{table}.{column}")
    for table, column in personal_columns(Text):
        for value in (CANARY, DIGITS):
            try:
                unique = f"{value} ' || left(md5(ctid::text), 4) || '" if value is CANARY else value
                where = "where ctid = (select min(ctid) from {})" if value is DIGITS else ""
                await connection.execute(f"update {table} set {column} = '{unique}' {where.format(table)}")
            except asyncpg.CheckViolationError:
                continue
            planted.append(f"{table}.{column}")
            break
    return planted


async def act(site: Site, who: str, name: str, shows: str = "Dossier", **said: Any) -> dict[str, Any]:
    """An act over HTTP, under a fresh key; gives what it replied."""
    kind = site.laurel.engine.schema.mutation_type.fields[name].args["input"].type
    reply = f"__typename ... on {shows} {{ {SHOWN[shows]} }} ... on Refusal {{ message }}"
    text = f"mutation($input: {kind}) {{ done: {name}(input: $input) {{ {reply} }} }}"
    answer = await site.ask("web", text, who=who, variables={"input": {"idempotencyKey": str(uuid4()), **said}})
    done: dict[str, Any] = answer.json()["data"]["done"]
    assert done["__typename"] == shows, done
    return done


async def test_in_a_whole_life_no_log_and_no_entry_holds_what_is_personal(
    site: Site, database_url: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    connection = await asyncpg.connect(dsn(database_url))
    planted = await plant(connection)
    known = {"nominee_personal.phone", "nominee_personal.birth_date", "account.full_name"}
    assert known <= set(planted)
    done = await act(site, "officer", "draftDossier", **site.province.draft())
    for who, name, more in (
        ("head", "submitDossier", {}),
        ("desk", "receiveDossier", {}),
        ("chief", "assignAppraiser", {"appraiser": "appraiser"}),
        ("appraiser", "appraiseLine", {"eligible": True}),
    ):
        line = {"lineId": done["lines"]["nodes"][0]["id"]} if name == "appraiseLine" else {}
        done = await act(site, who, name, id=done["id"], expectedVersion=done["version"], **more, **line)
    step = {"id": done["id"], "expectedVersion": done["version"]}
    posting = await act(site, "chief", "postDossier", "PublicPosting", **step)
    spoken = {"text": f"{CANARY} {DIGITS}", "authorName": CANARY, "kind": "REMARK", "source": "PHONE"}
    await act(site, "desk", "recordComment", "PostingComment", posting=posting["id"], **spoken)
    await misuse(site)
    said = capsys.readouterr()
    logged = said.out + said.err + caplog.text
    assert "graphql" in logged
    kept = [str(await connection.fetchval(KEPT.format(table))) for table in ("journal", "journal_seq", "stored_reply")]
    await connection.close()
    assert "ASSIGN" in kept[0]
    assert "COMMENT" in kept[0]
    for where in (logged, *kept):
        assert not [planted for planted in (CANARY, DIGITS, DAY) if planted in where]


async def misuse(site: Site) -> None:
    """What clients say wrong, and what they look for, is not logged either."""
    nominees = "query($text: String) { nominees(first: 5, filter: {text: $text}) { nodes { name } } }"
    await site.ask("web", nominees, who="officer", variables={"text": CANARY})
    await site.ask("web", nominees, who="officer", variables={"text": {"wrong": CANARY}})
    await site.ask("web", f'{{ nominees(first: 5, filter: {{text: "{CANARY}"}}) {{ nothing }} }}', who="officer")
    sign_in = "mutation($input: SignInInput!) { signIn(input: $input) { __typename } }"
    await site.ask("web", sign_in, variables={"input": {"username": CANARY, "password": CANARY}})
    await site.http.get("/portal/graphql", params={"documentId": "Decision", "variables": f'{{"x": "{DIGITS}"}}'})
    await site.ask("web", "{ viewer { account { fullName } } }", headers={"Authorization": f"Bearer {CANARY}"})
