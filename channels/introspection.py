"""What asking for the schema itself comes to: fields that graphql-core resolves one by one while nobody else is served.

They cost no row, so no page bounds them: a document of a kilobyte that names the same lists under many aliases is
seconds of work. How often each list's parts are there is taken as it is on the whole in a schema like ours.
"""

from __future__ import annotations

ASKED = frozenset({"__schema", "__type"})
"""Where the schema is asked for."""
LISTED = frozenset({"fields", "interfaces", "possibleTypes", "inputFields"})
"""Where it tells of itself in lists that lead to more of them."""
MOST = 40_000
"""Fields that may be resolved for it: half as many again as the tools' own query needs with all its options."""
A_POINT = 100
"""Fields that are one point of a caller's budget."""

_TIMES = {
    "types": 300.0, "fields": 3.0, "args": 0.4, "inputFields": 1.5, "enumValues": 1.4, "possibleTypes": 0.7,
    "interfaces": 0.2, "directives": 6.0, "ofType": 0.5, "__type": 25.0,
}  # fmt: skip
"""How often what lies under a field is there for each object that it is asked of; one type alone may be a large one."""


def resolved(name: str, under: float) -> float:
    """Fields that are resolved for one, itself included, where so many are for each object under it."""
    return 1.0 + _TIMES.get(name, 1.0) * under
