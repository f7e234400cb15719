"""Where a request becomes an operation to run: its document found, weighed, allowed to this caller, and validated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import GraphQLError, OperationType

from channels.contract import GUESSED, Channel, Tier, tier_of
from channels.documents import TrustedDocuments
from channels.gate import Gate, Request
from channels.refusals import Refusal, Refused, shortened
from channels.session import Caller
from channels.weight import Operation
from models.access import ANONYMOUS, Audience, Viewer
from resolvers.engine import Document, Engine, Ready
from resolvers.engine.recent import Recent

REMEMBERED, ROOM = 256, 200_000
"""How many bodies of queries are known again for each tier, and their bytes together."""
_HINT = re.compile(r" Did you mean [^?]*\?")


class Admitted(NamedTuple):
    """An operation that may run: everything the engine needs, and who asks."""

    document: Document
    operation: Operation
    variables: Mapping[str, Any]
    viewer: Viewer
    page: int
    """The largest page this caller may ask for."""
    document_id: str | None = None
    ready: Ready | None = None
    """What the engine needs to answer it straight, where that was made already."""
    cost: int = 0
    """Objects it builds at most."""
    tier: Tier = Tier.STRANGER
    """Whose limits it is within."""

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.operation.kind


class Admission:
    """The way in of one channel, the same for HTTP, event streams and sockets."""

    def __init__(self, channel: Channel, documents: TrustedDocuments, engine: Engine) -> None:
        self.channel, self.documents, self.engine = channel, documents, engine
        self.gates = [Gate(channel.limits_of(tier)) for tier in Tier]
        self.ours: dict[str, Document] = {}
        """The registered documents that were made ready, by their texts: what strangers ask does not push them out."""
        self._asked = [Recent[bytes, Admitted](REMEMBERED, ROOM, len) for _ in Tier]

    def admit(self, request: Request, caller: Caller) -> Admitted:
        """The operation a caller asks for. Raises Refused with the first thing that stands against it."""
        text, tier = self.documents.text(request), tier_of(caller.viewer)
        gate = self.gates[tier]
        operation, cost = gate.operation(text, request, ours=text in self.documents.known)
        self._check_caller(operation, caller)
        document = self.ours.get(text) or self.engine.document(text, operation.weight.document)
        if document.errors:
            raise invalid(document.errors, hints=caller.viewer.audience is Audience.STAFF)
        said = request.variables, caller.viewer, gate.limits.page, request.document_id
        return Admitted(document, operation, *said, cost=cost, tier=tier)

    def again(self, body: bytes, caller: Caller) -> Admitted | None:
        """What the very same bytes came to before, for this caller: they are not read, weighed and validated anew."""
        known = self._asked[tier_of(caller.viewer)].get(body)
        if known is None:
            return None
        self._check_caller(known.operation, caller)
        document, operation, variables, _, page, document_id, ready, cost, tier = known
        return Admitted(document, operation, variables, caller.viewer, page, document_id, ready, cost, tier)

    def remember(self, body: bytes, admitted: Admitted) -> Admitted:
        """Know these bytes again, made ready. Only queries: what a mutation holds, a password say, is not kept."""
        if admitted.kind is not OperationType.QUERY:
            return admitted
        ready = self.engine.ready(admitted.document, admitted.variables, admitted.operation.name)
        made = admitted._replace(ready=ready)
        self._asked[admitted.tier].put(body, made._replace(viewer=ANONYMOUS))
        return made

    def _check_caller(self, operation: Operation, caller: Caller) -> None:
        """Refuse what this caller may not ask: the schema itself, anything but signing in, more than a token says."""
        if operation.kind is OperationType.QUERY and self._serves(caller):
            return
        acts = caller.viewer.acts
        if operation.kind is OperationType.MUTATION and acts is not None and not acts.issuperset(operation.roots):
            raise Refused(Refusal.BEYOND_TOKEN, act=min(set(operation.roots) - acts))
        if len(operation.roots) > 1 and not GUESSED.isdisjoint(operation.roots):
            raise Refused(Refusal.TOO_MANY_ROOT_FIELDS)  # one password, one code a request
        if operation.weight.introspects and not self._serves(caller):
            raise Refused(Refusal.INTROSPECTION_DISABLED)
        if operation.kind is OperationType.SUBSCRIPTION and len(operation.roots) != 1:
            raise Refused(Refusal.ONE_ROOT_FIELD)
        if not self.channel.sessions or self._serves(caller):
            return
        if self.channel.open_fields.issuperset(operation.roots) and operation.kind is not OperationType.SUBSCRIPTION:
            return
        if caller.refused:
            raise caller.refused
        raise Refused(Refusal.FORBIDDEN if caller.token else Refusal.UNAUTHENTICATED, act=operation.roots[0])

    def _serves(self, caller: Caller) -> bool:
        """Whether the channel is there for this caller, and may show all it has."""
        return caller.token is not None and caller.refused is None and caller.viewer.audience is self.channel.audience


def invalid(problems: list[GraphQLError], *, hints: bool) -> Refused:
    """VALIDATION_FAILED with graphql-core's messages; what names come near is told to staff only."""
    return Refused(Refusal.VALIDATION_FAILED, [told(problem, Refusal.VALIDATION_FAILED, hints) for problem in problems])


def told(problem: GraphQLError, refusal: Refusal, hints: bool) -> dict[str, Any]:
    """An error as a client gets it: one with a code as it is, one of graphql-core's own with this refusal's code."""
    said: dict[str, Any] = {**problem.formatted}
    if "code" in (problem.extensions or {}):
        return said
    words = shortened(problem.message if hints else _HINT.sub("", problem.message))
    code = {"code": refusal.name} | (problem.extensions or {})
    return said | {"message": f"{refusal.value[1]} · {words}", "extensions": code}
