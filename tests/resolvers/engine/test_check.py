"""Promises that a schema cannot keep fail when it is built, with the field's name."""

from typing import Annotated, Any, NewType

import pytest
import strawberry
from sqlalchemy import select

from models.access import Viewer
from models.account import Account
from resolvers.engine import (
    Connection,
    Unbound,
    check,
    column,
    computed,
    identifies,
    many,
    reads,
    self_,
    shows,
    to_one,
    told,
)

from . import rows
from .schema import Agency as AgencyType
from .schema import Node
from .schema import schema as whole


def any_dossier(viewer: Viewer) -> Any:
    return select(rows.Dossier)


def lines_of(viewer: Viewer, parent: Any) -> Any:
    return select(rows.DossierLine).where(rows.DossierLine.dossier_id == parent.id)


def fault(kind: Any, binding: Any = None) -> str:
    """What stands against a schema with one field of this type."""

    @strawberry.type
    class Query:
        x: kind = reads(any_dossier) if binding is None else binding

    with pytest.raises(Unbound) as found:
        check(strawberry.Schema(Query, config=whole.config)._schema)
    return str(found.value)


def dossier(annotations: dict[str, Any], bindings: dict[str, Any] | None = None, **shown: Any) -> Any:
    """A type that shows dossiers with these fields."""
    made = type("Case", (), {"__annotations__": annotations, "__module__": __name__, **(bindings or {})})
    return shows(rows.Dossier, **shown)(made)


def test_the_register_keeps_its_promises() -> None:
    check(whole._schema)


def test_a_field_that_nothing_answers_is_refused() -> None:
    with pytest.raises(Unbound, match=r"Case\.nope: Dossier has no such column"):
        dossier({"nope": str})


def test_a_to_many_relationship_is_no_binding() -> None:
    with pytest.raises(Unbound):
        dossier({"metadata": str})


def test_a_computed_field_reads_what_is_there() -> None:
    with pytest.raises(Unbound, match="reads nope"):
        dossier({"x": str}, {"x": computed(lambda viewer, given: given, reads=("nope",))})


def test_a_python_resolver_has_no_place_on_a_row() -> None:
    def x() -> str:
        return "x"

    with pytest.raises(Unbound, match="Python resolver"):
        dossier({"x": str}, {"x": strawberry.field(resolver=x)})


def test_a_non_null_field_needs_a_column_that_is() -> None:
    assert fault(dossier({"code": str}) | None) == "Case.code is non-null, its column is not"


def test_a_bigint_is_no_int() -> None:
    assert "bigint" in fault(dossier({"budget": int}) | None)


def test_a_bare_key_is_no_id() -> None:
    assert "no global id" in fault(dossier({"agency_id": strawberry.ID}) | None)


def test_an_enum_column_needs_an_enum() -> None:
    assert "enum" in fault(dossier({"status": str}) | None)
    assert "lacks" in fault(dossier({"status": rows.NomineeKind}) | None)


def test_a_nullable_key_needs_a_nullable_field() -> None:
    shown_type = shows(rows.AwardType, open="x")(type("Kind", (), {"__annotations__": {"code": str}}))
    assert "foreign key" in fault(dossier({"award_type": shown_type}) | None)


def test_a_scoped_row_needs_a_nullable_field_or_a_reason() -> None:
    def hidden(row: Any, viewer: Viewer) -> Any:
        return row.code == "x"

    scoped = shows(rows.Agency, visible=hidden)(type("Scoped", (), {"__annotations__": {"code": str}}))
    assert "may be unseen" in fault(dossier({"agency": scoped}) | None)

    covered = dossier({"agency": scoped}, {"agency": to_one(covered="the dossier's own agency")})

    @strawberry.type
    class Query:
        x: covered | None = reads(any_dossier)

    check(strawberry.Schema(Query)._schema)


def test_a_relationship_shows_its_own_row() -> None:
    wrong = shows(rows.Nominee, open="x")(type("Wrong", (), {"__annotations__": {"full_name": str}}))
    assert "does not show Agency" in fault(dossier({"agency": wrong | None}) | None)


def test_a_node_says_who_sees_it() -> None:
    bare = shows(rows.Dossier)(type("Bare", (Node,), {"__annotations__": {"title": str}}))
    assert "is a Node" in fault(bare | None)


def test_a_field_of_personal_data_is_of_rows_that_not_everybody_sees() -> None:
    held = shows(Account, open="no reason")(type("Held", (), {"__annotations__": {"full_name": str}}))
    assert fault(held | None) == "Held.fullName shows Account.full_name, which is personal: give its type visible=…"


def test_no_field_is_of_sensitive_data_whoever_may_see_the_row() -> None:
    fields = {"__annotations__": {"x": str}, "x": column("password_hash")}
    held = shows(Account, visible=lambda row, _: row.active)(type("Held", (), fields))
    assert fault(held | None) == "Held.x shows Account.password_hash, which is sensitive: no field shows that class"


def test_one_row_may_be_absent() -> None:
    assert "may find no row" in fault(dossier({"title": str}))


def test_a_nested_function_takes_its_parent_and_a_root_one_does_not() -> None:
    line = shows(rows.DossierLine, open="x")(type("Line", (), {"__annotations__": {"position": int}}))
    assert "parent" in fault(line | None, reads(lines_of))
    assert "parent" in fault(dossier({"lines": list[line]}, {"lines": reads(any_dossier)}) | None)


def test_a_connection_is_of_one_kind_of_row() -> None:
    assert "answers a Connection" in fault(list[dossier({"title": str})], many(any_dossier))

    @strawberry.type
    class Plain:
        title: str

    assert "shows a row" in fault(Connection[Plain], many(any_dossier))


def test_a_list_is_of_rows() -> None:
    assert "must show a row" in fault(list[str], reads(any_dossier))


def test_the_same_row_is_shown_as_its_own_kind() -> None:
    assert "does not show Dossier" in fault(dossier({"x": AgencyType | None}, {"x": self_()}) | None)


def test_what_is_told_now_and_then_is_nullable() -> None:
    assert "nullable" in fault(dossier({"x": str}, {"x": told()}) | None)


def test_types_without_json_are_refused() -> None:
    kind = NewType("kind", str)
    made = shows(rows.Entry, open="x")(type("E", (), {"__annotations__": {"id": strawberry.ID, "act": str}}))
    assert made.__shows__.fields.keys() == {"id", "act"}
    assert kind("x") == "x"


def test_an_id_says_whose_it_is() -> None:
    of_whom = strawberry.argument(metadata=identifies("Who"))

    def by_id(viewer: Viewer, nominee: strawberry.ID) -> Any:
        return select(rows.Dossier)

    def by_kind(viewer: Viewer, nominee: Annotated[strawberry.ID, of_whom]) -> Any:
        return select(rows.Dossier)

    for fn, said in ((by_id, "any type"), (by_kind, "Who")):
        shown_type = dossier({"title": str})

        @strawberry.type
        class Query:
            x: shown_type | None = reads(fn)

        with pytest.raises(Unbound, match=rf"Query.x\(nominee:\) takes ids of {said}"):
            check(strawberry.Schema(Query)._schema)
