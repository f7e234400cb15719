"""The table of limits: for each tier of callers what is at the limit passes, and one more does not (N-D13)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import orjson
import pytest

from channels.contract import ANALYST, CHANNELS, MOBILE, OFFICER, PORTAL, STRICT, WEB, Limits, Tier, tier_of
from channels.gate import Gate, Request, read_body
from channels.refusals import Refused
from models.access import ANONYMOUS, Holding, Role, viewer_of

TIERS = (STRICT, OFFICER, ANALYST)
NAMES = ("strangers and citizens", "officers", "analysts")


def nested(depth: int) -> str:
    return "{ a " * depth + "}" * depth


def nested_in_fragments(depth: int) -> str:
    """The same, each third of it in a fragment of its own."""
    third = depth // 3
    inner = nested(depth - 2 * third)
    one, two = (nested(third).replace("a }", f"a {{ ...{name} }} }}", 1) for name in "AB")
    return f"{one} fragment A on T {two} fragment B on T {inner}"


def nested_in_inline_fragments(depth: int) -> str:
    return "{ ... { a " * depth + "} }" * depth


def tokens(count: int) -> str:
    """A document of so many lexical tokens."""
    return "{ a " + "b " * (count - 3) + "}"


def introspecting(depth: int) -> str:
    return "{ __schema { types " + "{ fields { type " * depth + "{ name }" + "} }" * depth + "} }"


def fragments(count: int) -> str:
    return "{ a {" + "... on T { b } " * count + "} }"


MEASURES: list[tuple[str, str, Callable[[int], str]]] = [
    ("source_bytes", "TOO_LONG", "{ a }".ljust),
    ("tokens", "TOO_MANY_TOKENS", tokens),
    ("comments", "TOO_MANY_COMMENTS", lambda n: "#\n" * n + "{ a }"),
    ("depth", "TOO_DEEP", nested),
    ("depth", "TOO_DEEP", nested_in_fragments),
    ("depth", "TOO_DEEP", nested_in_inline_fragments),
    ("introspection_depth", "TOO_DEEP", introspecting),
    ("aliases", "TOO_MANY_ALIASES", lambda n: "{ a {" + " ".join(f"a{i}: __typename" for i in range(n)) + "} }"),
    ("root_fields", "TOO_MANY_ROOT_FIELDS", lambda n: "{" + "a " * n + "}"),
    ("fields", "TOO_MANY_FIELDS", lambda n: "{ a {" + "b " * (n - 1) + "} }"),
    ("directives", "TOO_MANY_DIRECTIVES", lambda n: "{ a " + "@b " * n + "}"),
    ("fragments", "TOO_MANY_FRAGMENTS", fragments),
    ("cost", "TOO_COSTLY", lambda n: "{" + f"a(ids: [{'1 ' * (n - 1)}]) {{ b {{ c }} }}" + "}"),
]


def code_of(text: str, limits: Limits) -> str:
    """Status and code that a document is refused with, as a stranger's own; "" when it passes."""
    try:
        Gate(limits).operation(text, Request(text))
    except Refused as refused:
        return f"{refused.refusal.status} {', '.join(error['extensions']['code'] for error in refused.errors)}"
    return ""


@pytest.mark.parametrize("limits", TIERS, ids=NAMES)
@pytest.mark.parametrize(
    ("measure", "code", "text"), MEASURES, ids=[f"{m[0]} {getattr(m[2], '__name__', '')}" for m in MEASURES]
)
def test_n_d13_at_the_limit_a_document_passes_and_with_one_more_it_does_not(
    limits: Limits, measure: str, code: str, text: Callable[[int], str]
) -> None:
    alone = dict.fromkeys(("source_bytes", "tokens", "aliases", "root_fields", "fields", "cost", "page"), 10**6)
    alone |= {"depth": 10**3, "fragments": 10**3} | {measure: getattr(limits, measure)}
    only = Limits(**{**vars(limits), **alone})
    assert code_of(text(getattr(limits, measure)), only) == ""
    assert code_of(text(getattr(limits, measure) + 1), only) == f"422 {code}"


def test_documents_of_ours_may_hold_comments() -> None:
    text = "# ours\n{ a }"
    assert code_of(text, STRICT) == "422 TOO_MANY_COMMENTS"
    Gate(STRICT).operation(text, Request(text), ours=True)


@pytest.mark.parametrize("spelling", [nested, nested_in_fragments, nested_in_inline_fragments])
def test_n_d04_depth_is_depth_however_it_is_spelt(spelling: Callable[[int], str]) -> None:
    assert [code_of(spelling(depth), STRICT) for depth in (8, 9)] == ["", "422 TOO_DEEP"]


def test_n_d20_the_schema_cannot_be_asked_in_circles_by_staff_either() -> None:
    circular = "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }"
    spread = "{ __schema { types { ...F } } } fragment F on __Type { fields { type { ...G } } } "
    spread += "fragment G on __Type { fields { type { fields { name } } } }"
    for limits in (OFFICER, ANALYST):
        assert code_of(circular, limits) == code_of(spread, limits) == "422 TOO_DEEP"


@pytest.mark.parametrize("more", [0, 1])
def test_variables_at_their_limit_pass_and_with_one_byte_more_they_do_not(more: int) -> None:
    empty = len(orjson.dumps({"x": ""}))
    variables = {"x": "a" * (STRICT.variables_bytes - empty + more)}
    for body in (
        orjson.dumps({"query": "{a}", "variables": variables}),
        (b'{ "query" :  "{a}",  "variables" : ' + orjson.dumps(variables, option=orjson.OPT_INDENT_2) + b" }"),
    ):
        if not more:
            assert read_body(body, STRICT).variables == variables
            continue
        with pytest.raises(Refused) as refused:
            read_body(body, STRICT)
        assert (refused.value.refusal.name, refused.value.refusal.status) == ("VARIABLES_TOO_LARGE", 422)


def test_the_table_is_as_it_was_agreed() -> None:
    parts = ("source_bytes", "tokens", "comments", "depth", "aliases", "root_fields", "directives", "fragments", "page")
    rows = [[getattr(limits, part) for part in (*parts, "cost", "seconds")] for limits in TIERS]
    assert rows == [
        [10_000, 1_000, 0, 8, 15, 5, 10, 20, 50, 1_000, 5],
        [20_000, 2_000, 50, 12, 30, 10, 10, 50, 100, 5_000, 10],
        [40_000, 4_000, 50, 15, 60, 20, 10, 100, 200, 20_000, 30],
    ]
    for limits in TIERS:
        assert (limits.body_bytes, limits.variables_depth, limits.response_bytes) == (100_000, 32, 5_000_000)


def test_who_composes_questions_asks_more_than_an_officer_and_a_stranger_least_of_all() -> None:
    def holds(role: Role) -> Tier:
        return tier_of(viewer_of(uuid4(), None, (Holding(role, uuid4(), "h37"),)))

    assert tier_of(ANONYMOUS) is Tier.STRANGER
    assert holds(Role.NOMINEE) is Tier.CITIZEN
    assert {role for role in Role if holds(role) is Tier.ANALYST} == {
        Role.OFFICE_HEAD, Role.SECRETARY, Role.CHAIRMAN, Role.AUDITOR,
    }  # fmt: skip
    assert holds(Role.UNIT_OFFICER) is holds(Role.ADMINISTRATOR) is Tier.OFFICER
    limits = {channel.name: [channel.limits_of(tier) for tier in Tier] for channel in CHANNELS}
    assert limits[WEB.name] == [STRICT, STRICT, OFFICER, ANALYST]
    assert limits[PORTAL.name] == limits[MOBILE.name] == [STRICT] * 4
