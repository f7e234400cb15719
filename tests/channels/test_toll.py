"""What requests pay, over HTTP, event streams and sockets: counted, given back, told to staff, refused when spent."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from channels.budgets import Budget, Rates
from channels.contract import Tier
from channels.toll import HEAVY, SOCKET, objects
from models.demo import PASSWORD
from tests.channels.client import PUBLISHED, Client
from tests.channels.conftest import Site, served
from tests.patience import HANGING
from tests.web import http_client

NOBODYS = "mutation($input: SignInInput!) { signIn(input: $input) { __typename } }"
LIST = "{ agencies(first: 3) { totalCount nodes { code name } } }"
COSTLY = "{ agencies(first: %d) { nodes { parent { parent { parent { code } } } } } }"


class Unhurried(Rates):
    """Budgets of which nothing comes back while a test runs, on however slow a machine."""

    def budgets(self) -> list[Budget]:
        return [replace(budget, seconds=100 * budget.seconds) for budget in super().budgets()]


@contextlib.asynccontextmanager
async def counting(site: Site, *proxies: str, rates: type[Rates] = Unhurried, **points: int) -> AsyncIterator[Site]:
    """An application over the same province that keeps budgets, some of them with these points."""
    settings = replace(site.laurel.settings, readers=3, rates=rates(points=points), proxies=proxies)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("channels.leases.BOUND", HANGING)  # however busy the machine is, Redis is not taken to be away
        async with served(settings) as (address, laurel, server), http_client(address) as http:
            laurel.limits._leases._salt = str(server).encode()  # type: ignore[union-attr]  # callers of its own
            yield Site(address, laurel, site.province, http, server)


def built(value: Any) -> int:
    """How many objects an answer's data hold."""
    if isinstance(value, dict):
        return 1 + sum(map(built, value.values()))
    return sum(map(built, value)) if isinstance(value, list) else 0


def refused(answer: httpx.Response) -> dict[str, Any]:
    """The extensions of the one error by which a request was refused for its rate."""
    assert answer.status_code == 429, answer.text
    (error,) = answer.json()["errors"]
    vietnamese, english = error["message"].split(" · ")
    assert len(vietnamese) > 10 < len(english)
    said: dict[str, Any] = error["extensions"]
    assert said["code"] == "RATE_LIMITED"
    assert answer.headers["retry-after"] == str(said["retryAfter"])
    return said


names = st.from_regex(r"\A[_A-Za-z][_0-9A-Za-z]{0,5}\Z")
texts = st.text(st.sampled_from('{}"[]:,\\ a\u1ea1\n'), max_size=8)


@given(
    st.dictionaries(
        names,
        st.recursive(
            st.none() | st.integers(-9, 9) | texts,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, min_size=1, max_size=3),
        ),
        min_size=1,
    )
)
def test_objects_are_counted_in_bytes_as_they_are_read(value: Any) -> None:
    assert objects(orjson.dumps(value)) == built(value)
    assert objects(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)) == built(value)


async def test_staff_are_told_what_was_asked_what_was_built_and_what_is_left(site: Site) -> None:
    async with counting(site, rates=Rates, officer=500) as site:
        headers = await site.bearer("officer")
        asked = [
            (await site.http.post("/web/graphql", json={"query": LIST}, headers=headers), datetime.now(UTC))
            for _ in range(3)
        ]
    spent = 0
    for answer, at in asked:
        said = answer.json()
        cost, actual = said["extensions"].pop("cost"), built(said["data"]) - 1
        spent += actual
        assert said["extensions"] == {}
        assert {key: cost[key] for key in ("requested", "actual", "limit")} == {
            "requested": 1 + 20 + 3, "actual": actual, "limit": 500,
        }  # fmt: skip
        assert 500 - spent <= cost["remaining"] <= 500 - spent + 60
        until = datetime.fromisoformat(cost["resetAt"]) - at
        assert timedelta(seconds=-5) < until < timedelta(seconds=60)


async def test_what_an_executor_answers_is_told_too_and_errors_are_no_objects_built(site: Site) -> None:
    async with counting(site) as site:
        mixed = "{ agencies(first: 2) { nodes { code } } nominees(first: 2) { nodes { personal { phone } } } }"
        answer = (await site.ask("web", mixed, "desk")).json()
        acted = await site.ask("web", NOBODYS, "officer", variables={"input": {"username": "x", "password": "y"}})
    assert answer["extensions"]["cost"]["actual"] == max(0, built(answer["data"]) - 1)
    assert answer["errors"]
    assert acted.json()["extensions"]["cost"]["actual"] == 1


async def test_how_an_answer_came_about_is_told_beside_its_cost(site: Site) -> None:
    async with counting(site) as site:
        headers = {**await site.bearer("officer"), "X-Laurel-Explain": "1"}
        said = (await site.http.post("/web/graphql", json={"query": LIST}, headers=headers)).json()
    assert set(said["extensions"]) == {"cost", "explain"}


async def test_n_i10_nobody_but_staff_learns_a_number(site: Site) -> None:
    async with counting(site, public=4, citizen=4) as site:
        answers = []
        for who, document in ((None, "LatestDecisions"), ("nominee", "MyDossiers")):
            headers = await site.bearer(who) if who else {}
            for _ in range(8):
                body = {"documentId": document, "variables": {"first": 1}}
                path = "/mobile/graphql" if who else f"/portal/graphql?x={len(answers)}"
                answers.append(await site.http.post(path, json=body, headers=headers))
    over = [answer for answer in answers if answer.status_code == 429]
    assert {set(answer.json()) == {"data"} for answer in answers if answer not in over} == {True}
    for answer in over:
        assert set(refused(answer)) == {"code", "retryAfter"}
        assert "ratelimit-policy" not in answer.headers
        assert ";r=0;t=" in answer.headers["ratelimit"]
    assert {answer.url.path for answer in over} == {"/mobile/graphql"}  # what is kept for the public costs nothing


async def test_a_spent_account_is_refused_with_its_numbers_and_others_are_not(site: Site) -> None:
    async with counting(site, rates=Rates, officer=30) as site:
        headers = await site.bearer("officer")
        answers = [
            await site.http.post("/web/graphql", json={"query": COSTLY % n}, headers=headers) for n in (7, 7, 100)
        ]
        other = await site.ask("web", LIST, "head")
    last = answers[-1]
    cost = refused(last)["cost"]
    assert cost["requested"] == 1 + 100 * 4
    assert (cost["limit"], last.headers["ratelimit-policy"]) == (30, '"officer";q=30;w=60')
    assert last.headers["ratelimit"] == f'"officer";r=0;t={last.headers["retry-after"]}'
    assert other.status_code == 200


async def test_an_address_is_refused_whatever_it_asks_and_another_is_not(site: Site) -> None:
    asked = {"documentId": "Decision", "variables": {"number": "none"}}
    async with counting(site, "127.0.0.1", public=9) as site:

        async def ask(address: str, n: int) -> httpx.Response:
            variables = {"number": f"{n}/QĐ"}
            return await site.http.post(
                "/portal/graphql", json={**asked, "variables": variables}, headers={"X-Forwarded-For": address}
            )

        statuses = [(await ask("2001:db8::1", n)).status_code for n in range(6)]
        neighbour, stranger = await ask("2001:db8::ffff", 98), await ask("2001:db8:0:1::1", 99)
    assert statuses == [200] * 3 + [429] * 3
    assert (neighbour.status_code, stranger.status_code) == (429, 200)


async def test_nobody_is_believed_of_where_they_are_but_proxies_of_ours(site: Site) -> None:
    async with counting(site, public=9) as site:
        statuses = []
        for n in range(6):
            headers = {"X-Forwarded-For": f"203.0.113.{n}", "Forwarded": f"for=203.0.113.{n}"}
            body = {"documentId": "Decision", "variables": {"number": f"{n}/QĐ"}}
            statuses.append((await site.http.post("/portal/graphql", json=body, headers=headers)).status_code)
    assert statuses == [200] * 3 + [429] * 3


async def test_guesses_at_a_password_are_counted_by_name_and_address_however_they_are_sent(site: Site) -> None:
    spelt: list[dict[str, Any]] = [
        {"query": NOBODYS, "variables": {"input": {"username": "Canbo ", "password": "x"}}},
        {"query": 'mutation { signIn(input: {username: "canbo", password: "x"}) { __typename } }'},
        {
            "query": "mutation($n: String!) { a: signIn(input: {password: \"x\", username: $n}) { __typename } }",
            "variables": {"n": "CANBO"},
        },
    ]  # fmt: skip
    async with counting(site, **{"sign-in": 3}) as site:
        answers = [await site.http.post("/web/graphql", json=body) for body in (*spelt, *spelt)]
        other = {"query": NOBODYS, "variables": {"input": {"username": "nobody", "password": PASSWORD}}}
        mobile = {"documentId": "SignIn", "variables": spelt[0]["variables"]}
        another, same = [
            await site.http.post(f"/{channel}/graphql", json=body)
            for channel, body in (("web", other), ("mobile", mobile))
        ]
    assert [answer.status_code for answer in answers] == [200] * 3 + [429] * 3
    assert refused(answers[-1])["retryAfter"] > 200
    assert (another.status_code, same.status_code) == (200, 429)


async def test_acts_are_counted_beside_their_points(site: Site) -> None:
    async with counting(site, rates=Rates, mutations=4) as site:
        headers = await site.bearer("officer")
        act = "mutation { signOut { __typename } }"
        body = {"query": act.replace("signOut", "revokeOtherSessions")}
        answers = [await site.http.post("/web/graphql", json=body, headers=headers) for _ in range(5)]
        reading = await site.http.post("/web/graphql", json={"query": LIST}, headers=headers)
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assert answers[-1].headers["ratelimit-policy"] == '"mutations";q=4;w=60'
    assert reading.status_code == 200


async def test_streams_and_sockets_are_refused_as_each_says_it(site: Site) -> None:
    async with counting(site, officer=SOCKET) as site:
        token = await site.token("officer")
        async with site.socket("web") as socket:
            client = Client(socket)
            await client.greet(token)  # by all that there was
            await client.subscribe("b")
            said = await client.hear()
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        streamed = await site.http.post("/web/graphql", json={"query": PUBLISHED}, headers=headers)
    assert (said["type"], said["id"]) == ("error", "b")
    (error,) = said["payload"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert error["extensions"]["retryAfter"] >= 1
    assert refused(streamed)["cost"]["limit"] == SOCKET


async def test_n_d19_two_large_questions_of_ones_own_run_at_once_and_the_rest_is_refused(site: Site) -> None:
    large = "{ agencies(first: 200) { nodes { children(first: 26) { nodes { code } } } } }"
    async with counting(site) as site:
        headers = await site.bearer("chief")

        async def ask(query: str) -> httpx.Response:
            return await site.http.post("/web/graphql", json={"query": query}, headers=headers, timeout=HANGING)

        site.allow(HANGING)
        await ask(LIST)  # the session is known from here on, and does not wait for the lock
        async with site.province.sessions.begin() as session:
            await session.execute(text("lock table agency in access exclusive mode"))
            tasks = [asyncio.create_task(ask(f"query q{n} {large}")) for n in range(20)]
            async with asyncio.timeout(HANGING):
                while sum(task.done() for task in tasks) < 18:
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            over = [task.result() for task in tasks if task.done()]
        done = [await task for task in tasks]
        again = await ask(large)
        small = await ask(LIST)
    assert [refused(answer)["cost"]["requested"] > HEAVY for answer in over] == [True] * 18
    assert sorted(answer.status_code for answer in done) == [200] * 2 + [429] * 18
    assert (again.status_code, small.status_code) == (200, 200)


async def test_an_answer_at_its_limit_passes_and_one_byte_more_does_not(site: Site) -> None:
    app: Any = site.server.config.app
    toll = app._endpoints["/web/graphql"].toll
    headers = await site.bearer("officer")
    body = {"query": LIST}
    whole = await site.http.post("/web/graphql", json=body, headers=headers)
    before = toll._limits_of[Tier.OFFICER]
    try:
        toll._limits_of[Tier.OFFICER] = replace(before, response_bytes=len(whole.content))
        at = await site.http.post("/web/graphql", json=body, headers=headers)
        toll._limits_of[Tier.OFFICER] = replace(before, response_bytes=len(whole.content) - 1)
        beyond = await site.http.post("/web/graphql", json=body, headers=headers)
    finally:
        toll._limits_of[Tier.OFFICER] = before
    assert (at.status_code, beyond.status_code) == (200, 422)
    assert beyond.json()["errors"][0]["extensions"]["code"] == "RESPONSE_TOO_LARGE"


async def test_pages_are_counted_by_address_and_what_they_are_drawn_with_is_not(site: Site) -> None:
    async with counting(site, public=6) as site:
        pages = [await site.http.get("/decisions") for _ in range(3)]
        drawn = [await site.http.get("/favicon.ico") for _ in range(5)]
    last = pages[-1]
    assert [page.status_code for page in pages] == [200, 200, 429]
    assert (last.headers["cache-control"], last.headers["content-type"]) == ("no-store", "text/html; charset=utf-8")
    assert "quá dày" in last.text
    assert "too fast" in last.text
    assert int(last.headers["retry-after"]) > 5
    assert {answer.status_code for answer in drawn} == {200}


async def test_files_are_counted_by_account(site: Site) -> None:
    async with counting(site, uploads=2) as site:
        headers = {**await site.bearer("officer"), "Content-Type": "application/pdf", "X-File-Name": "a.pdf"}
        answers = [await site.http.post("/web/files?dossier=x", content=b"%PDF", headers=headers) for _ in range(3)]
    assert [answer.status_code == 429 for answer in answers] == [False, False, True]
    assert refused(answers[-1])["retryAfter"] > 600
