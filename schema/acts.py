"""Mutations: each names a legal act, takes one input, and answers with what changed or with a refusal."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import strawberry
from sqlalchemy.exc import SQLAlchemyError

from models.refusals import Refusal
from resolvers.context import Context
from resolvers.work import Replayed, unfinished
from schema.refusals import shown


def acts(fn: Callable[[Context, Any], Awaitable[Any]]) -> Any:
    """A mutation answered by `fn(context, input)`; its refusals become members of the field's result."""

    async def act(info: strawberry.Info, input: Any) -> Any:
        try:
            made = await fn(info.context, input)
            return await _rehearsed(info, made) if info.context.rehearsals else made
        except Replayed as before:
            return before.reply
        except Refusal as refusal:
            return shown(refusal)
        except SQLAlchemyError as fault:
            raise unfinished(fault) from fault

    asked = inspect.signature(fn, eval_str=True).parameters["input"].annotation
    act.__annotations__ = {"info": strawberry.Info, "input": asked, "return": Any}
    return strawberry.mutation(resolver=act, description=inspect.getdoc(fn))


async def _rehearsed(info: strawberry.Info, made: Any) -> Any:
    """What a dry run gives, read inside its transaction, which is then rolled back."""
    session = info.context.rehearsals.pop()
    try:
        return await info.context.engine.read_ref(info, made, connection=session)
    finally:
        await session.rollback()
        await session.close()
