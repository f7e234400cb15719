"""Cursors: where a page ended, as base64 of `["<order>.<hash>", key texts…]`.

The hash covers the field (`Type.field`) and its arguments other than the page's, so a cursor of another list, filter or
order is refused. It is no secret: the keys come back as text, are cast in SQL, and stay under the viewer's predicate.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from enum import Enum
from typing import Any

import orjson

from .coerce import Order
from .refused import bad_cursor
from .text import Sql, as_text, text
from .values import Getter


def tag_of(field: str, arguments: Mapping[str, Any]) -> str:
    """The first element of the cursors of this list: its order's name and a hash of what it was asked for."""
    said = {name: _plain(value) for name, value in arguments.items()}
    said = {name: value for name, value in said.items() if value not in (None, {})}
    order = next((value.name for value in arguments.values() if isinstance(value, Order)), "ORDER")
    raw = orjson.dumps([field, said], option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return f"{order}.{hashlib.blake2b(raw, digest_size=6).hexdigest()}"


def _plain(value: Any) -> Any:
    """A coerced value as JSON; null and absent are one."""
    if isinstance(value, Mapping):
        parts = {key: _plain(part) for key, part in value.items()}
        return {key: part for key, part in parts.items() if part is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.name
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def tag_getter(field: str, getters: Mapping[str, Getter]) -> Getter:
    """The tag in a request, from where each argument finds its value."""
    return lambda variables, viewer: tag_of(field, {name: get(variables, viewer) for name, get in getters.items()})


def decode(cursor: str, tag: str, count: int) -> list[str]:
    """The `count` key texts that a cursor with this tag carries; BAD_CURSOR if it is none."""
    try:
        said = orjson.loads(base64.b64decode(cursor, validate=True))
    except (binascii.Error, ValueError):
        raise bad_cursor() from None
    if not isinstance(said, list) or len(said) != count + 1 or not all(type(part) is str for part in said):
        raise bad_cursor()
    if said[0] != tag:
        raise bad_cursor()
    return said[1:]


def key_getter(cursor: Getter, tag: Getter, count: int, place: int) -> Getter:
    """One key of the cursor in a request, as text."""
    return lambda variables, viewer: decode(cursor(variables, viewer), tag(variables, viewer), count)[place]


def encoded(tag: str, keys: list[str]) -> Sql:
    """The JSON text of a row's cursor, made in SQL."""
    said = as_text(f"json_build_array({', '.join(as_text(part) for part in (tag, *keys))})")
    return text('"', Sql(rf"translate(encode(convert_to({said}, 'UTF8'), 'base64'), E'\n', '')"), '"')
