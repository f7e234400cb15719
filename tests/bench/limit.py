"""The limit: SQL written by hand that gives the very bytes, behind a bare route; and those bytes alone."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.settings import Settings
from models.access import Viewer
from models.workflow import DossierStatus
from resolvers.engine.driver import SETTINGS
from tests.pristine import dsn

SEEN = """(d.agency_id in (select id from agency where path <@ any($1::text[]::ltree[]))
    or d.status <> 'DRAFT' and (d.handler_id in (select id from agency where path <@ any($2::text[]::ltree[]))
      or d.authority_id in (select id from agency where path <@ any($2::text[]::ltree[])))
    or d.appraiser_id = $3)"""
"""What staff may see of `dossier d`: $1 and $2 are the paths of their desks, $3 their account."""
STATUS = """coalesce('"' || (e.data ->> 'after') || '"', 'null')"""

Q1 = f"""
select '{{"data":{{"dossierByCode":' || coalesce((
  select '{{"id":"Dossier_' || d.id || '","code":' || to_json(d.code) || ',"title":' || to_json(d.title)
    || ',"status":"' || d.status || '","version":' || d.version
    || ',"receivedAt":' || coalesce(to_json(d.received_at)::text, 'null')
    || ',"agency":{{"code":' || to_json(a.code) || ',"name":' || to_json(a.name) || '}}'
    || ',"lines":{{"nodes":[' || lines.j || ']}},"events":{{"nodes":[' || events.j || ']}}}}'
  from dossier d join agency a on a.id = d.agency_id
  cross join lateral (select coalesce(string_agg('{{"position":' || l.position || ',"citation":' || to_json(l.citation)
      || ',"outcome":"' || l.outcome || '","awardType":{{"code":' || to_json(t.code) || ',"name":' || to_json(t.name)
      || '}},"nominee":{{"name":' || to_json(n.name) || ',"kind":"' || n.kind || '"}}}}', ','
      order by l.position), '') j
    from (select * from dossier_line where dossier_id = d.id order by position limit 10) l
    join award_type t on t.id = l.award_type_id join nominee n on n.id = l.nominee_id) lines
  cross join lateral (select coalesce(string_agg('{{"act":' || to_json(e.act) || ',"at":' || to_json(e.at)
      || ',"version":' || e.subject_version || ',"status":' || {STATUS}
      || ',"publicText":' || coalesce(to_json(e.public_text)::text, 'null') || '}}', ','
      order by e.subject_version), '') j
    from (select * from journal where subject_kind = 'Dossier' and subject_id = d.id order by subject_version limit 6) e
  ) events
  where d.code = $4 and {SEEN}), 'null') || '}}}}'"""

Q2 = """
select '{"data":{"decisions":{"nodes":[' || coalesce(string_agg(
    '{"id":"Decision_' || d.id || '","number":' || to_json(d.number) || ',"title":' || to_json(d.title)
    || ',"status":"' || d.status || '","signedOn":' || to_json(d.signed_on)
    || ',"signerName":' || to_json(d.signer_name)
    || ',"agency":{"code":' || to_json(a.code) || ',"name":' || to_json(a.name) || '},"awards":{"nodes":[' || awards.j
    || ']}}', ',' order by d.signed_on desc, d.id desc), '') || ']}}}'
from (select * from decision order by signed_on desc, id desc limit 20) d join agency a on a.id = d.agency_id
cross join lateral (select coalesce(string_agg('{"id":"Award_' || w.id || '","position":' || w.position
    || ',"citation":' || to_json(w.citation)
    || ',"awardType":{"code":' || to_json(t.code) || ',"name":' || to_json(t.name)
    || '},"recipient":{"name":' || to_json(n.name) || ',"kind":"' || n.kind || '"}}', ',' order by w.position), '') j
  from (select * from award where decision_id = d.id order by position limit 10) w
  join award_type t on t.id = w.award_type_id join nominee n on n.id = w.nominee_id) awards"""

AMONG = f"""d.agency_id in (select id from agency where path <@ (select path from agency where code = $4))
    and d.status = $5 and {SEEN}"""
Q3 = f"""
select '{{"data":{{"dossiers":{{"totalCount":' || (select count(*) from dossier d where {AMONG}) || ',"nodes":['
  || coalesce(string_agg('{{"id":"Dossier_' || d.id || '","code":' || coalesce(to_json(d.code)::text, 'null')
    || ',"title":' || to_json(d.title) || ',"status":"' || d.status || '","createdAt":' || to_json(d.created_at)
    || ',"dueOn":' || coalesce(to_json(d.due_on)::text, 'null')
    || ',"agency":{{"code":' || to_json(a.code) || ',"name":' || to_json(a.name)
    || '}},"authority":{{"code":' || to_json(b.code) || ',"name":' || to_json(b.name)
    || '}},"handler":{{"code":' || to_json(c.code) || ',"name":' || to_json(c.name)
    || '}},"movement":' || coalesce('{{"title":' || to_json(m.title) || '}}', 'null')
    || ',"lastEvent":' || coalesce(e.j, 'null') || '}}', ',' order by d.created_at desc, d.id desc), '') || ']}}}}}}'
from (select * from dossier d where {AMONG} order by created_at desc, id desc limit 100) d
join agency a on a.id = d.agency_id join agency b on b.id = d.authority_id join agency c on c.id = d.handler_id
left join movement m on m.id = d.movement_id
left join lateral (
  select '{{"act":' || to_json(e.act) || ',"at":' || to_json(e.at) || ',"status":' || {STATUS} || '}}' j from journal e
  where e.subject_kind = 'Dossier' and e.subject_id = d.id order by e.subject_version desc limit 1) e on true"""

STATUSES = ",".join(status.name for status in DossierStatus)
Q4 = f"""
select '{{"data":{{"dossierStatistics":[' || coalesce(string_agg(
    '{{"agency":' || a.j || ',"status":"' || g.status || '","count":' || g.count || '}}', ','
    order by a.sort_key, array_position('{{{STATUSES}}}'::text[], g.status::text)), '') || ']}}}}'
from (select d.agency_id, d.status, count(*) from dossier d where {SEEN} group by d.agency_id, d.status) g
join (select id, sort_key, '{{"code":' || to_json(code) || ',"name":' || to_json(name) || '}}' j from agency) a
  on a.id = g.agency_id"""

STATEMENTS = {"Q1": Q1, "Q2": Q2, "Q3": Q3, "Q4": Q4}
PUBLIC = {"Q2"}
"""Statements that ask nothing of the viewer: staff see every decision."""
ORDER = {"Q1": ("code",), "Q2": (), "Q3": ("agency", "status"), "Q4": ()}
"""The variables in the order in which the statement takes them, after the viewer's three."""


class Limit:
    """A few connections, each with every statement prepared, and the last answer given, for the route without them."""

    def __init__(self, url: str, viewer: Viewer) -> None:
        self._url, self._idle = dsn(url), asyncio.LifoQueue[dict[str, Any]]()
        self._seen = (list(viewer.proposes_in), list(viewer.handles_in), viewer.account_id)
        self._fixed: dict[str, bytes] = {}

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Connect, with what makes asyncpg fast: no reset, bytes for text, statements kept as objects.

        The settings are those of Laurel's own driver: measured beside PostgreSQL's own they cost the server nothing and
        spare PostgreSQL a plan for each value (Q3 from 4.8 to 3.2 ms of its CPU), which its round trips show.
        """
        for _n in range(8):
            connection = await asyncpg.connect(self._url, server_settings=SETTINGS)
            await connection.set_type_codec(
                "text", schema="pg_catalog", format="binary", encoder=str.encode, decoder=bytes
            )
            self._idle.put_nowait({name: await connection.prepare(sql) for name, sql in STATEMENTS.items()})
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        yield

    async def by_hand(self, request: Request) -> Response:
        """The answer from the database."""
        name = request.path_params["name"]
        variables = orjson.loads(await request.body())["variables"]
        values = [*(() if name in PUBLIC else self._seen), *(variables[key] for key in ORDER[name])]
        prepared = await self._idle.get()
        try:
            body = await prepared[name].fetchval(*values)
        finally:
            self._idle.put_nowait(prepared)
        self._fixed[name] = body
        return Response(body, media_type="application/json")

    async def fixed(self, request: Request) -> Response:
        """The bytes that were answered last."""
        await request.body()
        return Response(self._fixed[request.path_params["name"]], media_type="application/json")


def create_app(settings: Settings, viewer: Viewer) -> Starlette:
    """`/hand/Q1` … and `/fixed/Q1` …, by POST."""
    limit = Limit(settings.database_url, viewer)
    routes = [
        Route("/hand/{name}", limit.by_hand, methods=["POST"]),
        Route("/fixed/{name}", limit.fixed, methods=["POST"]),
    ]
    return Starlette(routes=routes, lifespan=limit.lifespan)
