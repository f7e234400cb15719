"""Following one dossier without an account: a code and six digits give a short pass, and guessing gives nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from sqlalchemy import func, select, update

import models as rows
from models.award_code import new_code
from models.dossier import visible_personal
from models.tracking import RANDOM_SIGNS
from resolvers import tracking
from tests.channels.client import Client
from tests.channels.conftest import Site, codes
from tests.channels.test_sse import followed
from tests.schema.journey import drafted, stepped
from tests.web import http_client

FACTOR, WRONG = "204917", "204918"
KEY = "01a2020a-0000-7000-8000-000000000001"


async def tracked(site: Site, **more: Any) -> tuple[dict[str, Any], str]:
    """A dossier at the desk, and the code of its first nominee."""
    province = site.province
    dossier = await stepped(province, "head", "submitDossier", await drafted(province, **more))
    asked = {"lineId": dossier["lines"]["nodes"][0]["id"], "secondFactor": FACTOR}
    answer = await site.ask(
        "web",
        "mutation($input: IssueTrackingCodeInput!) {"
        " issueTrackingCode(input: $input) { ... on TrackingCode { code } ... on Refusal { message } } }",
        "desk",
        variables={"input": asked | {"idempotencyKey": KEY}},
    )
    return dossier, answer.json()["data"]["issueTrackingCode"]["code"]


async def track(site: Site, code: str, factor: str, http: httpx.AsyncClient | None = None) -> httpx.Response:
    """What is answered to whoever tries a code."""
    asked = {"documentId": "TrackDossier", "variables": {"input": {"code": code, "secondFactor": factor}}}
    return await (http or site.http).post("/mobile/graphql", json=asked)


async def passed(site: Site, code: str, factor: str = FACTOR) -> dict[str, str]:
    """The header of a pass."""
    said = (await track(site, code, factor)).json()["data"]["trackDossier"]
    return {"Authorization": f"Bearer {said['token']}"}


def told(answer: httpx.Response) -> tuple[Any, ...]:
    """All that a client learns from an answer, but for the request's own id and the time of day."""
    headers = {name: value for name, value in answer.headers.items() if name not in ("x-request-id", "date")}
    return answer.status_code, answer.content, headers


def spelt(code: str) -> str:
    """As somebody reads it off a receipt."""
    return f" {code[:4].lower()}-{code[4:8]} {code[8:12]}.{code[12:]} "


async def test_a_code_and_six_digits_show_the_dossier_as_its_nominee_sees_it(site: Site) -> None:
    lines = [site.province.line("an"), site.province.line("binh")]
    dossier, code = await tracked(site, lines=lines)
    answer = (await track(site, spelt(code), "204-917")).json()["data"]["trackDossier"]
    assert (answer["__typename"], answer["dossier"]["id"]) == ("TrackingToken", dossier["id"])
    headers = {"Authorization": f"Bearer {answer['token']}"}
    steps = await site.ask("mobile", documentId="DossierSteps", variables={"id": dossier["id"]}, headers=headers)
    mine = await site.ask("mobile", "", "nominee", documentId="DossierSteps", variables={"id": dossier["id"]})
    assert steps.json() == mine.json()
    assert len(steps.json()["data"]["dossier"]["lines"]["nodes"]) == 1, "another nominee's case is not theirs to see"
    assert [event["act"] for event in steps.json()["data"]["dossier"]["events"]["nodes"]]


async def test_a_pass_shows_no_other_dossier_of_the_same_nominee_and_nothing_personal(site: Site) -> None:
    other, _ = await tracked(site)
    async with site.province.sessions.begin() as session:
        await session.execute(update(rows.Tracking).values(ended_at=func.now()))
        await session.execute(update(rows.StoredReply).values(key=func.gen_random_uuid()))
    dossier, code = await tracked(site)
    headers = await passed(site, code)
    listed = (await site.ask("mobile", documentId="MyDossiers", headers=headers)).json()["data"]["dossiers"]
    assert ([node["id"] for node in listed["nodes"]], listed["totalCount"]) == ([dossier["id"]], 1)
    unseen = await site.ask("mobile", documentId="DossierSteps", variables={"id": other["id"]}, headers=headers)
    assert unseen.json() == {"data": {"dossier": None}}
    async with site.province.sessions() as session:
        own = (await session.scalars(select(rows.Tracking).where(rows.Tracking.ended_at.is_(None)))).one()
        for viewer, seen in ((site.province.viewers["nominee"], 1), (tracking.viewer_of(own), 0)):
            personal = select(rows.NomineePersonal).where(visible_personal(rows.NomineePersonal, viewer))
            assert len((await session.scalars(personal)).all()) == seen


async def test_a_pass_follows_its_dossier_by_both_transports(site: Site) -> None:
    dossier, code = await tracked(site)
    headers = await passed(site, code)
    asked = {"documentId": "DossierMoved", "variables": {"id": dossier["id"]}}
    topic = f"dossier:{dossier['id'].removeprefix('Dossier_')}"
    async with followed(site, "mobile", "POST", json=asked, headers=headers) as events, site.socket("mobile") as socket:
        client = Client(socket)
        await client.greet(headers["Authorization"].removeprefix("Bearer "))
        await client.say({"id": "1", "type": "subscribe", "payload": asked})
        await site.followed(topic, by=2)
        await stepped(site.province, "desk", "receiveDossier", dossier)
        assert (await events.told())[0]["event"]["act"] == "RECEIVE"
        assert (await client.told("1"))["event"]["act"] == "RECEIVE"


async def test_a_wrong_code_wrong_digits_and_a_locked_code_are_answered_the_same(site: Site) -> None:
    _, code = await tracked(site)
    wrong = [await track(site, code, WRONG) for _ in range(5)]
    locked = await track(site, code, FACTOR)
    nobodys = await track(site, new_code(signs=RANDOM_SIGNS), FACTOR)
    nonsense = await track(site, "ÿ" * 500, "x" * 500)
    empty = await track(site, "", "")
    assert len({str(told(answer)) for answer in [*wrong, locked, nobodys, nonsense, empty]}) == 1
    assert locked.json()["data"]["trackDossier"]["__typename"] == "WrongTrackingCode"
    assert "set-cookie" not in locked.headers
    assert await site.province.count(rows.TrackingPass) == 0


async def test_a_lock_ends_by_itself_and_a_right_attempt_forgives_the_wrong_ones(site: Site) -> None:
    _, code = await tracked(site)
    for _ in range(4):
        await track(site, code, WRONG)
    assert "Authorization" in await passed(site, code)
    assert await site.province.count(rows.SignInAttempt) == 0
    for _ in range(5):
        await track(site, code, WRONG)
    async with site.province.sessions.begin() as session:
        await session.execute(update(rows.SignInAttempt).values(locked_until=func.now()))
    assert "Authorization" in await passed(site, code)


async def test_n_j13_many_at_once_and_from_many_connections_are_counted_one_by_one(site: Site) -> None:
    _, code = await tracked(site)

    async def one(factor: str) -> None:
        async with http_client(site.address) as http:
            await track(site, code, factor, http)

    await asyncio.gather(*(one(f"{guess:06d}") for guess in range(9)))
    async with site.province.sessions() as session:
        (attempt,) = await session.scalars(select(rows.SignInAttempt))
    assert attempt.failed == 5, "what came after the fifth was not looked at"
    assert attempt.locked_until is not None


async def test_n_j13_a_document_has_one_attempt_whoever_sends_it(site: Site) -> None:
    one = 'trackDossier(input: {code: "0", secondFactor: "000000"}) { __typename }'
    both = f"{{ a: {one} b: {one} }}"
    for query in (f"mutation {both}", f"mutation {{ ...Two }} fragment Two on Mutation {both}"):
        for who in ("officer", None):
            answer = await site.ask("web", query, who)
            assert (answer.status_code, codes(answer)) == (422, ["TOO_MANY_ROOT_FIELDS"])
    assert await site.province.count(rows.SignInAttempt) == 0


async def test_a_pass_ends_by_the_clock_and_with_its_code(site: Site) -> None:
    dossier, code = await tracked(site)
    headers = await passed(site, code)
    asked = {"documentId": "DossierSteps", "variables": {"id": dossier["id"]}, "headers": headers}
    assert "errors" not in (await site.ask("mobile", **asked)).json()
    async with site.province.sessions.begin() as session:
        await session.execute(update(rows.TrackingPass).values(expires_at=func.now()))
    site.laurel.sessions.forget(headers["Authorization"].removeprefix("Bearer "))
    assert codes(await site.ask("mobile", **asked)) == ["UNAUTHENTICATED"]
    again = await passed(site, code)
    async with site.province.sessions.begin() as session:
        await session.execute(update(rows.Tracking).values(ended_at=func.now()))
        await tracking.forget(session)
    assert codes(await site.ask("mobile", **asked | {"headers": again})) == ["UNAUTHENTICATED"]
    assert (await track(site, code, FACTOR)).json()["data"]["trackDossier"]["__typename"] == "WrongTrackingCode"
    assert await site.province.count(rows.TrackingPass) == 1, "what is over is forgotten"


async def test_a_pass_does_nothing_and_is_no_pass_elsewhere(site: Site) -> None:
    _, code = await tracked(site)
    headers = await passed(site, code)
    assert codes(await site.ask("web", "{ viewer { audience } }", headers=headers)) == ["FORBIDDEN"]
    assert codes(await site.ask("portal", documentId="StartPage", headers=headers)) == ["NO_SESSIONS_HERE"]
    comment = {"posting": "PublicPosting_x", "kind": "SUPPORT", "text": "x", "idempotencyKey": KEY}
    said = await site.ask("mobile", documentId="CommentOnPosting", variables={"input": comment}, headers=headers)
    assert said.json()["data"]["commentOnPosting"]["__typename"] == "NotPermitted"


async def test_who_is_named_no_more_is_not_let_in(site: Site) -> None:
    dossier, code = await tracked(site)
    headers = await passed(site, code)
    async with site.province.sessions.begin() as session:
        await session.execute(update(rows.DossierLine).values(nominee_id=site.province.nominees["binh"]))
    assert (await track(site, code, FACTOR)).json()["data"]["trackDossier"]["__typename"] == "WrongTrackingCode"
    steps = await site.ask("mobile", documentId="DossierSteps", variables={"id": dossier["id"]}, headers=headers)
    assert steps.json() == {"data": {"dossier": None}}
