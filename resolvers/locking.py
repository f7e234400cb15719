"""The statements that acts begin with, each made once for all who are shown rows alike; who asks is a value in them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, fields
from functools import cache, lru_cache
from typing import Any

import orjson
from sqlalchemy import ARRAY, Select, Uuid, any_, bindparam, func, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm.interfaces import ORMOption
from sqlalchemy.sql.dml import ReturningInsert

from models.access import Audience, Viewer
from models.account import StoredReply
from resolvers.engine.values import Getter, Trace
from resolvers.inputs import UNKEPT

Made = Select[*tuple[Any, ...]]
"""A statement that is made once."""
Values = dict[str, Any]
"""What a statement's parameters are in one request."""


@cache
def claiming() -> ReturningInsert[Any]:
    """What takes an idempotency key and gives the transaction's moment; nothing where the key is used."""
    kept = {name: bindparam(f"claim_{name}", type_=StoredReply.__table__.c[name].type) for name in CLAIMED}
    return insert(StoredReply).values(kept).on_conflict_do_nothing().returning(func.now().label("now"))


CLAIMED = ("account_id", "key", "asked", "subject_kind", "subject_id")
"""What is kept with a key as it is taken."""


def digest(act: str, said: Any) -> bytes:
    """SHA-256 of an act and its input but what is `unkept` of it, the same for the same request."""
    unkept = {part.name for part in fields(said) if part.metadata.get(UNKEPT)}
    told = {name: value for name, value in asdict(said).items() if name not in unkept}
    return hashlib.sha256(act.encode() + orjson.dumps(told, default=str, option=orjson.OPT_SORT_KEYS)).digest()


@lru_cache(maxsize=300)
def beside_claim(wanted: Made) -> Made:
    """A statement that is made once, with the key taken beside it: of each row the transaction's moment comes last."""
    return joined_to_claim(wanted)


def joined_to_claim(wanted: Made) -> Made:
    """A statement with the key taken beside it."""
    key = claiming().cte("claim")
    return wanted.add_columns(key.c.now).join(key, true())


def as_shown_to(viewer: Viewer, make: Callable[..., Made], *more: Any) -> tuple[Made, Values]:
    """What this function makes for a viewer, once for all that see alike, and the viewer's values in it.

    It is given the viewer as a resolver of a read is: what tells one person from another is a parameter.
    """
    statement, getters = _made(make, viewer.audience, viewer.few, *more)
    return statement, {name: get({}, viewer) for name, get in getters.items()}


@lru_cache(maxsize=300)
def _made(make: Callable[..., Made], audience: Audience, few: bool, *more: Any) -> tuple[Made, dict[str, Getter]]:
    trace = Trace()
    return make(trace.viewer(Viewer(audience, few)), *more), trace.getters


def locked(viewer: Viewer, row: Any, visible: Callable[..., Any], load: tuple[ORMOption, ...]) -> Select[Any]:
    """The rows with the ids in `wanted` that a viewer sees, locked for change in the order of their keys."""
    those = row.id == any_(bindparam("wanted", type_=ARRAY(Uuid)))
    return select(row).where(those, visible(row, viewer)).order_by(row.id).options(*load).with_for_update(of=row)
