"""What a request pays before it is answered, what it gets back, and what staff are told of it.

Whoever is signed in pays an operation's cost from their account's points, and is given back what was not built after
all. Strangers pay a request of their address's before they are listened to. An act, a search, an attempt to guess and
a large question of one's own are counted beside it. Staff read in `extensions.cost` what was asked and what was built,
and how many points are left until when.
"""

from __future__ import annotations

import re
import time
from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from graphql import (
    FieldNode,
    GraphQLError,
    ObjectFieldNode,
    ObjectValueNode,
    OperationType,
    StringValueNode,
    ValueNode,
    VariableNode,
)

from channels.admission import Admission, Admitted
from channels.budgets import (
    AD_HOC,
    ANALYST,
    CITIZEN,
    COMMENTS,
    MUTATIONS,
    OFFICER,
    PUBLIC,
    SEARCH,
    SIGN_IN,
    SIGN_IN_ADDRESS,
    TRACKING,
    Budget,
)
from channels.contract import OFFICER as OFFICERS
from channels.contract import tier_of
from channels.exchange import Exchange
from channels.limits import RateLimits
from channels.proxies import place
from channels.refusals import Refusal, Refused, over
from models.access import Viewer

HEAVY = OFFICERS.cost
"""Who may ask more than this may ask few such questions at once."""
SOCKET = 10
"""Points that a socket costs: its session is looked up."""
_POINTS = (PUBLIC, CITIZEN, OFFICER, ANALYST)
"""From which budget each tier pays."""
_OBJECT = re.compile(rb'\{"[_A-Za-z]')
"""How an object begins. In a string a quote after a brace is the string's end, and no letter follows it."""
_AROUND = 2
"""The answer itself, and its `data`."""
_COMMENTS = frozenset({"commentOnPosting", "submitComment"})


class Paid(NamedTuple):
    """What was paid, by whom."""

    budget: Budget
    who: Hashable
    points: int
    heavy: bool = False


class Toll:
    """The toll of one channel."""

    def __init__(self, admission: Admission, limits: RateLimits) -> None:
        self.limits = limits
        self._limits_of = [gate.limits for gate in admission.gates]
        self._ours = admission.documents.known
        kept = map(limits.kept, _POINTS)
        self._most = [budget.most if budget else 0 for budget in kept]
        """Points that a question takes at most: where an installation has smaller buckets, a full one."""

    async def enter(self, address: str | None) -> None:
        """Pay for being listened to, as strangers do. Raises RATE_LIMITED."""
        where = place(address)
        if where and not self.limits.spend_now(PUBLIC, where):
            await self.limits.spend(PUBLIC, where)

    def known(self, address: str | None) -> None:
        """It was no stranger after all."""
        self.limits.refund(PUBLIC, place(address), 1)

    async def opened(self, address: str | None, viewer: Viewer) -> None:
        """Pay for a socket from its account's points, in place of its address's. Raises RATE_LIMITED."""
        budget, who = _POINTS[tier_of(viewer)], viewer.account_id
        if who is not None and not self.limits.spend_now(budget, who, SOCKET):
            await self.limits.spend(budget, who, SOCKET)
        self.known(address)

    def pay_now(self, admitted: Admitted) -> Paid | None:
        """Pay for what most ask, a query; None where more is to be paid, or asked for first. Raises RATE_LIMITED."""
        who, tier = admitted.viewer.account_id, admitted.tier
        if admitted.operation.kind is not OperationType.QUERY or admitted.cost > HEAVY or who is None:
            return None
        budget, points, most = _POINTS[tier], admitted.cost or 1, self._most[tier]
        points = min(points, most)
        try:
            return Paid(budget, who, points) if self.limits.spend_now(budget, who, points) else None
        except Refused as refused:
            raise self._told(refused, budget, who, admitted) from None

    async def pay(self, address: str | None, admitted: Admitted) -> Paid:
        """Pay whatever is to be paid. Raises RATE_LIMITED for the first that cannot be; what is paid then is spent."""
        where = place(address)
        who = admitted.viewer.account_id or admitted.viewer.tracked_id
        heavy = admitted.cost > HEAVY and admitted.document.text not in self._ours
        for budget, whose in _beside(admitted, who, where):
            await self._spend(budget, whose, 1, admitted)
        if who is None:
            return Paid(PUBLIC, where, 0)
        paid = Paid(_POINTS[admitted.tier], who, min(admitted.cost or 1, self._most[admitted.tier]), heavy)
        await self._spend(paid.budget, who, paid.points, admitted)
        if heavy:
            await self._spend(AD_HOC, who, 1, admitted)
        return paid

    def release(self, paid: Paid) -> None:
        """The question is answered, or given up."""
        if paid.heavy:
            self.limits.refund(AD_HOC, paid.who, 1)

    def settled(
        self, exchange: Exchange, admitted: Admitted, body: bytes, errors: Sequence[GraphQLError] = ()
    ) -> bytes:
        """The answer as it is sent, once what it did not cost is given back.

        Raises RESPONSE_TOO_LARGE for a query whose answer is: an act is done, and whoever asked for it must hear so.
        """
        limits, paid = self._limits_of[admitted.tier], exchange.paid
        if len(body) > limits.response_bytes and admitted.operation.kind is OperationType.QUERY:
            raise over(Refusal.RESPONSE_TOO_LARGE, len(body), limits.response_bytes, reveal=limits.reveal)
        if paid is None or paid.budget is PUBLIC or self.limits.kept(paid.budget) is None:
            return body
        wrong = objects(orjson.dumps([error.formatted for error in errors])) if errors else 0
        actual = max(0, objects(body) - _AROUND - wrong)
        if admitted.operation.weight.introspects:  # the schema's own parts are thousands, and cost no row
            actual = min(actual, paid.points)
        self.limits.refund(paid.budget, paid.who, paid.points - actual)
        left = self.limits.left(paid.budget, paid.who) if limits.reveal else None
        if left is None:
            return body
        cost = _COST % (admitted.cost, actual, left.of, left.points, _moment(int(time.time() + left.seconds)))
        if exchange.explained is not None:
            exchange.explained.cost = cost
            return body
        return b'%b,"extensions":{%b}}' % (body[:-1], cost)

    async def _spend(self, budget: Budget, who: Hashable, points: int, admitted: Admitted) -> None:
        if who == "":  # somebody without an address: a proxy's socket file, of which no setting tells
            return
        try:
            if not self.limits.spend_now(budget, who, points):
                await self.limits.spend(budget, who, points)
        except Refused as refused:
            raise self._told(refused, budget, who, admitted) from None

    def _told(self, refused: Refused, budget: Budget, who: Hashable, admitted: Admitted) -> Refused:
        """The refusal with the numbers behind it, for those who may know them."""
        kept, left = self.limits.kept(budget), self.limits.left(budget, who)
        if not self._limits_of[admitted.tier].reveal or kept is None or left is None:
            return refused
        (error,) = refused.errors
        back = _moment(int(time.time() + left.seconds)).decode()
        error["extensions"]["cost"] = {
            "requested": admitted.cost,
            "limit": left.of,
            "remaining": left.points,
            "resetAt": back,
        }
        refused.headers["RateLimit-Policy"] = f'"{kept.name}";q={kept.points};w={kept.seconds:.0f}'
        return refused


def objects(said: bytes) -> int:
    """How many objects with names as GraphQL has them are in JSON."""
    return len(_OBJECT.findall(said))


_COST = b'"cost":{"requested":%d,"actual":%d,"limit":%d,"remaining":%d,"resetAt":"%b"}'


@lru_cache(64)
def _moment(seconds: int) -> bytes:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()


def _beside(admitted: Admitted, who: UUID | None, where: str) -> Iterator[tuple[Budget, Hashable]]:
    """What an operation pays beside its points."""
    if admitted.operation.kind is OperationType.MUTATION:
        yield from _acting(admitted, who, where)
    elif who is None and "search" in admitted.operation.roots:
        yield SEARCH, where


def _acting(admitted: Admitted, who: UUID | None, where: str) -> Iterator[tuple[Budget, Hashable]]:
    for root in admitted.operation.weight.roots[admitted.operation.name]:
        if root.name.value == "signIn":
            yield SIGN_IN_ADDRESS, where
            yield SIGN_IN, (where, _name(root, admitted.variables))
        elif root.name.value == "trackDossier":
            yield TRACKING, where
        elif root.name.value in _COMMENTS:
            yield COMMENTS, who or where
        elif who is not None:
            yield MUTATIONS, who


def _name(root: FieldNode, variables: Mapping[str, Any]) -> str:
    """The user name in `signIn(input: {username: …})`, however it was sent; as accounts are looked up by it."""
    said: Any = next((argument.value for argument in root.arguments or () if argument.name.value == "input"), None)
    said = _value(said, variables)
    if isinstance(said, ObjectValueNode):
        fields: dict[str, ObjectFieldNode] = {field.name.value: field for field in said.fields}
        said = {"username": _value(fields["username"].value, variables)} if "username" in fields else {}
    name = said.get("username") if isinstance(said, dict) else None
    return name.strip().lower() if isinstance(name, str) else ""


def _value(node: ValueNode | None, variables: Mapping[str, Any]) -> Any:
    """What a value comes to: a variable's as it was sent, a text's, else the node itself."""
    if isinstance(node, VariableNode):
        return variables.get(node.name.value)
    return node.value if isinstance(node, StringValueNode) else node
