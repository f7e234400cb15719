"""Trusted documents: what a channel's own clients ask, registered at start and known by name and by hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from graphql import GraphQLSchema, NoDeprecatedCustomRule, validate

from channels.contract import Channel, Documents
from channels.gate import Request, parsed
from channels.refusals import Refusal, Refused
from channels.weight import weigh
from resolvers.engine import Document

FOLDERS = Path(__file__).parent


class UnsoundDocument(ValueError):
    """A document of ours that may not be registered: it is mended before the server starts."""


@dataclass(frozen=True)
class TrustedDocuments:
    """The registered texts of one channel, by operation name and by `sha256:<hex>`."""

    channel: Channel
    texts: Mapping[str, str]
    read: Mapping[str, Document] = field(default_factory=dict)
    """What was read of these texts when they were registered."""

    @cached_property
    def known(self) -> frozenset[str]:
        """The texts themselves."""
        return frozenset(self.texts.values())

    def text(self, request: Request) -> str:
        """The text to run. Raises DOCUMENT_NOT_FOUND or, where only registered ones are answered, DOCUMENTS_ONLY."""
        if request.document_id is not None:
            return self._registered(request.document_id, request.query)
        text = request.query or ""
        if self.channel.documents is Documents.TRUSTED and text not in self.known:
            raise Refused(Refusal.DOCUMENTS_ONLY)
        return text

    def _registered(self, document_id: str, query: str | None) -> str:
        text = self.texts.get(document_id)
        if text is None:
            raise Refused(Refusal.DOCUMENT_NOT_FOUND)
        if query is not None and query != text:
            raise Refused(Refusal.BAD_REQUEST)
        return text


def hash_of(text: str) -> str:
    """A document's id: `sha256:` and the hash of its text in UTF-8."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def read_documents(channel: Channel, schema: GraphQLSchema, folder: Path | None = None) -> TrustedDocuments:
    """Register `<channel>/documents/*.graphql`. Raises UnsoundDocument, naming the file that is not in order."""
    texts, read = dict[str, str](), dict[str, Document]()
    for file in sorted((folder or FOLDERS / channel.name / "documents").glob("*.graphql")):
        text = file.read_text("utf-8")
        try:
            read[text] = document = _checked(text, channel, schema)
        except Refused as refused:
            raise UnsoundDocument(f"{file.name}: {refused.errors}") from refused
        (name,) = document.operations
        if name != file.stem:
            raise UnsoundDocument(f"{file.name}: the file bears another name than its operation {name}")
        texts[name] = texts[hash_of(text)] = text
    return TrustedDocuments(channel, texts, read)


def _checked(text: str, channel: Channel, schema: GraphQLSchema) -> Document:
    """The document of one operation in a text that fits the schema and the channel's limits.

    What is deprecated is taken out of our own documents first, then out of the schema.
    """
    ast = parsed(text, channel.limits)
    weigh(ast).check(channel.limits)
    document = Document(schema, text, ast)
    found = document.errors or validate(schema, ast, [NoDeprecatedCustomRule])
    if found:
        raise Refused(Refusal.VALIDATION_FAILED, [{"message": problem.message} for problem in found])
    if len(document.operations) != 1:
        raise Refused(Refusal.OPERATION_AMBIGUOUS)
    return document
