"""The register of trusted documents, for people: what each is called, what it costs, and the id clients send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import orjson
from graphql import GraphQLSchema
from rich.console import Console

from channels.contract import CHANNELS, Channel
from channels.documents import hash_of, read_documents
from channels.gate import Gate, Request


@dataclass(frozen=True)
class Registered:
    """One document of a channel."""

    channel: str
    name: str
    kind: str
    """query, mutation or subscription."""
    depth: int
    cost: int
    """Objects it builds at most, with pages of their usual sizes."""
    cost_limit: int
    id: str
    """`sha256:` and 64 hexadecimal digits."""


def registered(channel: Channel, schema: GraphQLSchema) -> Iterator[Registered]:
    """The documents of a channel by name. Raises UnsoundDocument."""
    gate = Gate(channel.limits)
    for name, text in sorted(read_documents(channel, schema).texts.items()):
        if not name.startswith("sha256:"):
            operation, cost = gate.operation(text, Request(text), ours=True)
            said = operation.kind.value, operation.weight.size.depth, cost, channel.limits.cost
            yield Registered(channel.name, name, *said, hash_of(text))


def show(out: Console, schema: GraphQLSchema, *, as_json: bool) -> None:
    """All of them, one a line: in columns, or as JSON objects."""
    rows = [each for channel in CHANNELS for each in registered(channel, schema)]
    lines = [orjson.dumps(asdict(each)).decode() for each in rows] if as_json else list(_columns(rows))
    out.out("\n".join(lines))


def _columns(rows: list[Registered]) -> Iterator[str]:
    wide = max(len(each.name) for each in rows) + 2
    yield f"{'kênh':8}{'tên · name':{wide}}{'loại · kind':14}{'sâu · depth':>11}{'giá · cost':>16}  mã · id"
    for each in rows:
        cost = f"{each.cost:,} / {each.cost_limit:,}"
        yield f"{each.channel:8}{each.name:{wide}}{each.kind:14}{each.depth:>11}{cost:>16}  {each.id}"
