"""Mutations: each names a legal act, takes one input, and answers with what changed or with a refusal."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from models.refusals import Refusal
from resolvers import bulk
from resolvers.engine import Ref
from resolvers.security import note_refused
from resolvers.unfinished import FAULTS, unfinished
from resolvers.work import Replayed
from schema.refusals import shown

Act = Callable[..., Awaitable[Any]]


def acts(fn: Act) -> Any:
    """A mutation answered by `fn(context, input)`, or `fn(context)`; its refusals are members of the field's result."""

    async def act(info: strawberry.Info, input: Any) -> Any:
        return await _answered(info, fn, input)

    async def plain(info: strawberry.Info) -> Any:
        return await _answered(info, fn)

    asked = _input_of(fn)
    return _mutation(act if asked else plain, asked, inspect.getdoc(fn))


def acts_on_each(fn: Act, input: type, description: str) -> Any:
    """A mutation that does `fn` for each item of its input by itself, and answers each in their order.

    An item whose act could not be finished is null with an error of its own; the others stay as they are.
    """
    single = _input_of(fn)

    async def act(info: strawberry.Info, input: Any) -> Any:
        try:
            await bulk.begin(info.context, info.field_name, input)
        except Refusal as refusal:
            return [shown(refusal)] * len(input.items)
        except FAULTS as fault:
            raise unfinished(fault) from fault
        return [await _one(info, fn, one) for one in bulk.singles(input, single)]

    return _mutation(act, input, description)


def _input_of(fn: Act) -> Any:
    """The type of what it is asked with; None where it is asked without."""
    asked = inspect.signature(fn, eval_str=True).parameters.get("input")
    return asked and asked.annotation


def _mutation(act: Any, asked: type | None, description: str | None) -> Any:
    act.__annotations__ = {"info": strawberry.Info, "return": Any} | ({"input": asked} if asked else {})
    return strawberry.mutation(resolver=act, description=description)


async def _answered(info: strawberry.Info, fn: Act, *input: Any) -> Any:
    """What an act gives, or why it was not done."""
    try:
        made = await fn(info.context, *input)
        return await _rehearsed(info, made) if info.context.rehearsals else made
    except Replayed as before:
        return before.reply
    except Refusal as refusal:
        note_refused(info.context, info.field_name, refusal, *input)
        return shown(refusal)
    except FAULTS as fault:
        raise unfinished(fault) from fault


async def _one(info: strawberry.Info, fn: Act, input: Any) -> Any:
    """What one of many acts gives, read at once; a fault is a value here, so that it is this item's alone."""
    try:
        made = await _answered(info, fn, input)
        return await info.context.engine.read_ref(info, made) if isinstance(made, Ref) else made
    except Exception as fault:
        return fault


async def _rehearsed(info: strawberry.Info, made: Any) -> Any:
    """What a dry run gives, read inside its transaction, which is then rolled back."""
    session = info.context.rehearsals.pop()
    try:
        return await info.context.engine.read_ref(info, made, connection=session)
    finally:
        await session.rollback()
        await session.close()
