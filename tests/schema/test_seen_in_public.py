"""Acts as the public sees them: what another process keeps of its answers is the truth after every act of a journey."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from channels.answers import KeptAnswers
from channels.contract import PORTAL
from channels.documents import read_documents
from models import calendar
from models.access import ANONYMOUS
from resolvers.feed import Feed
from tests.patience import HANGING
from tests.pristine import dsn
from tests.province import Province
from tests.schema import test_award_change, test_decision, test_decision_above, test_posting

JOURNEYS: list[Callable[[Province], Awaitable[None]]] = [
    test_award_change.test_a_misprint_is_corrected_by_a_numbered_decision_and_what_was_printed_is_kept,
    test_award_change.test_a_cancelled_award_is_shown_as_such_and_its_money_is_to_be_recovered,
    test_award_change.test_a_state_title_is_stripped_and_restored_by_the_president_and_recorded_at_the_desk,
    test_award_change.test_what_leaned_on_a_restored_title_needs_no_review_any_more,
    test_award_change.test_a_certificates_code_tells_what_is_public_and_nothing_before_it_is,
    test_decision.test_one_decision_covers_several_dossiers_in_the_order_they_are_named,
    test_decision.test_a_void_number_is_kept_as_void_and_never_given_again,
    test_decision_above.test_a_decision_from_above_is_recorded_by_its_own_number_and_pays_from_the_provinces_fund,
    test_posting.test_a_list_stands_in_public_for_ten_working_days_with_names_agencies_and_awards,
    test_posting.test_a_running_window_lets_the_dossier_go_nowhere_and_says_until_when,
    test_posting.test_a_withdrawn_dossiers_list_is_public_no_more,
]
"""Tests of acts that change what the public may read; each goes its way, and is looked at beside it."""
AWARDS = "{ awards(first: 20) { totalCount nodes { status printedName citation code recipient { name } } } }"
AWARD = "status printedName citation changes(first: 5) { nodes { ground decision { number kind } } }"
NODE = f"query($id: ID!) {{ node(id: $id) {{ ... on Award {{ {AWARD} }} }} }}"


class Eye:
    """A process of its own that answers the public, and hears of acts from the journal alone."""

    def __init__(self, province: Province, feed: Feed, rows: asyncpg.Connection[Any]) -> None:
        self.feed, self.engine, self.rows = feed, province.engine, rows
        self.answers = KeptAnswers(self.engine, lambda: feed.sure)
        feed.on_change = self.answers.forget
        self.texts = read_documents(PORTAL, self.engine.schema).texts
        self.asked = self.kept = 0

    async def look(self) -> None:
        """Ask all of it once everything is heard: as it was kept, and as it is read anew."""
        now = time.monotonic()
        async with asyncio.timeout(HANGING):
            while self.feed.sure <= now:
                await asyncio.sleep(0.002)
        async for text, variables in self.questions():
            ready = self.engine.ready(self.engine.document(text), variables, None)
            assert ready is not None, text
            sent = self.engine.pool.sent
            answer = await self.answers.answer(ready, 50)
            self.asked, self.kept = self.asked + 1, self.kept + (self.engine.pool.sent == sent)
            anew = await self.engine.answer_ready(ready, ANONYMOUS, 50)
            assert answer is not None
            assert answer.body == anew, (text, variables)

    async def questions(self) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Whatever the portal asks, of all rows there are, seen or not."""
        yield AWARDS, {}
        for name in ("StartPage", "LatestDecisions", "Postings"):
            yield self.texts[name], {}
        for name in ("AwardsByAgency", "AwardsByType"):
            yield self.texts[name], {"year": calendar.today().year}
        yield self.texts["Search"], {"text": "khen"}
        for row in await self.rows.fetch("select id, number from decision"):
            yield self.texts["DecisionPage"], {"id": f"Decision_{row['id']}"}
            yield self.texts["Decision"], {"number": row["number"]}
        for row in await self.rows.fetch("select id, code from award"):
            yield NODE, {"id": f"Award_{row['id']}"}
            yield self.texts["VerifyAward"], {"code": row["code"] or ""}
        for row in await self.rows.fetch("select id from public_posting"):
            yield self.texts["PostingPage"], {"id": f"PublicPosting_{row['id']}"}


@pytest.fixture
async def eye(
    province: Province, database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Eye]:
    """It looks after each act of anybody's."""
    monkeypatch.setattr("resolvers.feed.hub.POLL", 0.02)
    monkeypatch.setattr("channels.answers.FRESH", HANGING)
    feed, rows = Feed(dsn(database_url), redis_url), await asyncpg.connect(dsn(database_url))
    await feed.start()
    made, act = Eye(province, feed, rows), province.act

    async def seen(who: str | None, name: str, said: dict[str, Any]) -> dict[str, Any]:
        done = await act(who, name, said)
        await made.look()
        return done

    monkeypatch.setattr(province, "act", seen)
    yield made
    await feed.stop()
    await rows.close()


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.__name__.removeprefix("test_")[:40])
async def test_what_is_kept_for_the_public_is_the_truth_after_every_act(
    journey: Callable[[Province], Awaitable[None]], province: Province, eye: Eye
) -> None:
    await journey(province)
    await eye.look()
    assert eye.kept > eye.asked / 4, "acts that change nothing in public leave what is kept"
