"""What the demo asks of others: opinions in every state, and posted lists with what was said of them (art 84)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import models as rows
from models import calendar
from models.access import Role
from models.agency import AgencyKind
from models.demo.accounts import Actor
from models.demo.agencies import DESK, Office
from models.demo.books import key
from models.demo.dossiers import Written
from models.demo.nominees import texts
from models.demo.world import World
from models.opinion import OpinionAnswer, opinion_rule
from models.workflow import Step

_WAYS = ("answered", "silent", "seen", "sent")
"""How the requests about a dossier come out, in turn; where the opinions are in, whoever is not silent has answered."""


def write_consulting(world: World, dossiers: list[Written]) -> None:
    """Writes who was asked about each dossier: answered, overdue, seen, sent, or silent to the end."""
    titles = {row["id"]: row["title"] for row in world.books.rows(rows.Dossier)}
    consulted = [each for each in dossiers if each.case.at(Step.CONSULT) is not None]
    for place, written in enumerate(consulted):
        for way, agency in zip(_WAYS[: 2 + place % 3], _asked(world, written, place), strict=False):
            _Request(world, written, agency, titles[written.id]).write(way)


def head(world: World) -> Actor:
    """Who asks and posts: the head of the emulation office."""
    return world.accounts.holding(Role.OFFICE_HEAD, DESK)[0]


def _asked(world: World, written: Written, place: int) -> Iterator[Office]:
    """Departments, but never the one that proposes."""
    others = [each for each in world.agencies.of(AgencyKind.DEPARTMENT) if each.code != written.case.office.code]
    yield from (others[(place + 3 * turn) % len(others)] for turn in range(len(_WAYS)))


@dataclass
class _Request:
    """One agency asked about one dossier."""

    world: World
    written: Written
    agency: Office
    title: str

    def write(self, way: str) -> None:
        """The request as it came out, with a journal entry for each of its versions."""
        begun, ended = self.written.case.at(Step.CONSULT) or 0, self.written.case.at(Step.CONCLUDE_OPINIONS)
        end, due = ended or self.world.time.end - 1, self._due(begun, way)
        acts = {"REQUEST_OPINION": begun}
        silent = way == "silent" and (ended is None or due < self.world.time.day(ended))
        if not silent and (ended is not None or way in ("answered", "seen")):
            acts["SEE_OPINION"] = begun + (end - begun) // 3
        if not silent and (ended is not None or way == "answered"):
            acts["ANSWER_OPINION"] = begun + (end - begun) * 2 // 3
        if silent and ended is not None:
            acts["CLOSE_OPINION"] = ended
        self._keep(acts, due)

    def _due(self, begun: int, way: str) -> date:
        """The last day: the next one for whoever is to be silent, so that it has passed."""
        return calendar.add_working_days(self.world.time.day(begun), 1 if way == "silent" else 10)

    def _keep(self, acts: dict[str, int], due: date) -> None:
        at = {act: self.world.time.moment(minute) for act, minute in acts.items()}
        request = key(at["REQUEST_OPINION"], self.world.chance)
        answer = self.world.chance.choice(list(OpinionAnswer)) if "ANSWER_OPINION" in at else None
        officer = self.world.accounts.holding(Role.UNIT_OFFICER, self.agency.code)[0]
        received = self.world.time.day(self.written.case.at(Step.RECEIVE) or 0)
        silence = opinion_rule(self.world.law.rule_set(received).code).silence
        self.world.books.write(
            rows.OpinionRequest,
            id=request,
            due_on=due,
            silence=silence,
            answered_by_id=officer.id if answer else None,
            answer=answer,
            note=texts()["opinions"].get(answer.name) if answer else None,
            **self._question(at),
        )
        more: dict[str, dict[str, Any]] = {
            "REQUEST_OPINION": {"due_on": due.isoformat()},
            "ANSWER_OPINION": {"answer": answer.name if answer else None},
            "CLOSE_OPINION": {"silence": silence.name},
        }
        self._tell(request, at, officer, more)

    def _question(self, at: dict[str, datetime]) -> dict[str, Any]:
        """What is asked, of whom, and when each act on it was."""
        return {
            "dossier_id": self.written.id,
            "to_agency_id": self.agency.id,
            "dossier_code": self.written.code,
            "dossier_title": self.title,
            "question": texts()["opinions"]["question"],
            "asked_at": at["REQUEST_OPINION"],
            "asked_by_id": head(self.world).id,
            "seen_at": at.get("SEE_OPINION"),
            "answered_at": at.get("ANSWER_OPINION"),
            "closed_at": at.get("CLOSE_OPINION"),
            "version": len(at),
        }

    def _tell(
        self, request: UUID, at: dict[str, datetime], officer: Actor, more: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """An entry for each act on a request, with what more there is to say of it."""
        for version, (act, moment) in enumerate(at.items(), 1):
            actor = officer if act in ("SEE_OPINION", "ANSWER_OPINION") else head(self.world)
            data = {"dossier": str(self.written.id), **more.get(act, {})}
            self.world.journal.tell(moment, act, actor.id, ("OpinionRequest", request, version), [], None, data)
