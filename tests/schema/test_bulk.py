"""Plain acts on many things at once: each by itself, none lost by another, all of them previewed and replayed."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import models as rows
from tests.province import REPLIES, Province
from tests.schema.journey import drafted, issued, stepped
from tests.schema.refusing import traces


async def submitted(province: Province, many: int) -> list[dict[str, Any]]:
    """So many dossiers that wait to be received."""
    return [await stepped(province, "head", "submitDossier", await drafted(province)) for _ in range(many)]


def items(things: list[dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
    """Things as they were read, with whatever else is said of each."""
    return [{"id": each["id"], "expectedVersion": each["version"], **more} for each in things]


async def asked(province: Province, who: str | None, act: str, said: dict[str, Any]) -> dict[str, Any]:
    """What an act on many things is answered, errors and all."""
    kind = "AssignItemsInput" if act == "assignAppraisers" else "ItemsInput"
    shown = "Decision" if act == "publishDecisions" else "Dossier"
    members = (shown, "NotPermitted", "IllegalStep", "StaleVersion")
    parts = " ".join(f"... on {member} {{ {REPLIES[member]} }}" for member in members if member in REPLIES)
    text = f"mutation($input: {kind}!) {{ done: {act}(input: $input) {{ __typename {parts} }} }}"
    return await province.ask(who, text, {"input": {"idempotencyKey": str(uuid4()), **said}})


async def done(province: Province, who: str | None, act: str, said: dict[str, Any]) -> list[dict[str, Any]]:
    """What became of each item."""
    answer = await asked(province, who, act, said)
    assert "errors" not in answer, answer["errors"]
    answers: list[dict[str, Any]] = answer["data"]["done"]
    return answers


async def test_each_of_many_is_done_by_itself_and_a_bad_one_does_not_lose_the_others(province: Province) -> None:
    dossiers = await submitted(province, 5)
    said = items(dossiers)
    said[1]["expectedVersion"] = 1
    said[3]["id"] = f"Dossier_{uuid4()}"
    answers = await done(province, "desk", "receiveDossiers", {"items": said})
    assert [each["__typename"] for each in answers] == ["Dossier", "StaleVersion", "Dossier", "NotFound", "Dossier"]
    assert [each["id"] for each in answers if "id" in each] == [dossiers[n]["id"] for n in (0, 2, 4)]
    assert [each["code"][-4:] for each in answers if "id" in each] == ["0001", "0002", "0003"]
    assert await province.count(rows.Entry) == 5 * 2 + 3
    assert answers[1]["whatChanged"][0]["act"] == "SUBMIT"


async def test_a_preview_says_what_each_would_come_to_and_writes_nothing(province: Province) -> None:
    dossiers = await submitted(province, 3)
    said = items(dossiers)
    said[2]["expectedVersion"] = 9
    before = await traces(province)
    answers = await done(province, "desk", "receiveDossiers", {"items": said, "dryRun": True})
    assert [(each["__typename"], each.get("status")) for each in answers] == [
        ("Dossier", "RECEIVED"), ("Dossier", "RECEIVED"), ("StaleVersion", None),
    ]  # fmt: skip
    assert await traces(province) == before


async def test_many_sent_twice_are_done_once_and_answered_the_same(province: Province) -> None:
    said = {"items": items(await submitted(province, 3)), "idempotencyKey": str(uuid4())}
    said["items"][0]["expectedVersion"] = 1
    first = await done(province, "desk", "receiveDossiers", said)
    before = await traces(province)
    assert await done(province, "desk", "receiveDossiers", said) == first
    assert await traces(province) == before


async def test_the_same_key_with_other_things_is_refused_for_each(province: Province) -> None:
    dossiers = await submitted(province, 3)
    said = {"items": items(dossiers[:2]), "idempotencyKey": str(uuid4())}
    await done(province, "desk", "receiveDossiers", said)
    before = await traces(province)
    answers = await done(province, "desk", "receiveDossiers", {**said, "items": items(dossiers)})
    assert [each["__typename"] for each in answers] == ["IdempotencyMismatch"] * 3
    assert await traces(province) == before


async def test_two_desks_that_send_the_same_things_at_once_receive_each_once(province: Province) -> None:
    dossiers = await submitted(province, 8)
    first, second = await asyncio.gather(
        *(done(province, who, "receiveDossiers", {"items": items(dossiers)}) for who in ("desk", "chief"))
    )
    for one, other in zip(first, second, strict=True):
        assert sorted((one["__typename"], other["__typename"])) == ["Dossier", "StaleVersion"]
    assert await province.count(rows.Entry) == 8 * 3


async def test_an_item_that_must_wait_too_long_is_busy_and_the_others_are_done(
    province: Province, hasty: Province
) -> None:
    dossiers = await submitted(province, 3)
    said = {"items": items(dossiers), "idempotencyKey": str(uuid4())}
    async with province.sessions.begin() as session:
        key = dossiers[1]["id"].removeprefix("Dossier_")
        await session.get_one(rows.Dossier, key, with_for_update=True)
        answer = await asked(hasty, "desk", "receiveDossiers", said)
    assert [each and each["status"] for each in answer["data"]["done"]] == ["RECEIVED", None, "RECEIVED"]
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [(["done", 1], "BUSY")]
    again = await done(province, "desk", "receiveDossiers", said)
    assert [each["status"] for each in again] == ["RECEIVED"] * 3
    assert [each["version"] for each in again] == [3] * 3


async def test_none_too_many_or_one_twice_are_refused_as_a_whole(province: Province) -> None:
    (dossier,) = await submitted(province, 1)
    before = await traces(province)
    many = [{"id": f"Dossier_{uuid4()}", "expectedVersion": 1} for _ in range(101)]
    for things in ([], many, items([dossier, dossier])):
        answer = await asked(province, "desk", "receiveDossiers", {"items": things})
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_ITEMS"]
        assert answer["data"] is None
    assert await traces(province) == before


async def test_the_public_may_not_act_on_many_either(province: Province) -> None:
    answers = await done(province, None, "receiveDossiers", {"items": items(await submitted(province, 2))})
    assert [each["__typename"] for each in answers] == ["NotPermitted"] * 2


async def test_a_list_of_dossiers_goes_from_its_reception_to_the_archive(province: Province) -> None:
    dossiers = await done(province, "desk", "receiveDossiers", {"items": items(await submitted(province, 2))})
    said = items(dossiers, appraiser="appraiser")
    dossiers = await done(province, "chief", "assignAppraisers", {"items": said})
    assert [each["status"] for each in dossiers] == ["ASSIGNED"] * 2
    decisions = [await issued(province) for _ in range(2)]
    published = await done(province, "chief", "publishDecisions", {"items": items(decisions)})
    assert [(each["number"], each["status"]) for each in published] == [
        ("1/QĐ-UBND", "PUBLISHED"), ("2/QĐ-UBND", "PUBLISHED"),
    ]  # fmt: skip
    found = await province.ask("desk", "{ dossiers(first: 9, filter: {status: PUBLISHED}) { nodes { id version } } }")
    returned = await done(province, "desk", "returnResults", {"items": items(found["data"]["dossiers"]["nodes"])})
    assert [each["status"] for each in returned] == ["RESULT_RETURNED"] * 2
    archived = await done(province, "chief", "archiveDossiers", {"items": items(returned)})
    assert [each["status"] for each in archived] == ["ARCHIVED"] * 2
