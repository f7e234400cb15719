"""Documents and variables made to be answered at length: what is wrong with them is told five times, and in short."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import get_introspection_query, parse

from channels.contract import ANALYST, OFFICER, STRICT, Limits
from channels.gate import Gate, Request
from channels.introspection import MOST
from channels.refusals import Refused
from channels.weight import weigh
from tests.channels.conftest import Site, codes

SAME = "nodes {{ lines(first: {}) {{ totalCount }} }}"
KEYS = " ".join(f"a{n}: 1" for n in range(1_300))
TYPE_OF = "type { name kind ofType { name kind ofType { name kind } } }"
LONG = {
    "keys of an input": f"{{ dossiers(first: 1, filter: {{ {KEYS} }}) {{ totalCount }} }}",
    "items of an enum": f"{{ dossiers(first: 1, filter: {{ status: [{'DRAF ' * 3_900}] }}) {{ totalCount }} }}",
    "fields": f"{{ viewer {{ {' '.join(f'audienc{n}' for n in range(990))} }} }}",
    "one field again and again": f"{{ viewer {{ {'audience ' * 990} }} }}",
    "fields that do not merge": f"{{ dossiers(first: 1) {{ {' '.join(SAME.format(n + 1) for n in range(300))} }} }}",
    "a name": f"{{ {'a' * 39_000} }}",
    "a token": f"{{ viewer {{ audience }} }} {'a' * 39_000}",
    "a text": f'{{ node(id: {{ x: "{"a" * 39_000}" }}) {{ id }} }}',
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
async def test_what_is_wrong_at_length_is_told_in_short(site: Site, text: str) -> None:
    answer = await site.ask("web", text, "chief")
    assert 1 <= len(answer.json()["errors"]) <= 5
    assert len(answer.content) < 6_000
    assert set(codes(answer)) <= {"VALIDATION_FAILED", "PARSE_ERROR", "TOO_COMPLEX"}
    assert all(" · " in error["message"] for error in answer.json()["errors"])


@pytest.mark.parametrize("value", [{f"k{n}": n for n in range(4_000)}, {"status": ["X" * 9_000] * 6}, ["y"] * 9_000])
async def test_variables_that_are_wrong_at_length_are_told_in_short(site: Site, value: Any) -> None:
    text = "query($filter: DossierFilter) { dossiers(first: 1, filter: $filter) { totalCount } }"
    answer = await site.ask("web", text, "chief", variables={"filter": value})
    assert (len(answer.json()["errors"]) <= 5, len(answer.content) < 6_000) == (True, True)
    assert set(codes(answer)) == {"VALIDATION_FAILED"}


def aliased(one: str) -> str:
    return " ".join(f"a{n}: {one}" for n in range(10))


TYPES = f"types {{ name kind description fields {{ name args {{ name }} {TYPE_OF} }} inputFields {{ name }} }}"
FIELDS = f"fields {{ name args {{ name {TYPE_OF} }} {TYPE_OF} }}"


@pytest.mark.parametrize(
    "text",
    [
        f"{{ {aliased(f'__schema {{ {TYPES} }}')} }}",
        f"{{ __schema {{ {aliased(TYPES)} }} }}",
        f"{{ __schema {{ types {{ {aliased(FIELDS)} }} }} }}",
        f"{{ {aliased('__schema { ...T }')} }} fragment T on __Schema {{ {TYPES} }}",
        f"{{ __schema {{ ... {{ {aliased(TYPES)} }} }} }}",
    ],
)
@pytest.mark.parametrize("limits", [OFFICER, ANALYST])
def test_the_schema_again_and_again_is_too_costly_however_it_is_spelt(limits: Limits, text: str) -> None:
    """N-D20: seconds in which nobody else was served, at the cost of a few objects."""
    with pytest.raises(Refused) as refused:
        Gate(limits).operation(text, Request(text))
    assert refused.value.refusal.name == "TOO_COSTLY"


def test_what_tools_ask_of_the_schema_is_within_and_paid_for() -> None:
    options = ("descriptions", "specified_by_url", "directive_is_repeatable", "schema_description")
    text = get_introspection_query(**dict.fromkeys(options, True), input_value_deprecation=True)
    assert weigh(parse(text)).size.schema < MOST < 2 * weigh(parse(text)).size.schema
    _, cost = Gate(OFFICER).operation(text, Request(text))
    assert 300 < cost < 500, "of 5,000 a minute"
    name = '{ __type(name: "Query") { name fields { name } } }'
    assert Gate(STRICT).operation(name, Request(name))[1] < 10


@pytest.mark.parametrize(
    "text",
    [
        f"query A {{ {'x ' * 1_900} }} query A {{ __typename }}",
        f"query A {{ __typename }} query A {{ {'x ' * 1_900} }}",
        f"{{ {'x ' * 1_900} }} {{ __typename }}",
        f"{{ ...F }} fragment F on Query {{ {'x ' * 1_900} }} fragment F on Query {{ __typename }}",
        f"{{ ...F }} fragment F on Query {{ __typename }} fragment F on Query {{ {'x ' * 1_900} }}",
    ],
)
def test_what_stands_under_a_name_twice_is_weighed_too(text: str) -> None:
    """The gate looked at one of two by the same name, and validation at both."""
    with pytest.raises(Refused) as refused:
        Gate(OFFICER).operation(text, Request(text))
    assert refused.value.refusal.name in {"TOO_MANY_FIELDS", "TOO_MANY_ROOT_FIELDS"}


async def test_a_number_longer_than_any_is_refused_without_a_word_of_pythons(site: Site) -> None:
    """N-T10: in a document, where JSON's are refused as JSON; digits in a text are no number."""
    for number in ("9" * 5_000, "-" + "1" * 401, "1." + "0" * 500, "1" * 30_000 + "e1"):
        for text in (f"{{ dossiers(first: {number}) {{ totalCount }} }}", f"{{ node(id: {number}) {{ id }} }}"):
            answer = await site.ask("web", text, "chief")
            assert codes(answer) == ["VALIDATION_FAILED"]
            assert "digits" not in answer.text
            assert "int_max" not in answer.text
    answer = await site.ask("web", f'{{ search(first: 1, text: "{"1" * 5_000}") {{ totalCount }} }}', "chief")
    assert codes(answer) == ["BAD_SEARCH"]
