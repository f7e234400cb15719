"""The law in force on the days of the demo: the catalogue's rows by code and day, as the loader needs them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from models import catalogue
from models.award_type import AwardClass
from models.catalogue.law import Law, SaidAwardType, SaidRuleSet
from models.council_ballot import BallotKind
from models.council_rule import CouncilRule, VoteBase, rule_for
from models.rule_set import CommendationType, DocumentKind


@dataclass(frozen=True)
class LawInForce:
    """Award types and rule sets with their keys in the database."""

    law: Law
    said: dict[str, list[SaidAwardType]]
    """Each code's entries, the newest first."""
    awards: dict[tuple[str, date], UUID]
    rule_sets: dict[str, UUID]
    council_rules: list[CouncilRule]

    @classmethod
    async def read(cls, connection: asyncpg.Connection[Any]) -> LawInForce:
        """The catalogue as files and database agree on it."""
        awards = await connection.fetch("select code, valid_from, id from award_type")
        rule_sets = await connection.fetch("select code, id from rule_set")
        council_rules = await connection.fetch("select * from council_rule order by id")
        law = catalogue.read()
        said: dict[str, list[SaidAwardType]] = {}
        for award in sorted(law.award_types, key=lambda award: award.valid_from, reverse=True):
            said.setdefault(award.code, []).append(award)
        return cls(
            law,
            said,
            {(row["code"], row["valid_from"]): row["id"] for row in awards},
            {row["code"]: row["id"] for row in rule_sets},
            [_rule(row) for row in council_rules],
        )

    def award(self, code: str, day: date) -> SaidAwardType:
        """The award of this code that is in the catalogue on a day, or else its first entry (art 94)."""
        entries = self.said[code]
        return next((said for said in entries if said.valid_from <= day), entries[-1])

    def award_id(self, code: str, day: date) -> UUID:
        """Its key."""
        return self.awards[code, self.award(code, day).valid_from]

    def rule_set(self, day: date) -> SaidRuleSet:
        """The rule set in force on a day; what came before the first of them is judged by the first (art 94)."""
        sets = sorted(self.law.rule_sets, key=lambda said: said.valid_from)
        return next((said for said in reversed(sets) if said.valid_from <= day), sets[0])

    def council_rule(self, code: str, commendation: CommendationType, day: date) -> CouncilRule:
        """By which rule a council votes on an award that is received on a day."""
        rule_set = self.rule_sets[self.rule_set(day).code]
        own = [rule for rule in self.council_rules if rule.rule_set_id == rule_set]
        return rule_for(own, self.award(code, day), commendation)

    def documents(self, codes: set[str], commendation: CommendationType, day: date) -> list[DocumentKind]:
        """The kinds of paper that a dossier for these awards must hold on a day, each once."""
        rule_set = self.rule_set(day).code
        classes = {self.award(code, day).award_class for code in codes}
        wanted = {
            said.kind
            for said in self.law.documents
            if said.rule_set == rule_set
            and (said.award_class is None or said.award_class in classes)
            and (said.award_code is None or said.award_code in codes)
            and said.commendation_type in (None, commendation)
        }
        return [kind for kind in DocumentKind if kind in wanted]


def _rule(row: asyncpg.Record) -> CouncilRule:
    """A voting rule as its table holds it, by the names of its members."""
    kinds = {"award_class": AwardClass, "commendation_type": CommendationType, "ballot": BallotKind, "base": VoteBase}
    said: dict[str, Any] = {key: kinds[key][value] if value and key in kinds else value for key, value in row.items()}
    return CouncilRule(**said)
