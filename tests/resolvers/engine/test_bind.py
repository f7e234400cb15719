"""Declarations: what they print in the SDL, and what they read off the code beside them."""

from __future__ import annotations

import subprocess
import sys

import strawberry
from strawberry.printer import print_schema

from models.access import Permission
from resolvers.engine import described, row_id

from .schema import Agency, DossierMoved, schema

SDL = print_schema(schema)


def test_a_connection_is_named_after_its_rows() -> None:
    for name in ("type DossierConnection {", "type DossierEdge {", "type PageInfo {"):
        assert name in SDL
    assert "first: Int\n" in SDL


def test_a_permission_is_printed_where_it_is_needed() -> None:
    assert "phone: String! @needs(permission: READ_PERSONAL_DATA)" in SDL
    assert "secret: String! @needs(permission: READ_PERSONAL_DATA)" in SDL
    assert "directive @needs(permission: Permission!) on FIELD_DEFINITION" in SDL
    assert all(permission.name in SDL for permission in Permission)


def test_a_field_is_described_by_the_string_under_it_or_under_its_column() -> None:
    assert described(Agency)["name"] == "Its official name."
    fields = schema._schema.type_map["Agency"].fields
    assert fields["name"].description == "Its official name."
    assert fields["code"].description == "The agency's code."
    assert schema._schema.type_map["Agency"].description == "An agency of the province."


def test_to_read_descriptions_keeps_no_source() -> None:
    program = "import linecache, schema; print(*(file for file in linecache.cache if '/schema/' in file))"
    kept = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, check=True)
    assert kept.stdout == "\n"


def test_a_function_describes_the_field_it_answers() -> None:
    fields = schema._schema.type_map["Query"].fields
    assert fields["dossiers"].description == "The dossiers the viewer may see, by filter and order."


def test_an_id_is_its_type_and_a_plain_uuid() -> None:
    key = "0190163d-8694-739b-aea5-966c26f8ad91"
    assert str(row_id(f"Dossier_{key}")) == key
    assert str(row_id(f"Dossier_{key}", "Dossier")) == key
    for wrong in (
        "",
        key,
        f"_{key}",
        f"Dossier_{key.upper()}",
        f"Dossier_{{{key}}}",
        f"Dossier_{key}\n",
        "Dossier_1",
        None,
    ):
        assert row_id(wrong) is None
    assert row_id(f"Dossier_{key}", "Agency") is None


def test_a_shown_type_is_a_strawberry_type() -> None:
    assert strawberry.Schema(query=strawberry.type(type("Query", (), {"__annotations__": {"x": int}})))
    assert DossierMoved.__strawberry_definition__.name == "DossierMoved"
