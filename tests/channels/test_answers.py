"""The public's answers: kept until something they were read from changes, never given once anybody was told of it."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from channels import answers as kept_answers
from resolvers.feed import Feed
from tests.channels.conftest import Site
from tests.channels.kept import LATEST, START, asking, by_hand, by_number, sent_for, told
from tests.channels.public import published, recorded
from tests.history import until
from tests.patience import HANGING
from tests.schema.test_award_change import FALSE, changed


async def test_the_same_question_is_read_once_however_it_is_spelt(site: Site) -> None:
    await recorded(site, "7/QĐ-UBND")
    await told(site)
    first, sent = await sent_for(site, LATEST)
    assert (first.status_code, sent) == (200, 1)
    for again in (LATEST, LATEST, f"{LATEST}&variables=%7B%7D", f"{LATEST}&operationName=LatestDecisions"):
        answer, sent = await sent_for(site, again)
        assert (answer.content, answer.headers["etag"], sent) == (first.content, first.headers["etag"], 0), again
    before = site.laurel.pool.sent
    for _ in range(2):
        posted = await site.ask("portal", documentId="LatestDecisions")
        assert (posted.content, "etag" in posted.headers) == (first.content, False)
    assert site.laurel.pool.sent == before


async def test_whoever_has_it_is_told_so_without_a_look_at_the_database(site: Site) -> None:
    await recorded(site, "7/QĐ-UBND")
    await told(site)
    first = await site.http.get(LATEST)
    tag = first.headers["etag"]
    for said in (tag, f"W/{tag}", f'"another", {tag}', "*"):
        answer, sent = await sent_for(site, LATEST, if_none_match=said)
        assert (answer.status_code, answer.content, sent) == (304, b"", 0), said
        for header in ("etag", "cache-control", "vary"):
            assert answer.headers[header] == first.headers[header]
    answer, sent = await sent_for(site, LATEST, if_none_match='"another"')
    assert (answer.status_code, answer.content, sent) == (200, first.content, 0)


async def test_what_this_process_commits_is_forgotten_before_anybody_can_ask(site: Site) -> None:
    await site.http.get(LATEST)
    for number in ("1/QĐ-UBND", "2/QĐ-UBND", "3/QĐ-UBND"):
        await site.publish(number)
        assert number in (await site.http.get(LATEST)).text


async def test_what_was_nowhere_is_found_once_it_is_published(site: Site) -> None:
    assert (await site.http.get(by_number("9/QĐ-UBND"))).json() == {"data": {"decision": None}}
    await site.publish("9/QĐ-UBND")
    assert (await site.http.get(by_number("9/QĐ-UBND"))).json()["data"]["decision"]["number"] == "9/QĐ-UBND"


async def test_whoever_is_told_of_a_change_reads_it(site: Site) -> None:
    """What another process commits is unknown here until it is heard; then it is forgotten before anybody is told."""
    address, heard = by_number("5/QĐ-UBND"), list[str | None]()
    assert (await site.http.get(address)).json()["data"]["decision"] is None
    other = Feed(site.laurel.settings.database_url, site.laurel.settings.redis_url)
    await other.start()
    mine, site.laurel.feed = site.laurel.feed, other  # as if another process published
    try:
        following = mine.follow(["decisions"])
        waiting = asyncio.ensure_future(anext(following))
        await until(lambda: mine.followers, "it to be followed")
        await site.publish("5/QĐ-UBND")
        await asyncio.wait_for(waiting, HANGING)
        site.laurel.feed = mine
        heard.append((await site.http.get(address)).json()["data"]["decision"])
    finally:
        site.laurel.feed = mine
        await other.stop()
    assert heard[0] is not None


async def test_a_change_that_does_not_concern_an_answer_leaves_it(site: Site) -> None:
    await recorded(site, "7/QĐ-UBND")
    await told(site)
    await site.http.get(LATEST), await site.http.get(START)
    site.laurel.answers.forget({"Dossier"})
    assert (await sent_for(site, LATEST))[1] == 0
    assert (await sent_for(site, START))[1] == 1, "the start page says how far the journal is"
    site.laurel.answers.forget({"Decision"})
    assert (await sent_for(site, LATEST))[1] == 1


async def test_a_change_by_hand_of_what_is_never_journalled_is_heard_of_too(site: Site, database_url: str) -> None:
    await recorded(site, "7/QĐ-UBND")
    await told(site)
    assert "Tỉnh mới" not in (await site.http.get(LATEST)).text
    await by_hand(database_url, "update agency set name = 'Tỉnh mới' where code = 'H37'")
    await told(site)
    assert "Tỉnh mới" in (await site.http.get(LATEST)).text


async def test_without_a_feed_nothing_kept_is_given_for_long(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    await recorded(site, "7/QĐ-UBND")
    await told(site)
    assert (await sent_for(site, LATEST))[1] == 1
    assert (await sent_for(site, LATEST))[1] == 0
    await site.laurel.feed.stop()
    monkeypatch.setattr(kept_answers, "FRESH", 0.1)
    await asyncio.sleep(0.1)
    for _ in range(2):
        assert (await sent_for(site, LATEST))[1] == 1, "what nobody confirms is read again"


async def test_another_journal_ends_all_that_is_kept(site: Site, database_url: str) -> None:
    await site.publish("1/QĐ-UBND")
    await told(site)
    await site.http.get(LATEST)
    assert site.laurel.answers.kept
    async with asyncio.timeout(HANGING):
        await by_hand(database_url, "set session_replication_role = replica; update journal_seq set hash = '\\x00'")
        while site.laurel.answers.kept:
            await asyncio.sleep(0.02)


async def test_they_are_bounded_by_number_by_bytes_and_each_by_itself(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = site.laurel.answers
    await told(site)
    monkeypatch.setattr(kept_answers, "MOST", 3)
    for number in range(6):
        await site.http.get(by_number(f"{number}/QĐ-UBND"))
    assert [orjson.loads(key[2])["number"] for key in answers.kept] == [f"{n}/QĐ-UBND" for n in (3, 4, 5)]
    assert answers.held == sum(answer.size for answer in answers.kept.values())
    monkeypatch.setattr(kept_answers, "ROOM", answers.held - 1)
    await site.http.get(by_number("3/QĐ-UBND"))
    await site.http.get(by_number("6/QĐ-UBND"))
    assert len(answers.kept) == 2, "what was used last stays"
    assert answers.held == sum(answer.size for answer in answers.kept.values())
    monkeypatch.setattr(kept_answers, "LARGEST", 10)
    assert (await sent_for(site, by_number("7/QĐ-UBND")))[1] == 1
    assert (await sent_for(site, by_number("7/QĐ-UBND")))[1] == 1
    answers.forget()
    assert (answers.held, len(answers.kept), answers._hanging, answers._requests.held) == (0, 0, {}, 0)


async def test_an_answer_that_hangs_on_the_date_is_not_given_past_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    postings = "/portal/graphql?documentId=Postings"
    await told(site)
    assert [(await sent_for(site, postings))[1] for _ in range(2)] == [1, 0]
    site.laurel.answers.forget()
    monkeypatch.setattr(kept_answers, "DATED", 0.2)
    assert 0 < kept_answers._left_today() <= 0.2
    assert (await sent_for(site, postings))[1] == 1
    await asyncio.sleep(0.2)
    assert (await sent_for(site, postings))[1] == 1


async def test_n_b11_what_is_revoked_is_shown_as_revoked_wherever_it_was_kept(site: Site) -> None:
    """N-B11: the page, the answer by number and what the certificate's code says change with the feed's entry."""
    decision = await published(site.province)
    await told(site)
    asked = "... on Decision { number version awards(first: 1) { nodes { code } } }"
    text = f"query($id: ID!) {{ node(id: $id) {{ {asked} }} }}"
    read = (await site.province.ask("chief", text, {"id": decision}))["data"]["node"]
    (award,) = read["awards"]["nodes"]
    by_code = asking("VerifyAward", code=award["code"])
    addresses = [LATEST, by_number(read["number"]), by_code, f"/decisions/{decision}", f"/xac-minh/{award['code']}"]
    before = {address: await site.http.get(address) for address in addresses}
    assert [(await sent_for(site, address))[1] for address in addresses] == [0] * 5
    following = site.laurel.feed.follow(["decisions"])
    waiting = asyncio.ensure_future(anext(following))
    await until(lambda: site.laurel.feed.followers, "it to be followed")
    done = {"id": decision, "version": read["version"]}
    await changed(site.province, "revokeAward", done, **FALSE)
    await asyncio.wait_for(waiting, HANGING)
    for address, was in before.items():
        now = await site.http.get(address, headers={"If-None-Match": was.headers["etag"]})
        assert now.status_code == 200, address
        assert now.text != was.text, address
    assert (await site.http.get(by_code)).json()["data"]["verifyAward"]["status"] == "CANCELLED"
