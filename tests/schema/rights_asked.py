"""What is asked of everybody's rights: each way to each field, random documents, searches and figures."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLInputObjectType, get_named_type

from models.access import Audience, Viewer
from models.search import SEARCHED
from resolvers.engine.aggregate import Aggregates
from resolvers.engine.bind import binding_of
from schema import schema

from .counts_public import PUBLIC_KEYS
from .oracle import SDL
from .oracle_example import Example
from .oracle_maker import KINDS_OF, WORDS, Maker
from .oracle_reach import SKIPPED, forbidden
from .oracle_rows import KINDS, Rows
from .rights_unseen import CANARY
from .rights_ways import Ways
from .searching import SEARCH

YEARS = (2024, 2025, 2026)
IN_PUBLIC = """query($groupBy: [AwardDimension!]!, $year: Int, $comparedWith: Comparison) {
  awardStatistics(groupBy: $groupBy, year: $year, comparedWith: $comparedWith) { agency { id } awardType { id } year
    quarter suppressed count current { count } previous { count } difference { count } } }"""
"""What everybody may have counted."""


def ways(found: Rows, viewer: Viewer, *, everything: bool = False) -> Ways:
    """Every way to every field that the viewer has the permissions for; `everything`: what no oracle knows too."""
    left_out = set() if everything else set(SKIPPED)
    return Ways(found, left_out | {"Query.viewer"} | listing_none() | forbidden(viewer))


def listing_none() -> set[str]:
    """The root fields that list no rows of one kind: they are asked by themselves."""
    return {"Query.search", *(f"Query.{name}" for name in counted())}


def asked(found: Rows, who: str, viewer: Viewer, chance: random.Random, documents: int) -> Iterator[Example]:
    """All that is asked as one person: whole, and at random so many documents, searches and groupings."""
    for text, variables in ways(found, viewer, everything=True).documents():
        yield Example(who, text, variables)
    yield from surely(found, who)
    for _ in range(documents):
        maker = Maker(chance, found, viewer)
        text, variables = maker.document()
        yield Example(who, text, variables, maker.wanted)
    for said in chance.sample(sorted(words(found)), documents):
        kinds = chance.choice([None, [kind.name for kind in chance.sample(list(SEARCHED), 2)]])
        yield Example(who, SEARCH, {"text": said, "kinds": kinds})
    for _ in range(documents):
        yield figures(who, viewer, Maker(chance, found, viewer))


def surely(found: Rows, who: str) -> Iterator[Example]:
    """What chance might leave out: what was written anew, each dimension, each row that a list is narrowed by."""
    for said in (CANARY, CANARY.split()[-1]):
        yield Example(who, SEARCH, {"text": said, "kinds": None})
    for name in counted():
        field = SDL.type_map["Query"].fields[name]
        dimensions = field.args["groupBy"].type
        whole = Ways(found, ()).whole(get_named_type(field.type).name, 1)
        text = f"query($by: {dimensions}) {{ {name}(groupBy: $by) {whole} }}"
        yield from (Example(who, text, {"by": [dimension]}) for dimension in get_named_type(dimensions).values)
    for dimension in PUBLIC_KEYS:
        yield Example(who, IN_PUBLIC, {"groupBy": ["YEAR", dimension] if dimension != "YEAR" else ["YEAR"]})
    for name, field in SDL.type_map["Query"].fields.items():
        if "filter" in field.args and "first" in field.args:
            yield from narrowed(found, who, name, get_named_type(field.args["filter"].type))


def narrowed(found: Rows, who: str, name: str, filter: GraphQLInputObjectType) -> Iterator[Example]:
    """A list by each condition that takes an id, of each row it may be the id of."""
    text = f"query($filter: {filter}) {{ {name}(filter: $filter, first: 100) {{ totalCount nodes {{ id }} }} }}"
    for condition, declared in filter.fields.items():
        if get_named_type(declared.type).name == "ID":
            kind = KINDS_OF.get(condition, condition.capitalize())
            for row in found.all(KINDS[kind]):
                yield Example(who, text, {"filter": {condition: Ways.id(kind, row)}})


def words(found: Rows) -> set[str]:
    """Words of all rows that can be searched for, whoever sees them."""
    texts = (
        getattr(row, name) or "" for where in SEARCHED.values() for row in found.all(where.row) for name in where.fields
    )
    return {word for text in texts for word in text.split() if word.isalnum()} | {
        word for word in WORDS if word.isalnum()
    }


def counted() -> list[str]:
    """The root fields that count: whatever they are called, they are asked."""
    query = schema._schema.query_type
    assert query is not None
    return [name for name in query.fields if isinstance(binding_of(query, name), Aggregates)]


def figures(who: str, viewer: Viewer, maker: Maker) -> Example:
    """Figures by some dimensions, of what a filter lets through, sometimes compared, with all they can tell."""
    chance, name = maker.chance, maker.chance.choice(counted())
    if viewer.audience is not Audience.STAFF and name == "awardStatistics":
        compared = chance.choice([None, "SAME_PERIOD_LAST_YEAR"])
        by = [chance.choice(sorted(PUBLIC_KEYS))]
        return Example(who, IN_PUBLIC, {"groupBy": by, "year": chance.choice(YEARS), "comparedWith": compared})
    field = SDL.type_map["Query"].fields[name]
    values: dict[str, Any] = {}
    for argument, declared in field.args.items():
        named = get_named_type(declared.type)
        if argument == "groupBy":
            values[argument] = chance.sample(sorted(named.values), chance.choice([1, 1, 2, 3]))
        elif isinstance(named, GraphQLInputObjectType):
            values[argument] = chance.choice([None, maker.filter(named, 0)])
        else:
            values[argument] = chance.choice([None, *(YEARS if argument == "year" else named.values)])
    defined = ", ".join(f"${argument}: {declared.type}" for argument, declared in field.args.items())
    said = ", ".join(f"{argument}: ${argument}" for argument in field.args)
    whole = Ways(maker.found, ()).whole(get_named_type(field.type).name, 1)
    return Example(who, f"query({defined}) {{ {name}({said}) {whole} }}", values)
