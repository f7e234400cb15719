"""Schemathesis against a served Laurel: documents and values the schema allows, at random, for every root field.

Run by a Python of its own (`schemathesis.lock`), never imported: `./run conformance schemathesis`. What is asked is the
same at each run. A JSON line a root field and caller: suite, check, passed, reason.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import requests
import schemathesis
from graphql import REMOVE, Node, Visitor, parse, print_ast, visit
from hypothesis import HealthCheck, Phase, given, settings, strategies
from schemathesis.graphql.checks import GraphQLClientError
from schemathesis.specs.graphql import validation

SDL = Path(__file__).parents[2] / "schema" / "schema.graphql"
CASES = {"thuky": 20, None: 5}
"""Cases a root field, by who asks: a secretary, and somebody without a session."""
SECONDS = 900.0
"""Seconds all of it may take, on a slow machine too; what is left then is passed over, which is a failed check."""
SLOWEST = 10.0
"""Seconds an answer may take."""
ANSWERED = 0.2
"""The least share of a secretary's cases that must be answered, for else nothing was tried but refusals."""
NOT_ASKED = {"Mutation.signOut", "Mutation.changePassword", "Mutation.revokeSession", "Mutation.revokeSessions"}
"""They would end the session that asks."""

TOLD = json.loads(os.environ["LAUREL_CONFORMANCE"])
URL = f"{TOLD['address']}/web/graphql"
CODES = {code: int(status) for code, status in TOLD["codes"].items()}
"""Those that are documented, with their HTTP status."""
validation.CLIENT_ERROR_MARKERS |= {code for code, status in CODES.items() if status < 500}  # it knows Apollo's alone

for name, said in {
    "Cursor": strategies.sampled_from(["1-0000000000000000", "nonsense", ""]),
    "Date": strategies.dates().map(str),
    "DateTime": strategies.datetimes().map(lambda at: f"{at.isoformat()}Z"),
    "Dong": strategies.integers(-(10**12), 10**12),
    "UUID": strategies.uuids().map(str),
}.items():
    schemathesis.graphql.scalar(
        name, said.map(schemathesis.graphql.nodes.Int if name == "Dong" else schemathesis.graphql.nodes.String)
    )


class Tamed(Visitor):
    """Makes of random arguments such as get past the door more often: pages within bounds, ids and codes that exist."""

    def __init__(self, chance: random.Random, known: dict[str, list[str]]) -> None:
        super().__init__()
        self.chance, self.known = chance, known

    def enter_argument(self, node: Any, *_: Any) -> Any:
        if node.name.value == "first":
            return parse_argument(f"first: {self.chance.choice((1, 2, 7))}")
        if node.name.value in ("last", "before", "after"):
            return REMOVE
        return self._known(node)

    def enter_object_field(self, node: Any, *_: Any) -> Any:
        return self._known(node)

    def _known(self, node: Any) -> Any:
        found = self.known.get(node.name.value)
        if found and node.value.kind in ("string_value", "null_value"):
            return type(node)(name=node.name, value=parse_argument(f"x: {json.dumps(self.chance.choice(found))}").value)
        return None


def parse_argument(text: str) -> Any:
    """`name: value` as an argument."""
    return parse(f"{{ x({text}) }}").definitions[0].selection_set.selections[0].arguments[0]  # type: ignore[attr-defined]  # that is its shape


class Caller:
    """Somebody who asks, on one connection."""

    def __init__(self, name: str | None) -> None:
        self.name, self.session = name, requests.Session()
        self.codes: Counter[str] = Counter()
        self.cases = self.answered = 0
        self.headers = {"Accept": "application/graphql-response+json"}
        if name is not None:
            sign_in = "mutation($i: SignInInput!) { signIn(input: $i) { ... on Session { token } } }"
            said = self.ask(sign_in, {"i": {"username": name, "password": TOLD["password"]}})
            self.headers["Authorization"] = f"Bearer {said['signIn']['token']}"

    def ask(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """What is answered to a document that must be."""
        sent = {"query": query, "variables": variables}
        said = self.session.post(URL, json=sent, headers=self.headers, timeout=SLOWEST).json()
        assert "errors" not in said, said
        return dict(said["data"])

    def known(self) -> dict[str, list[str]]:
        """Ids, codes and words that are there, by the arguments they are for."""
        lists = ["dossiers", "decisions", "awards", "agencies", "nominees", "movements", "councilSessions", "postings"]
        pages = " ".join(f"{name}(first: 3) {{ nodes {{ id }} }}" for name in lists)
        said = self.ask(f'{{ {pages} agency(code: "H37") {{ code }} }}')
        ids = [node["id"] for name in lists for node in said[name]["nodes"]]
        agencies = ["H37", "H37.07", "H37.02"]
        return {
            "id": ids, "ids": ids, "dossier": ids, "nomineeId": ids, "lineId": ids, "decision": ids, "session": ids,
            "agency": agencies, "within": agencies, "text": ["khen", "Nguyễn", "%_"], "awardType": ["BK_T", "CSTDT"],
        }  # fmt: skip

    def put(self, case: Any) -> None:
        """Ask, and hold the answer to Schemathesis' checks and ours."""
        began = time.monotonic()
        response = case.call(session=self.session, base_url=URL, headers=self.headers, timeout=SLOWEST)
        spent = time.monotonic() - began
        self.cases += 1
        said = response.json()
        codes = [error.get("extensions", {}).get("code") for error in said.get("errors", ())]
        self.codes.update(map(str, codes))
        self.answered += response.status_code == 200 and said.get("data") is not None
        assert response.status_code < 500, f"{response.status_code}: {response.text[:500]}"
        assert CODES.keys() >= set(codes), f"a code that is not documented: {response.text[:500]}"
        assert "INTERNAL_ERROR" not in codes, response.text[:500]
        assert spent < SLOWEST, f"{spent:.1f} s"
        try:
            case.validate_response(response)
        except BaseExceptionGroup as found:  # a refusal is what a wrong document shall be answered with
            _, rest = found.split(GraphQLClientError)
            if rest is not None:
                raise rest from None


def tried(operation: Any, caller: Caller, known: dict[str, list[str]], end: float) -> str | None:
    """Try one root field; gives why it failed."""
    chance = random.Random(operation.label)  # nobody's secret
    skipped = 0

    @settings(
        max_examples=CASES[caller.name],
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def each(case: Any) -> None:
        nonlocal skipped
        if time.monotonic() > end:
            skipped += 1
            return
        if known and chance.random() < 0.8:
            document: Node = parse(case.body) if isinstance(case.body, str) else case.body
            case.body = print_ast(visit(document, Tamed(chance, known)))
        caller.put(case)

    try:
        each()
    except (Exception, BaseExceptionGroup) as problem:  # whatever it is, it is what was found
        return f"{type(problem).__name__}: {problem}"[:2_000]
    return f"{skipped} cases were left when time was over" if skipped else None


def tell(check: str, reason: str | None) -> None:
    """One outcome."""
    print(json.dumps({"suite": "schemathesis", "check": check, "passed": reason is None, "reason": reason}), flush=True)


def main() -> None:
    """Every root field by every caller."""
    end = time.monotonic() + SECONDS
    operations = [found.ok() for found in schemathesis.graphql.from_path(str(SDL)).get_all_operations()]
    for name in CASES:
        caller = Caller(name)
        who = name or "nobody"
        known = caller.known() if name else {}
        for operation in operations:
            if operation.label in NOT_ASKED:
                continue
            late = "time was over before it was tried" if time.monotonic() > end else None
            tell(f"{operation.label}, asked by {who}", late or tried(operation, caller, known, end))
        share = caller.answered / max(1, caller.cases)
        often = ", ".join(f"{code} {count}" for code, count in caller.codes.most_common(8))
        few = f"{share:.0%} were answered; refused: {often}" if name and share < ANSWERED else None
        tell(f"{caller.cases} cases by {who}, {caller.answered} of them answered", few)
        print(f"{who}: {often}", file=sys.stderr)


if __name__ == "__main__":
    main()
