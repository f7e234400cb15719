"""What the lists of big tables offer: who asks for them, by which filters, and in which orders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from graphql import GraphQLEnumType

from models.access import ANONYMOUS, Audience, Viewer
from resolvers.engine.coerce import inner
from schema import schema

QUERY = schema._schema.query_type


def key(kind: int, n: int) -> UUID:
    """A row of the multitude."""
    return UUID(f"{kind:08x}-0000-7000-8000-{n:012x}")


def staff(n: int, **more: Any) -> Viewer:
    return Viewer(audience=Audience.STAFF, account_id=key(2, n), **more)


VIEWERS = {
    "the province": staff(1, handles_in=("h37",)),
    "a department": staff(2, proposes_in=("h37.d7",)),
    "an appraiser": staff(61),
    "an office": staff(3, proposes_in=("h37.d8.o7",), few=True),
    "a desk": staff(4, handles_in=("h37.d8.o7",), few=True),
    "nobody yet": staff(99, few=True),
    "a nominee": Viewer(audience=Audience.NOMINEE, account_id=key(2, 98), nominee_id=key(4, 77)),
    "the public": ANONYMOUS,
}
OFFERED: dict[str, dict[str, tuple[str, ...]]] = {
    "dossiers": {
        "status": ("HELD", "ARCHIVED", "CANCELLED"),
        "statuses": ("[HELD, CANCELLED]", "[ARCHIVED, APPRAISING]"),
        "commendationType": ("EXTERNAL_RELATIONS", "DEVOTION"),
        "commendationTypes": ("[EXTERNAL_RELATIONS, DEVOTION]",),
        "agencyWithin": ('"H37"', '"H37.7"', '"H37.8.107"', '"none"'),
        "handlerWithin": ('"H37"', '"H37.7"'),
        "authority": ('"H37"', '"H37.5"', '"none"'),
        "movement": (f'"Movement_{key(3, 5)}"',),
        "appraiser": (f'"Account_{key(2, 61)}"',),
        "nominee": (f'"Nominee_{key(4, 77)}"',),
        "awardType": ('"BK_T"', '"NONE"'),
        "text": ('"khen"', '"00d2c"', '"zzzzz"'),
        "createdFrom": ('"2026-10-30"',),
        "createdTo": ('"2024-01-02"',),
        "receivedFrom": ('"2026-10-30"', '"2026-06-01"'),
        "receivedTo": ('"2024-01-04"', '"2024-06-04"'),
        "dueFrom": ('"2026-12-01"', '"2027-12-01"'),
        "dueTo": ('"2024-02-01"',),
        "overdue": ("true", "false"),
        "willMissDeadline": ("true", "false"),
        "or": (
            '[{status: HELD}, {agencyWithin: "H37.7"}]',
            '[{status: HELD}, {authority: "none"}, {text: "zzzzz"}]',
            '[{receivedTo: "2024-01-04"}, {awardType: "NONE"}]',
            "[]",
        ),
        "and": ('[{createdFrom: "2025-01-01"}, {createdTo: "2025-01-02"}]',),
        "not": ("{status: ARCHIVED}",),
    },
    "decisions": {
        "kind": ("COMMENDATION", "REVOCATION"),
        "agencyWithin": ('"H37"', '"H37.5"', '"none"'),
        "status": ("CANCELLED", "ISSUED"),
        "statuses": ("[CANCELLED]",),
        "awardType": ('"BK_T"', '"NONE"'),
        "nominee": (f'"Nominee_{key(4, 77)}"',),
        "text": ('"khen"', '"zzzz"'),
        "year": ("2024", "1990"),
        "signedFrom": ('"2026-08-01"',),
        "signedTo": ('"2024-01-03"',),
        "publishedFrom": ('"2026-08-01"',),
        "publishedTo": ('"2024-01-03"',),
    },
    "awards": {
        "awardType": ('"BK_T"', '"NONE"'),
        "awardTypes": ('["BK_T", "NONE"]', "[]"),
        "agencyWithin": ('"H37"', '"H37.8.107"', '"none"'),
        "nominee": (f'"Nominee_{key(4, 77)}"',),
        "recipient": ("INDIVIDUAL", "HOUSEHOLD", "FOREIGN_PARTY"),
        "toReview": ("true", "false"),
        "status": ("IN_FORCE", "CANCELLED", "STRIPPED"),
        "statuses": ("[CANCELLED, STRIPPED]",),
        "year": ("2012", "1990"),
        "awardedFrom": ('"2026-08-01"', '"2027-08-01"'),
        "awardedTo": ('"2024-01-03"',),
    },
    "nominees": {
        "kind": ("INDIVIDUAL", "HOUSEHOLD", "FOREIGN_PARTY"),
        "kinds": ("[HOUSEHOLD, FOREIGN_PARTY]",),
        "recipientClass": ("DIRECT_WORKER", "PROVINCIAL_LEADER"),
        "agencyWithin": ('"H37"', '"H37.8.107"', '"none"'),
        "awardType": ('"BK_T"', '"NONE"'),
        "text": ('"van"', '"abcd"', '"zzzzz"'),
    },
}
"""For each list of big tables, each filter with what many rows meet, what few do, and what none does."""


def members(listed: str) -> list[str]:
    assert QUERY is not None
    order = inner(QUERY.fields[listed].args["orderBy"].type)
    assert isinstance(order, GraphQLEnumType)
    return list(order.values)


def filters(listed: str) -> Iterator[str]:
    for name, values in OFFERED[listed].items():
        yield from (f"filter: {{{name}: {value}}}" for value in values)
