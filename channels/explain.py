"""`extensions.explain`: how an answer came about, for staff who ask with `X-Laurel-Explain: 1` (or `plan`).

path          STRAIGHT, or EXECUTOR where Python's fields had a part
statements    how many the engine sent; an act's own are not among them
sql           of each: its text, whether its plan was KEPT or MADE now, the types of $1 … $n (never a value), its
              milliseconds, and with `plan` also PostgreSQL's plan
milliseconds  gate, document, variables, plan, database, splice; total is the whole request's
"""

from __future__ import annotations

import copy
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson

from channels.logs import get_logger
from models.access import Audience
from resolvers.engine import Unanswered
from resolvers.engine.driver import LOST
from resolvers.engine.explain import Explaining, Sent

if TYPE_CHECKING:
    from channels.exchange import Exchange
    from channels.http import GraphQLOverHTTP
    from channels.session import Caller

HEADER = "x-laurel-explain"
STAGES = ("gate", "document", "variables", "plan", "database", "splice")
_PLANS = {"1": False, "plan": True}
"""What the header may say, and whether PostgreSQL's plans are asked for."""

log = get_logger("laurel.explain")


def explaining(endpoint: GraphQLOverHTTP, exchange: Exchange, caller: Caller) -> GraphQLOverHTTP:
    """The endpoint as it answers this request and says how; itself for whoever may not know, or asks it some other way.

    What it notes is put beside the answer by `exchange.explained`.
    """
    said = _PLANS.get(exchange.headers[HEADER])
    if said is None or not endpoint.channel.explains or caller.viewer.audience is not Audience.STAFF:
        return endpoint
    engine, made = Explaining(endpoint.engine), copy.copy(endpoint)
    made.engine, made.admission = engine, copy.copy(endpoint.admission)
    made.admission.engine = engine
    made.context = lambda viewer, session: replace(endpoint.context(viewer, session), engine=engine)
    exchange.explained = Explained(engine, exchange.began, plans=said)
    return made


class Explained:
    """What an answer is told with."""

    def __init__(self, engine: Explaining, began: float, *, plans: bool) -> None:
        self.engine, self.began, self.plans = engine, began, plans
        self.cost = b""
        """What else is told beside the answer, as JSON writes it: the members of an object."""

    async def beside(self, body: bytes) -> bytes:
        """The response body, with `extensions` as its last member."""
        cost = b"%b," % self.cost if self.cost else b""
        return b'%b,"extensions":{%b"explain":%b}}' % (body[:-1], cost, orjson.dumps(await self._told()))

    async def _told(self) -> dict[str, Any]:
        total = time.perf_counter() - self.began  # before PostgreSQL is asked for plans
        noted = self.engine.noted
        return {
            "path": "STRAIGHT" if noted.straight else "EXECUTOR",
            "statements": len(noted.sent),
            "sql": [await self._statement(sent) for sent in noted.sent],
            "milliseconds": {stage: _ms(noted.seconds[stage]) for stage in STAGES} | {"total": _ms(total)},
        }

    async def _statement(self, sent: Sent) -> dict[str, Any]:
        told = {
            "text": sent.plan.sql,
            "plan": "KEPT" if sent.kept else "MADE",
            "parameters": sent.plan.kinds(),
            "milliseconds": _ms(sent.seconds),
        }
        return told | ({"postgresql": await self._postgresql(sent)} if self.plans else {})

    async def _postgresql(self, sent: Sent) -> list[str] | None:
        """PostgreSQL's plan; None where it cannot be had: the answer itself is there all the same."""
        try:
            return await self.engine.postgresql(sent.plan)
        except (Unanswered, asyncpg.PostgresError, OSError, *LOST) as problem:
            log.warning("no plan to be had", exc_info=problem)
            return None


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
