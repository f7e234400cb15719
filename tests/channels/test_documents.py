"""Trusted documents: ours are in order, and one that is not keeps the server from starting."""

from __future__ import annotations

import hashlib
from io import StringIO
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from graphql import OperationType, build_schema
from rich.console import Console

from channels.admission import Admission
from channels.contract import CHANNELS, MOBILE, PORTAL, WEB, Channel, tier_of
from channels.documents import UnsoundDocument, hash_of, read_documents
from channels.gate import Gate, Request
from channels.prepared import prepare
from channels.refusals import Refused
from channels.register import show
from models.access import Viewer
from resolvers.engine import Engine, Pool
from schema import schema


@pytest.mark.parametrize(
    ("channel", "names"),
    [
        (PORTAL, {"LatestDecisions", "Decision", "ExemplaryModels", "GuidanceDocuments", "DecisionPublished"}),
        (MOBILE, {"SignIn", "MyDossiers", "DossierSteps", "DossierMoved"}),
        (WEB, set()),
    ],
)
def test_each_channel_has_its_documents_by_name_and_by_hash(channel: Channel, names: set[str]) -> None:
    documents = read_documents(channel, schema._schema)
    assert names <= set(documents.texts)
    for name in names:
        text = documents.texts[name]
        assert documents.text(Request(None, name)) == documents.text(Request(None, hash_of(text))) == text
        assert hash_of(text) == "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name)
def test_a_documents_usual_pages_are_within_its_channels_cost(channel: Channel) -> None:
    gate = Gate(channel.limits)
    for text in read_documents(channel, schema._schema).known:
        gate.operation(text, Request(text), ours=True)


@pytest.mark.parametrize("name", ["", "../portal/documents/Decision", "Decision.graphql", "sha256:", "decision"])
def test_an_unknown_id_finds_nothing(name: str) -> None:
    with pytest.raises(Refused) as refused:
        read_documents(PORTAL, schema._schema).text(Request(None, name))
    assert refused.value.refusal.name == "DOCUMENT_NOT_FOUND"


@pytest.mark.parametrize(
    ("file", "text", "why"),
    [
        ("A.graphql", "query A {", "Syntax Error"),
        ("A.graphql", "query A { nothing }", "Cannot query field"),
        ("A.graphql", "query B { __typename }", "another name"),
        ("A.graphql", "query A { __typename } query B { __typename }", "OPERATION_AMBIGUOUS"),
        ("A.graphql", "fragment A on Query { __typename }", "never used"),
        ("A.graphql", "{ __typename }", "another name"),
        ("A.graphql", "query A {" + " ".join(f"a{n}: __typename" for n in range(20)) + "}", "TOO_MANY_"),
    ],
)
def test_a_document_that_is_not_in_order_names_its_file(tmp_path: Path, file: str, text: str, why: str) -> None:
    (tmp_path / file).write_text(text)
    with pytest.raises(UnsoundDocument, match=f"^{file}: .*{why}"):
        read_documents(PORTAL, schema._schema, tmp_path)


def test_what_is_deprecated_is_taken_out_of_our_documents_before_the_schema(tmp_path: Path) -> None:
    old = build_schema('type Query { old: Int @deprecated(reason: "Dùng new. · Use new.") new: Int }')
    (tmp_path / "A.graphql").write_text("query A { old }")
    with pytest.raises(UnsoundDocument, match=r"^A.graphql: .*Query.old is deprecated. Dùng new"):
        read_documents(PORTAL, old, tmp_path)
    (tmp_path / "A.graphql").write_text("query A { new }")
    assert "A" in read_documents(PORTAL, old, tmp_path).texts


BY_THE_EXECUTOR = {"MySecurityEvents", "MySessions"}
"""Queries that ask who is asking, which Python answers; what hangs on it is planned as it is asked."""


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name)
async def test_registered_queries_are_planned_before_anybody_asks_them(channel: Channel) -> None:
    engine = Engine(schema, Pool("postgresql+asyncpg://nobody@127.0.0.1:1/none", size=1))
    admission = Admission(channel, read_documents(channel, schema._schema), engine)
    texts = admission.documents.texts
    known = admission.documents.known - {texts.get(name) for name in BY_THE_EXECUTOR}
    read = admission.documents.read
    kinds = [next(iter(read[text].operations.values())).kind for text in known]
    assert prepare(admission) == kinds.count(OperationType.QUERY) == engine.planned
    viewer = Viewer(channel.audience, account_id=uuid4(), nominee_id=uuid4())
    for text in known:
        document = admission.ours[text]
        if document.operation(None).kind is OperationType.QUERY:
            said = {"number": "1/QĐ-UBND", "id": f"Dossier_{uuid4()}", "code": "ABC", "text": "bằng khen", "year": 1}
            ready = engine.ready(document, said, None)
            assert ready
            assert engine.plan_ready(ready, viewer, admission.gates[tier_of(viewer)].limits.page)
    assert engine.planned == kinds.count(OperationType.QUERY), "whoever asks as usual finds a plan"
    assert admission.ours == read, "none was parsed and validated twice"
    assert read.keys() == admission.documents.known


def test_the_register_names_each_document_with_its_id_and_what_it_costs() -> None:
    shown = Console(file=StringIO(), width=20)
    show(shown, schema._schema, as_json=True)
    rows = [orjson.loads(line) for line in shown.file.getvalue().splitlines()]  # type: ignore[attr-defined]  # a StringIO
    for channel in CHANNELS:
        texts = read_documents(channel, schema._schema).texts
        assert {row["id"] for row in rows if row["channel"] == channel.name} == {
            hash_of(text) for text in texts.values()
        }
    assert all(0 < row["cost"] <= row["cost_limit"] for row in rows)
    plain = Console(file=StringIO(), width=20)
    show(plain, schema._schema, as_json=False)
    assert all(row["id"] in plain.file.getvalue() for row in rows), "whole, on however narrow a screen"  # type: ignore[attr-defined]  # a StringIO
