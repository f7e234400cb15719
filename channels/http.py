"""GraphQL over HTTP: body → gate → document → the engine's bytes, or the executor's; bare ASGI, nothing in between."""

from __future__ import annotations

import asyncio
from typing import NamedTuple
from urllib.parse import parse_qsl

from graphql import ExecutionResult, GraphQLError, OperationType

from channels import faults, sse
from channels.admission import Admission, Admitted
from channels.answers import Answer, KeptAnswers
from channels.contract import Documents, Tier, Transport
from channels.etag import has
from channels.exchange import ClientGone, Exchange, Receive, Scope, Send
from channels.explain import HEADER, explaining
from channels.gate import Request, read_body, read_json, shaped
from channels.headers import Standing
from channels.logs import get_logger, safe
from channels.media import Accepted, Media, is_json, is_plain
from channels.refusals import Refusal, Refused, later
from channels.session import Caller, Door, Said
from channels.streams import MakeContext, Streams
from channels.toll import Toll
from channels.turned_away import TurnedAway
from channels.watch import Watch
from models.access import Audience
from resolvers.client import SignedIn
from resolvers.engine import Unanswered, render
from resolvers.engine.driver import GRACE, SECONDS
from resolvers.engine.refused import timed_out
from resolvers.engine.validation import MOST_ERRORS
from resolvers.unfinished import FAULTS, unfinished

log = get_logger("laurel.http")
_LONGEST_URL = 4_096
_JSON_PARAMETERS = ("variables", "extensions")
_METHODS = ("GET", "HEAD", "POST")


class Asked(NamedTuple):
    """What the head of a request asks, whatever its body says."""

    accept: Accepted
    said: Said
    post: bool
    explain: bool


class GraphQLOverHTTP:
    """The HTTP endpoint of one channel."""

    def __init__(
        self,
        admission: Admission,
        door: Door,
        streams: Streams,
        context: MakeContext,
        headers: Standing,
        toll: Toll,
        turned_away: TurnedAway,
        answers: KeptAnswers | None = None,
    ) -> None:
        self.admission, self.door, self.streams, self.context, self.headers = admission, door, streams, context, headers
        self.toll, self.turned_away = toll, turned_away
        self.answers = answers
        """Those of a channel that asks nobody who they are."""
        self.channel, self.engine = admission.channel, admission.engine
        self.watch = Watch()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever it is."""
        exchange = Exchange(scope, receive, send, self.headers, channel=self.channel.name)
        try:
            await self._serve(exchange)
        except Refused as refused:
            await exchange.refuse(refused)
        except ClientGone:
            exchange.write(499)
        except asyncio.CancelledError:
            if not exchange.gone:
                raise
            exchange.write(499)
        except FAULTS as lost:
            await exchange.refuse(self._failed(exchange, lost))
        except Exception as fault:
            log.error("a fault while answering", request_id=exchange.id, exc_info=fault)
            await exchange.refuse(Refused(Refusal.INTERNAL_ERROR, [faults.mask(exchange.id)]))

    def _failed(self, exchange: Exchange, fault: Exception) -> Refused:
        """What a request is answered that met a database which is away, or something wrong with it."""
        known = unfinished(fault)
        if isinstance(known, Unanswered):
            problem = type(getattr(fault, "orig", None) or fault).__name__  # not how: an outage has thousands of these
            log.error("the database cannot be reached", request_id=exchange.id, problem=problem)
            return later([dict(known.formatted)])
        log.error("a fault while answering", request_id=exchange.id, exc_info=fault)
        return Refused(Refusal.INTERNAL_ERROR, [faults.mask(exchange.id)])

    async def _serve(self, exchange: Exchange) -> None:
        asked = exchange.notes.get("asked") or exchange.note("asked", self._asked(exchange))
        body = exchange.body_at_once(self.channel.limits.body_bytes) if asked.post else b""
        if body is None:
            body = await exchange.body(self.channel.limits.body_bytes)
        if self.answers and asked.accept.media and (known := self.answers.again(_asking(exchange, body))):
            exchange.facts |= known.facts
            return await self._give(exchange, known.answer, asked.accept.media)
        caller = self.door.remembered(asked.said)
        if caller is None or caller.token is None:
            caller = await self._met(exchange, asked.said)
        if caller.refused and caller.by_cookie:
            exchange.cookies = [self.door.clear_cookie()]
        answering = explaining(self, exchange, caller) if asked.explain else self
        try:
            admitted = answering._admit(exchange, body, caller)
        except Refused as refused:
            self.turned_away.by_token(refused, caller, exchange.address)
            raise
        if admitted.tier > Tier.CITIZEN:
            SECONDS.set(self.admission.gates[admitted.tier].limits.seconds)
        exchange.paid = self.toll.pay_now(admitted) or await self.toll.pay(exchange.address, admitted)
        try:
            await answering._serve_admitted(exchange, asked, body, admitted, caller)
        finally:
            self.toll.release(exchange.paid)

    async def _met(self, exchange: Exchange, said: Said) -> Caller:
        """Who asks, where that must be looked up, or is nobody; strangers pay for being listened to at all."""
        await self.toll.enter(exchange.address)
        caller = self.door.remembered(said) or await self.door.found(said)
        if caller.token is not None and not caller.refused:
            self.toll.known(exchange.address)
        return caller

    async def _serve_admitted(
        self, exchange: Exchange, asked: Asked, body: bytes, admitted: Admitted, caller: Caller
    ) -> None:
        if admitted.kind is OperationType.SUBSCRIPTION:
            if not asked.accept.events or Transport.SSE not in self.channel.transports:
                raise Refused(Refusal.STREAM_REQUIRED)
            if exchange.method == "HEAD":  # a stream is all body
                raise Refused(Refusal.METHOD_NOT_ALLOWED, headers={"Allow": "GET, POST"})
            return await sse.stream(exchange, self.streams, admitted, caller)
        if asked.accept.media is None:
            raise Refused(Refusal.SUBSCRIPTIONS_ONLY)
        if not asked.post and admitted.kind is OperationType.MUTATION:
            raise Refused(Refusal.METHOD_NOT_ALLOWED, headers={"Allow": "POST"})
        if self.answers and admitted.kind is OperationType.QUERY:
            return await self._answer_all(self.answers, exchange, body, admitted, asked.accept.media)
        if admitted.operation.sought:
            exchange.caller = caller
        return await self._answer(exchange, admitted, asked.accept.media)

    def _asked(self, exchange: Exchange) -> Asked:
        """What a request's head asks. Raises what stands against it, whatever the body."""
        accept, post = exchange.accepted, exchange.method == "POST"
        if exchange.method not in _METHODS:
            raise Refused(Refusal.METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(_METHODS)})
        if accept.media is None and not accept.events:
            raise Refused(Refusal.NOT_ACCEPTABLE)
        if post and not is_json(exchange.headers.get("content-type")):
            raise Refused(Refusal.UNSUPPORTED_MEDIA_TYPE)
        if post and not is_plain(exchange.headers.get("content-encoding")):
            raise Refused(Refusal.UNSUPPORTED_MEDIA_TYPE, headers={"Accept-Encoding": "identity"})
        if not post and len(exchange.query_string) > _LONGEST_URL:
            raise Refused(Refusal.URL_TOO_LONG)
        return Asked(accept, self.door.said(exchange.headers), post, HEADER in exchange.headers)

    def _admit(self, exchange: Exchange, body: bytes, caller: Caller) -> Admitted:
        facts = exchange.facts
        facts["audience"] = caller.viewer.audience.value
        known = self.admission.again(body, caller) if body and exchange.explained is None else None
        if known is None:
            request = self._request(exchange, body)
            facts["document"] = safe(request.document_id)
            admitted = self.admission.admit(request, caller)
            known = self.admission.remember(body, admitted) if body else admitted
        facts["document"] = safe(known.document_id)
        facts |= known.operation.facts
        return known

    def _request(self, exchange: Exchange, body: bytes) -> Request:
        """The request in a POST's body or a GET's query; a full text by GET is read only from a bearer."""
        limits = self.channel.limits
        if exchange.method == "POST":
            return read_body(body, limits)
        try:
            said = dict(parse_qsl(exchange.query_string.decode("latin-1"), keep_blank_values=True, max_num_fields=20))
        except ValueError as many:
            raise Refused(Refusal.BAD_REQUEST) from many
        trusted = self.channel.documents is Documents.TRUSTED or "authorization" not in exchange.headers
        if "documentId" not in said and trusted:
            raise Refused(Refusal.METHOD_NOT_ALLOWED, headers={"Allow": "POST"})
        said = {key: value for key, value in said.items() if value or key != "operationName"}  # an empty one is none
        return shaped({k: read_json(v) if k in _JSON_PARAMETERS else v for k, v in said.items()}, limits)

    async def _answer(self, exchange: Exchange, admitted: Admitted, media: Media) -> None:
        """Straight through where the engine can; else by the executor."""
        ready = admitted.ready or self.engine.ready(admitted.document, admitted.variables, admitted.operation.name)
        if ready is None:
            return await self._execute(exchange, admitted, media)
        waiting = self.watch.begin(exchange)
        try:
            body = await self.engine.answer_ready(ready, admitted.viewer, admitted.page)
        except Unanswered as busy:
            raise later([dict(busy.formatted)]) from busy
        finally:
            self.watch.end(waiting)
        if body is None:
            return await self._execute(exchange, admitted, media)
        if admitted.operation.sought:
            self.turned_away.of_reading(exchange, admitted, body)
        body = self.toll.settled(exchange, admitted, body)
        if exchange.explained is None and exchange.answer_at_once(media.value, body):
            return None
        return await self._send(exchange, 200, media, body)

    async def _answer_all(
        self, answers: KeptAnswers, exchange: Exchange, body: bytes, admitted: Admitted, media: Media
    ) -> None:
        """What everybody is answered who asks the same, until something in it changes."""
        ready = admitted.ready or self.engine.ready(admitted.document, admitted.variables, admitted.operation.name)
        if ready is None:
            return await self._execute(exchange, admitted, media)
        waiting = self.watch.begin(exchange)
        try:
            answer = await answers.answer(ready, admitted.page)
        except Unanswered as busy:
            raise later([dict(busy.formatted)]) from busy
        finally:
            self.watch.end(waiting)
        if answer is None:
            return await self._execute(exchange, admitted, media)
        answers.note(_asking(exchange, body), answer, exchange.facts)
        return await self._give(exchange, answer, media)

    async def _give(self, exchange: Exchange, answer: Answer, media: Media) -> None:
        """By GET anybody may keep it for a while, and is told by its ETag that it is as it was."""
        if exchange.method == "POST":
            return await exchange.answer(200, media.value, answer.body)
        tag, known = answer.tag(media.value), exchange.headers.get("if-none-match")
        status, body = (304, b"") if known and has(known, tag) else (200, answer.body)
        lines = answer.heads.get((media.value, status))
        if lines is not None and exchange.answer_kept(status, lines, body):
            return None
        headers = {"ETag": tag, "Cache-Control": self.channel.cache_control, "Vary": "Accept"}
        length = {"Content-Length": str(len(body))} if body else {}
        answer.heads[media.value, status] = exchange.lines_of(media.value, headers | length)
        return await exchange.answer(status, media.value, body, headers)

    async def _execute(self, exchange: Exchange, admitted: Admitted, media: Media) -> None:
        """By graphql-core: Python's fields, mutations, errors. A mutation runs to its end, client or no client."""

        def set_session(begun: SignedIn | None) -> None:
            self.door.sessions.forget(context.client.token or "")
            exchange.cookies = self.door.set_cookies(begun) if begun else [self.door.clear_cookie()]

        context = self.context(admitted.viewer, set_session)
        context.client = self.door.client(exchange.headers, context.client, exchange.address)
        context.page_limit = admitted.page
        work = self.engine.execute(admitted.document, admitted.variables, admitted.operation.name, context)
        acts = admitted.kind is OperationType.MUTATION
        try:
            async with asyncio.timeout(None if acts else self.admission.gates[admitted.tier].limits.seconds + GRACE):
                result = await (work if acts else self.watch.unless_gone(exchange, work))
        except TimeoutError as late:
            raise later([dict(timed_out().formatted)]) from late
        finally:
            for rehearsal in context.rehearsals:
                await rehearsal.close()
        if result.data is None and (away := [e for e in result.errors or () if isinstance(_cause(e), Unanswered)]):
            raise later([dict(error.formatted) for error in away])
        hints, found = admitted.viewer.audience is Audience.STAFF, result.errors or []
        unasked = result.data is None and all(error.path is None for error in found)
        told = found[:MOST_ERRORS] if unasked else found
        errors = [faults.shown(error, exchange.id, hints=hints) for error in told]
        exchange.facts |= {"code": (errors[0].extensions or {}).get("code")} if errors else {}
        body = render(ExecutionResult(result.data, errors))
        if not acts and not errors and admitted.operation.sought:
            self.turned_away.of_reading(exchange, admitted, body)
        body = self.toll.settled(exchange, admitted, body, errors)
        await self._send(exchange, 400 if unasked and media is Media.GRAPHQL else 200, media, body)

    async def _send(self, exchange: Exchange, status: int, media: Media, body: bytes) -> None:
        if exchange.explained is not None:
            body = await exchange.explained.beside(body)
        await exchange.answer(status, media.value, body)


def _asking(exchange: Exchange, body: bytes) -> bytes:
    """The bytes that say what is asked: of a GET those of its query, which no body can be."""
    return body if exchange.method == "POST" else b"?" + exchange.query_string


def _cause(error: GraphQLError) -> Exception:
    """What was raised, where graphql-core told its place."""
    return error.original_error or error
