"""The law as data: award types, who may decide them, the rule sets and what a dossier must hold, from files to tables.

`./run load catalogue` and the migrations call `load`; `law.read` gives the same as values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, select, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from models.award_type import Authority, AwardType
from models.catalogue.council import SaidCouncilRule
from models.catalogue.entry import FILES, CatalogueError
from models.catalogue.law import Law, SaidAwardType, SaidDocument, read
from models.council_rule import CouncilRule
from models.rule_set import RequiredDocument, RuleSet

__all__ = ["CatalogueError", "Law", "Progress", "is_loaded", "load", "read"]

Progress = Callable[[str, int, int], None]
"""Told what is being loaded, how much is done and how much there is."""

_LOCK = 7002
"""The advisory lock that makes two loaders take turns."""
_DOCUMENT = "kind", "award_class", "award_code", "commendation_type", "due"
_COUNCIL_RULE = "award_class", "award_code", "commendation_type"
"""For which cases of a rule set it says something: no two of its entries are alike in all of these."""


async def load(url: str, progress: Progress | None = None, files: Path = FILES) -> None:
    """Makes the tables say what the files say: new entries are added, known ones brought up to date, none is removed.

    One transaction. An award is known by its code and first day, a rule set by its code. Raises CatalogueError before
    anything is written when a file is wrong.
    """
    law = read(files)
    engine = create_async_engine(url, poolclass=NullPool)
    async with AsyncSession(engine) as session, session.begin():
        await session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        awards = await _award_types(session, law)
        _tell(progress, "hình thức · award types", len(law.award_types))
        await _authorities(session, law, awards)
        _tell(progress, "thẩm quyền · authorities", len(law.authorities))
        rule_sets = await _rule_sets(session, law)
        await _of_rule_sets(session, RequiredDocument, _DOCUMENT, law.documents, rule_sets)
        await _of_rule_sets(session, CouncilRule, _COUNCIL_RULE, law.council_rules, rule_sets)
        _tell(progress, "bộ quy tắc · rule sets", len(law.rule_sets))


async def is_loaded(url: str, files: Path = FILES) -> bool:
    """Whether every award type and rule set of the files is in the tables, and as many voting rules."""
    law = read(files)
    async with AsyncSession(create_async_engine(url, poolclass=NullPool)) as session:
        awards = {
            (row.code, row.valid_from) for row in await session.execute(select(AwardType.code, AwardType.valid_from))
        }
        rule_sets = set(await session.scalars(select(RuleSet.code)))
        votes = len((await session.scalars(select(CouncilRule.id))).all())
    return (
        votes >= len(law.council_rules)
        and awards >= {_known_by(said) for said in law.award_types}
        and rule_sets >= {said.code for said in law.rule_sets}
    )


def _tell(progress: Progress | None, what: str, count: int) -> None:
    if progress is not None:
        progress(what, count, count)


def _known_by(said: SaidAwardType | AwardType) -> Any:
    return said.code, said.valid_from


async def _keep(
    session: AsyncSession, kind: type, known: dict[Any, Any], said: list[tuple[Any, dict[str, Any]]]
) -> None:
    """Updates the rows that are known, then adds the others: an earlier row ends before its successor begins."""
    for key, values in said:
        for column, value in values.items() if key in known else ():
            setattr(known[key], column, value)
    await session.flush()
    for key, values in said:
        if key not in known:
            known[key] = kind(**values)
            session.add(known[key])
    await session.flush()


async def _award_types(session: AsyncSession, law: Law) -> dict[Any, AwardType]:
    known: dict[Any, AwardType] = {_known_by(row): row for row in await session.scalars(select(AwardType))}
    said = [
        (_known_by(award), vars(award) | {"recipients": [kind.name for kind in award.recipients]})
        for award in sorted(law.award_types, key=lambda award: award.valid_from)
    ]
    await _keep(session, AwardType, known, said)
    return known


async def _authorities(session: AsyncSession, law: Law, awards: dict[Any, AwardType]) -> None:
    rows = await session.scalars(select(Authority))
    known = {(row.award_type_id, row.agency_kind, row.right, row.valid_from): row for row in rows}
    said = []
    for authority in sorted(law.authorities, key=lambda authority: authority.valid_from):
        values = vars(authority) | {"award_type_id": awards[_known_by(authority.award)].id}
        del values["award"]
        key = (values["award_type_id"], authority.agency_kind, authority.right, authority.valid_from)
        said.append((key, values))
    await _keep(session, Authority, known, said)


async def _rule_sets(session: AsyncSession, law: Law) -> dict[str, RuleSet]:
    known = {row.code: row for row in await session.scalars(select(RuleSet))}
    said = [
        (rule_set.code, vars(rule_set) | {"instruments": list(rule_set.instruments)})
        for rule_set in sorted(law.rule_sets, key=lambda rule_set: rule_set.valid_from)
    ]
    await _keep(session, RuleSet, known, said)
    return known


async def _of_rule_sets(
    session: AsyncSession,
    kind: type[RequiredDocument | CouncilRule],
    condition: tuple[str, ...],
    parts: Iterable[SaidDocument | SaidCouncilRule],
    rule_sets: dict[str, RuleSet],
) -> None:
    """Keep what the rule sets say case by case, each known by its rule set and its condition."""
    key = attrgetter("rule_set_id", *condition)
    said = []
    for part in parts:
        values = vars(part) | {"rule_set_id": rule_sets[part.rule_set].id}
        del values["rule_set"]
        said.append(((values["rule_set_id"], *(values[column] for column in condition)), values))
    await _keep(session, kind, {key(row): row for row in await session.scalars(select(kind))}, said)
