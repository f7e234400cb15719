"""The gate: what a request may look like, and how much it may ask, each refusal with its exact code."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import orjson
import pytest
from graphql import GraphQLObjectType, get_introspection_query, get_named_type, parse
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import ANALYST, OFFICER, STRICT, Limits
from channels.gate import Gate, Request, read_body, shaped
from channels.refusals import Refused
from channels.weight import weigh
from models.workflow import DossierStatus
from resolvers.dimensions import HOLDS
from schema import schema


def code_of(
    text: str, variables: dict[str, Any] | None = None, *, name: str | None = None, limits: Any = STRICT
) -> str:
    """The one code a document is refused with, or "" when it passes."""
    try:
        Gate(limits).operation(text, Request(text, operation_name=name, variables=variables or {}))
    except Refused as refused:
        (error,) = refused.errors
        return error["extensions"]["code"]
    return ""


def body_code(body: bytes) -> tuple[str, int] | None:
    """The code and status a body is refused with, or None."""
    try:
        read_body(body, STRICT)
    except Refused as refused:
        return refused.refusal.name, refused.refusal.status
    return None


@pytest.mark.parametrize(
    ("body", "code", "status"),
    [
        (b"NONSENSE", "BAD_JSON", 400),
        (b"", "BAD_JSON", 400),
        (b'{"query": "{a}", "variables": {"x": NaN}}', "BAD_JSON", 400),
        (b'{"query": "{a}", "variables": {"x": Infinity}}', "BAD_JSON", 400),
        (b'{"query": "{a}", "variables": {"x": 1e400}}', "BAD_JSON", 400),
        (b'{"query": "{a}", "variables": {"x": ' + b"9" * 5000 + b"}}", "BAD_JSON", 400),
        (b'{"query": "{a}", "variables": {"x": "\\ud800"}}', "BAD_JSON", 400),
        (b'\xef\xbb\xbf{"query": "{a}"}', "BAD_JSON", 400),
        (b'{"query": "{\xff}"}', "BAD_JSON", 400),
        (b'{"query": "{a}", "variables": {"x": ' + b"[" * 20_000 + b"]" * 20_000 + b"}}", "BAD_JSON", 400),
        (b'{"query": "{a}", "variables": {"x": ' + b"[" * 40 + b"]" * 40 + b"}}", "UNPROCESSABLE", 422),
        (b'{"query": "{a}", "variables": {"x": "\\u0000"}}', "UNPROCESSABLE", 422),
        (b'{"query": "{a}", "variables": {"\\u0000": 1}}', "UNPROCESSABLE", 422),
        (b'{"query": "{a \\u0000}"}', "UNPROCESSABLE", 422),
        (b"1", "UNPROCESSABLE", 422),
        (b"null", "UNPROCESSABLE", 422),
        (b'"{a}"', "UNPROCESSABLE", 422),
        (b"[]", "BATCH_DISABLED", 422),
        (b'[{"query": "{a}"}]', "BATCH_DISABLED", 422),
        (b"{}", "BAD_REQUEST", 400),
        (b'{"query": 5}', "BAD_REQUEST", 400),
        (b'{"query": null}', "BAD_REQUEST", 400),
        (b'{"query": "{a}", "variables": [7]}', "BAD_REQUEST", 400),
        (b'{"query": "{a}", "variables": "x"}', "BAD_REQUEST", 400),
        (b'{"query": "{a}", "operationName": 5}', "BAD_REQUEST", 400),
        (b'{"query": "{a}", "extensions": 0}', "BAD_REQUEST", 400),
        (b'{"documentId": ["a"]}', "BAD_REQUEST", 400),
        (b'{"query": {"a": 1}, "documentId": "sha256:1"}', "BAD_REQUEST", 400),
        (b'{"query": "' + b"a" * 100_000 + b'"}', "BODY_TOO_LARGE", 413),
    ],
)
def test_a_malformed_body_is_refused(body: bytes, code: str, status: int) -> None:
    assert body_code(body) == (code, status)


def test_a_well_shaped_body_is_read() -> None:
    said = {"query": "{a}", "operationName": None, "variables": None, "extensions": {"x": 1}, "other": 1}
    assert read_body(orjson.dumps(said), STRICT) == Request("{a}", None, None, {}, {"x": 1})
    assert shaped({"documentId": "Decision"}, STRICT).document_id == "Decision"
    assert shaped({"extensions": {"documentId": "Decision"}}, STRICT).document_id == "Decision"


def test_variables_as_deep_as_allowed_pass() -> None:
    assert body_code(b'{"query": "{a}", "variables": {"x": ' + b"[" * 31 + b"]" * 31 + b"}}") is None
    assert body_code(b'{"query": "{a}", "variables": {"x": ' + b"[" * 32 + b"]" * 32 + b"}}") == ("UNPROCESSABLE", 422)


def test_an_empty_query_beside_a_document_id_is_none() -> None:
    for said in {"documentId": "A"}, {"extensions": {"documentId": "A"}}:
        request = shaped({"query": ""} | said, STRICT)
        assert (request.query, request.document_id) == (None, "A")
    assert shaped({"query": ""}, STRICT).query == ""
    assert body_code(b'{"query": 0, "extensions": {"documentId": "A"}}') == ("BAD_REQUEST", 400)


values = st.recursive(
    st.one_of(st.integers(-(2**63), 2**64 - 1), st.text(st.sampled_from('a\0{["\\u'), max_size=4), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(st.sampled_from("a\0{"), max_size=2), inner, max_size=3),
        st.builds(
            lambda value, deep: functools.reduce(lambda v, _: [v], range(deep), value), inner, st.integers(0, 34)
        ),
    ),
)


@given(values)
def test_values_that_are_not_looked_at_need_no_look(value: Any) -> None:
    said = {"query": "{a}", "variables": {"x": value}}
    try:
        shaped(said, STRICT)
        looked_at = None
    except Refused as refused:
        looked_at = refused.refusal.name, refused.refusal.status
    assert body_code(orjson.dumps(said)) == looked_at


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "PARSE_ERROR"),
        ("", "PARSE_ERROR"),
        ("qwerty cop { abc }", "PARSE_ERROR"),
        ("{" * 400 + "}" * 400, "PARSE_ERROR"),
        ("{" + "a " * 3_000 + "}", "TOO_MANY_TOKENS"),
        ("{" * 1500 + "a" + "}" * 1500, "PARSE_ERROR"),
        ("{" + "... on Query { a } " * 500 + "}", "TOO_MANY_TOKENS"),
        ("{" + "#" * 11_000 + "\na}", "TOO_LONG"),
        ("{" + " ".join(f"alias{n}: __typename" for n in range(101)) + "}", "TOO_MANY_ALIASES"),
        ("{" + "__typename " * 500 + "}", "TOO_MANY_ROOT_FIELDS"),
        ("{ a {" + "__typename " * 500 + "} }", "TOO_MANY_FIELDS"),
        ("{ __typename " + "@aa" * 11 + " }", "TOO_MANY_DIRECTIVES"),
        ("{ a { } }", "PARSE_ERROR"),
        ("{ a { b { c { d { e { f { g { h { i } } } } } } } } }", "TOO_DEEP"),
        ("{ a { ... { b { ... { c { d { e { f { g { h { i } } } } } } } } } } }", "TOO_DEEP"),
        (
            "{ a { ...B } } fragment B on T { b { c { ...D } } } fragment D on T { d { e { f { g { h { i } } } } } }",
            "TOO_DEEP",
        ),
        ("{ a { b { c { d { e { f { g { h } } } } } } } }", ""),
        ("{" + "... on Query { a } " * 21 + "}", "TOO_MANY_FRAGMENTS"),
        ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "FRAGMENT_CYCLE"),
        ("{ ...A } fragment A on Query { ...A }", "FRAGMENT_CYCLE"),
        ("{ a(first: 50) { nodes { b(first: 50) { nodes { d } } } } }", "TOO_COSTLY"),
        ("query A { a } query B { b }", "OPERATION_AMBIGUOUS"),
        ("fragment A on Query { a }", "OPERATION_AMBIGUOUS"),
        ("{ ...Unknown }", ""),
    ],
)
def test_a_document_over_a_limit_is_refused_with_one_code(text: str, code: str) -> None:
    assert code_of(text) == code


def test_an_unknown_operation_name_is_refused_and_not_repeated() -> None:
    assert code_of("query A { a }", name="B") == "OPERATION_AMBIGUOUS"
    assert code_of("query A { a } query B { b }", name="B") == ""
    with pytest.raises(Refused) as refused:
        Gate(STRICT).operation("{a}", Request("{a}", operation_name="<script>"))
    assert "script" not in refused.value.body().decode()


def test_the_cost_is_each_page_times_what_lies_under_it() -> None:
    page = "pageInfo { endCursor } totalCount"
    weight = weigh(
        parse(f"query($n: Int = 7) {{ a(first: 3) {{ {page} nodes {{ b(last: $n) {{ edges {{ c {{ d }} }} }} }} }} }}")
    )

    def cost(n: int) -> int:
        return 1 + (1 + 20) + 3 * (1 + (1 + n * 2))

    assert weight.cost(None, {}, 100) == cost(7)
    assert weight.cost(None, {"n": 2}, 100) == cost(2)
    assert weight.cost(None, {"n": 10**9}, 100) == cost(100)
    assert weight.cost(None, {"n": "nonsense"}, 100) == weight.cost(None, {"n": None}, 100) == cost(100)
    assert weight.cost(None, {"n": -5}, 100) == cost(0)


def test_rows_asked_for_by_id_cost_as_many_as_there_are_ids() -> None:
    weight = weigh(
        parse("query($ids: [ID!]!) { nodes(ids: $ids) { ... on A { b { c } } } two: nodes(ids: [1, 2]) { b { c } } }")
    )
    assert weight.cost(None, {"ids": ["x"] * 30}, 100) == (1 + 30) + (1 + 2)


def test_an_act_on_many_things_costs_as_many_acts_however_they_are_sent() -> None:
    whole = weigh(parse("mutation($said: I!) { a(input: $said) { b { c } } }"))
    assert whole.cost(None, {"said": {"items": [{}] * 30}}, 100) == 1 + 30
    assert whole.cost(None, {"said": {"items": [{}] * 10**6}}, 100) == 1 + 100
    assert whole.cost(None, {"said": {"id": "x"}}, 100) == 1 + 1
    parts = weigh(
        parse("mutation($said: [I!]!) { a(input: {items: $said}) { b { c } } two: a(input: {id: 1}) { b { c } } }")
    )
    assert parts.cost(None, {"said": [{}] * 30}, 100) == (1 + 30) + (1 + 1)
    assert parts.sizing == ("said",)
    written = weigh(parse("mutation { a(input: {items: [{id: 1}, {id: 2}]}) { b { c } } }"))
    assert written.cost(None, {}, 100) == 1 + 2


def groups_of(by: str, variables: Any = None, more: str = "", page: int = 100) -> int:
    """How many groups such a field is taken for: what it costs beside the rows that they are made from."""
    weight = weigh(parse(f"query($by: [D!] = [STATUS], $one: D, $y: Int) {{ a(groupBy: {by} {more}) {{ count }} }}"))
    return weight.cost(None, variables or {}, page) - 1 - 500


def test_groups_cost_the_rows_they_are_made_from_and_what_their_dimensions_can_hold() -> None:
    statuses = 1 + len(DossierStatus)
    assert groups_of("[STATUS]") == groups_of("STATUS") == statuses
    assert groups_of("[QUARTER, MONTH]") == (1 + 4) * (1 + 12)
    assert groups_of("$by", {"by": ["QUARTER", "MONTH"]}) == groups_of("[QUARTER, $one]", {"one": "MONTH"}) == 65
    assert groups_of("$by", {"by": "QUARTER"}) == 5
    assert groups_of("$by") == statuses
    assert groups_of("[]") == groups_of("$by", {"by": []}) == 1
    said = "{ a(groupBy: [MONTH]) { b { c } count } two: a(groupBy: [QUARTER]) { ...F } } fragment F on A { b { c } }"
    assert weigh(parse(said)).cost(None, {}, 100) == (501 + 13 * (1 + 1)) + (501 + 5 * (1 + 1))


def test_groups_of_one_year_have_no_other_year() -> None:
    assert groups_of("[YEAR, MONTH]", more="year: 2026") == groups_of("[YEAR, MONTH]", {"y": 2026}, "year: $y") == 13
    assert groups_of("[YEAR]", more="year: null") == groups_of("[YEAR]", {"y": None}, "year: $y") == 81
    assert groups_of("[YEAR]", more="year: $y") == groups_of("[YEAR]") == 81


@pytest.mark.parametrize(
    ("by", "variables"),
    [
        ("[AGENCY, STATUS]", {}),
        ("[NONE_SUCH]", {}),
        ("$by", {"by": ["STATUS", 7]}),
        ("$by", {"by": {"STATUS": 1}}),
        ("$by", {"by": None}),
        ("[[STATUS]]", {}),
        ("[STATUS, $one]", {}),
        ("$by", {"by": ["QUARTER"] * 100_000}),
    ],
)
def test_many_groups_and_what_is_no_dimension_are_taken_for_four_pages(by: str, variables: Any) -> None:
    assert groups_of(by, variables) == 400
    assert groups_of(by, variables, page=50) == 200


def test_what_is_grouped_by_is_weighed_anew_where_it_is_another() -> None:
    weight = weigh(parse("query($by: [D!], $y: Int) { a(groupBy: $by, year: $y) { count } }"))
    said: list[Any] = [{"by": ["MONTH"]}, {"by": ["QUARTER"]}, {"by": ["YEAR"]}, {"by": ["YEAR"], "y": 2026}, {}]
    assert [weight.check_cost(None, one, ANALYST) - 501 for one in said * 2] == [13, 5, 81, 1, 800] * 2


def test_every_dimension_says_how_many_values_it_holds() -> None:
    kinds = [kind for kind in schema._schema.type_map.values() if isinstance(kind, GraphQLObjectType)]
    fields = [field for kind in kinds for field in kind.fields.values() if "groupBy" in field.args]
    dimensions = [get_named_type(field.args["groupBy"].type).values for field in fields]
    assert {name for values in dimensions for name in values} == HOLDS.keys()


def test_a_search_costs_what_it_reads_to_rank_its_hits_and_each_hits_fragments() -> None:
    weight = weigh(
        parse('{ search(text: "x", first: 7) { facets { kind } edges { highlights { field } node { id } } } }')
    )
    assert weight.cost(None, {}, 100) == (1 + 100) + (1 + 20) + 7 * (1 + (1 + 10) + 1)


def test_a_cost_at_the_limit_passes_and_one_more_does_not() -> None:
    text = "query($n: Int!) { a(first: $n) { nodes { c } } }"
    limits = replace(STRICT, cost=31)
    assert code_of(text, {"n": 30}, limits=limits) == ""
    assert code_of(text, {"n": 31}, limits=limits) == "TOO_COSTLY"


def test_the_objects_in_variables_are_counted_at_any_depth() -> None:
    text = "query($f: F) { a(filter: $f) { b } }"
    for limits in (STRICT, ANALYST):
        most = {"f": {"or": [{} for _ in range(limits.objects - 1)]}}
        Gate(limits).operation(text, Request(text, variables=most))
        more = {"f": {"or": [{"and": [most["f"]]}]}}
        with pytest.raises(Refused) as refused:
            Gate(limits).operation(text, Request(text, variables=more))
        assert refused.value.refusal.name == "TOO_MANY_OBJECTS"


def test_the_numbers_are_told_to_staff_only() -> None:
    text = "{" + " ".join(f"a{n}: a" for n in range(70)) + "}"
    for limits, told in ((STRICT, {"code"}), (ANALYST, {"code", "asked", "limit"})):
        with pytest.raises(Refused) as refused:
            Gate(replace(limits, tokens=4_000)).weigh(text)
        assert set(refused.value.errors[0]["extensions"]) == told


@pytest.mark.parametrize("limits", [OFFICER, ANALYST])
def test_a_tool_may_ask_for_the_whole_schema_as_staff(limits: Limits) -> None:
    weight = Gate(limits).weigh(get_introspection_query())
    assert weight.introspects


def test_the_weight_of_a_text_is_remembered_and_the_memory_bounded() -> None:
    gate = Gate(STRICT, remembered=2)
    first = gate.weigh("{a}")
    assert gate.weigh("{a}") is first
    gate.weigh("{b}"), gate.weigh("{c}")
    assert gate.weigh("{a}") is not first


selections = st.recursive(
    st.sampled_from(["a", "b: a", "...F0", "...F1", "... { a }", "a @x"]),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(
        lambda parts: f"a(first: 3) {{ nodes {{ {' '.join(parts)} }} }}"
    ),
    max_leaves=12,
)


@given(main=selections, zero=selections, one=selections)
def test_weights_equal_those_of_the_document_written_out(main: str, zero: str, one: str) -> None:
    zero = zero.replace("...F0", "a").replace("...F1", "b: a")
    one = one.replace("...F1", "a")
    spread = weigh(parse(f"{{ {main} }} fragment F0 on T {{ {zero} }} fragment F1 on T {{ {one} }}"))
    written = main.replace("...F1", f"... {{ {one} }}").replace("...F0", f"... {{ {zero} }}")
    flat = weigh(parse(f"{{ {written} }}"))
    alone = [weigh(parse(f"{{ {part} }}".replace("...F0", f"... {{ {zero} }}"))) for part in (zero, one)]
    assert spread.cost(None, {}, 100) == flat.cost(None, {}, 100)
    assert spread.size.depth == flat.size.depth
    for measure in ("fields", "aliases"):
        most = max(getattr(weight.size, measure) for weight in (flat, *alone))
        assert getattr(spread.size, measure) == most
