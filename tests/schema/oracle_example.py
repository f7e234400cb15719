"""One example: a document, its variables, who asks. One that failed is kept as two files, and asked again first."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from models.access import ANONYMOUS
from resolvers.engine import render
from tests.oracle.answer import difference
from tests.province import Province

from .oracle import Oracle
from .oracle_rows import KINDS, called

KEPT = Path(__file__).parent / "examples"
REFUSALS = {"BAD_GROUPING", "BAD_SEARCH", "FIGURES_TOO_FINE"}
"""What the oracle refuses too."""


@dataclass(frozen=True)
class Example:
    """What is asked, its rows by number (`@Dossier:3`) and its cursors by place (`@cursor:0`)."""

    who: str
    text: str
    variables: dict[str, Any]
    wanted: list[dict[str, Any]] = field(default_factory=list)
    why: str = ""
    """What was wrong, once it was."""

    @classmethod
    def kept(cls, name: str) -> Example:
        """The example in these two files."""
        said = json.loads((KEPT / f"{name}.json").read_text(encoding="utf-8"))
        return cls(text=(KEPT / f"{name}.graphql").read_text(encoding="utf-8"), **said)

    def keep(self, name: str, why: str) -> Path:
        """Write the two files."""
        KEPT.mkdir(exist_ok=True)
        said = {**asdict(self), "why": why}
        path = KEPT / f"{name}.graphql"
        path.write_text(said.pop("text") + "\n", encoding="utf-8")
        path.with_suffix(".json").write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        return path


class Court:
    """Asks the engine and the oracle the same, and says where they differ."""

    def __init__(self, province: Province, oracle: Oracle, url: str) -> None:
        self.province, self.oracle, self.engine, self.url = province, oracle, province.engine, url

    async def judge(self, example: Example, executed: bool = False) -> str | None:
        """What is wrong with the engine's answer, shown whole; None where all is well."""
        viewer = self.province.viewers.get(example.who, ANONYMOUS)
        text, variables = await self.bound(example)
        document = self.engine.document(text)
        assert document.errors == [], self.shown(example, text, variables, f"not valid: {document.errors}")
        if not document.operation().needs <= viewer.permissions:
            return await self.forbidden(example, document, variables)
        wanted = self.oracle.answer(text, variables, viewer)
        before = self.engine.pool.sent
        got = await self.engine.answer(document, variables, None, viewer)
        sent = self.engine.pool.sent - before
        if "errors" in wanted:
            found = await self.refused(example, document, variables, wanted)
            return self.shown(example, text, variables, "answered straight") if got else found
        if got is None or sent != 1:
            why = (
                f"{sent} statements"
                if got
                else f"not straight: {(await self.executed(example, document, variables))!r:.400}"
            )
            return self.shown(example, text, variables, why)
        found = difference(orjson.loads(got), wanted)
        if found is None and executed:
            found = difference(orjson.loads(await self.executed(example, document, variables)), wanted)
            found = found and f"by the executor {found}"
        return found and self.shown(example, text, variables, found)

    async def forbidden(self, example: Example, document: Any, variables: dict[str, Any]) -> str | None:
        """What is wrong with the answer to somebody who lacks a permission, whatever others are answered."""
        if "@skip" in example.text or "@include" in example.text:  # then it may not be asked for at all
            return None
        viewer = self.province.viewers.get(example.who, ANONYMOUS)
        straight = await self.engine.answer(document, variables, None, viewer)
        said = orjson.loads(await self.executed(example, document, variables))
        codes = {error["extensions"]["code"] for error in said.get("errors", ())}
        found = None if straight is None and codes == {"FORBIDDEN"} else f"not forbidden: {straight or said!r:.400}"
        return found and self.shown(example, document.text, variables, found)

    async def refused(self, example: Example, document: Any, variables: dict[str, Any], wanted: Any) -> str | None:
        """What is wrong with a refusal: of several, which one comes first is for the program to say."""
        said = orjson.loads(await self.executed(example, document, variables))
        got, want = (
            [(error["path"], error["locations"], error["extensions"]["code"]) for error in answer.get("errors", ())]
            for answer in (said, wanted)
        )
        codes = {error[2] for error in got}
        several = len(re.findall(r"\b(?:search|dossierStatistics|awardStatistics)\(", document.text)) > 1
        right = said.get("data") is wanted["data"] is None and (got == want or (several and codes <= REFUSALS and got))
        return None if right else self.shown(example, document.text, variables, f"{said!r:.400} != {wanted!r:.400}")

    async def executed(self, example: Example, document: Any, variables: dict[str, Any]) -> bytes:
        """What the executor answers."""
        context = self.province.context(example.who if example.who in self.province.viewers else None)
        return render(await self.engine.execute(document, variables, None, context))

    def shown(self, example: Example, text: str, variables: dict[str, Any], why: str) -> str:
        """The whole of it, to be asked again by hand."""
        return f"{why}\n\nas {example.who}\n{text}\n{json.dumps(variables, ensure_ascii=False)}"

    async def bound(self, example: Example) -> tuple[str, dict[str, Any]]:
        """The text and variables with the ids and cursors of this database."""
        cursors = [await self.cursor(example, wanted) for wanted in example.wanted]

        def cursor(met: re.Match[str]) -> str:
            return json.dumps(cursors[int(met[1])])

        text = re.sub(r'"@cursor:(\d+)"', cursor, self.named(example.text))
        variables = re.sub(r'"@cursor:(\d+)"', cursor, self.named(json.dumps(example.variables)))
        return text, json.loads(variables)

    async def cursor(self, example: Example, wanted: dict[str, Any]) -> str | None:
        """A cursor of the list this asks for, as the engine gives it; None where the list is empty or unseen."""
        text = self.named(wanted["text"])
        variables = json.loads(self.named(json.dumps(example.variables)))
        if "$" in text:
            self.engine.documents.kept.forget(text)  # its plan for other values must not be what makes the cursor
        said = await self.engine.answer(
            self.engine.document(text), variables, None, self.province.viewers.get(example.who, ANONYMOUS)
        )
        found: list[bytes] = re.findall(rb'"cursor":"([^"]*)"', said or b"")
        return found[wanted["place"] % len(found)].decode() if found else None

    def named(self, said: str) -> str:
        """The same with the ids of rows for their numbers."""
        return re.sub(r"@([A-Z][A-Za-z]+):(\d+)", lambda met: self.id(met[1], int(met[2])), said)

    def id(self, kind: str, number: int) -> str:
        """The id of a row by its number."""
        held = self.oracle.found.all(KINDS[kind])[number]
        return f"{kind}_{called(held)}"
