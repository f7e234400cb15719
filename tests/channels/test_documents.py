"""Trusted documents: ours are in order, and one that is not keeps the server from starting."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from channels.contract import CHANNELS, MOBILE, PORTAL, WEB, Channel
from channels.documents import UnsoundDocument, hash_of, read_documents
from channels.gate import Gate, Request
from channels.refusals import Refused
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
