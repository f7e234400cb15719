"""Random acts by random people on a few dossiers, over the real database: no history that the law forbids."""

from __future__ import annotations

import asyncio
import os
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.schema.lives import ENDS, MORE_IS_ASKED, PEOPLE, STEPS, Life, holds
from tests.schema.lives_sitting import Sittings
from tests.schema.lives_world import World, opened

EXAMPLES, LENGTH = (int(many) for many in os.environ.get("LAUREL_LIVES", "18x25").split("x"))
"""How many lives of how many acts: `LAUREL_LIVES=200x60` for many long ones."""
MOST_LIVES = 3
DRAFTERS, DRY = st.sampled_from(["officer", "player", "everybody"]), st.sampled_from([False, False, False, True])
PAPERS = [
    {"kind": kind, "title": kind.title()}
    for kind in ("PROPOSAL", "ACHIEVEMENT_REPORT", "MINUTES", "INITIATIVE_CERTIFICATE")
]
UNDONE = {"RuleNotMet", "InvalidInput", "WrongStatus"}
"""Refusals for what an act was told, or by what the dossier holds."""
AS_IT_IS = """
    select d.status, d.version, d.came_from, d.code, a.username as appraiser, md5(d::text) as print,
        (select array_agg(j.subject_version order by j.id) from journal j
            where j.subject_kind = 'Dossier' and j.subject_id = d.id) as versions,
        (select array_agg(j.act order by j.id) from journal j
            where j.subject_kind = 'Dossier' and j.subject_id = d.id) as acts,
        (select md5(string_agg(l::text, ',' order by l.id)) from dossier_line l where l.dossier_id = d.id) as lines,
        (select array_agg(l.outcome order by l.position) from dossier_line l where l.dossier_id = d.id) as outcomes
    from dossier d left join account a on a.id = d.appraiser_id where d.id = $1"""
ALL_THERE_IS = """
    select (select count(*) from journal where subject_kind in ('Dossier', 'Decision')),
        (select count(*) from stored_reply), (select count(*) from decision),
        (select count(*) from award), (select coalesce(sum(last), 0) from dossier_code_count),
        (select coalesce(sum(last), 0) from decision_number_count)"""


class Lives(Sittings, RuleBasedStateMachine):
    """A few dossiers, each beside its life as it must be."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.lives: list[Life] = []
        self.chamber = self.world.chamber
        self.sent: list[tuple[str, str, dict[str, Any], Life]] = []
        """Acts that were done, as they were sent."""
        self.decisions: list[tuple[dict[str, Any], Life]] = []

    def act(self, who: str, act: str, said: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.world.run(self.world.province.act(who, act, said))
        return answer

    def row(self, life: Life) -> dict[str, Any]:
        found = self.world.run(self.world.look.fetchrow(AS_IT_IS, UUID(life.id.removeprefix("Dossier_"))))
        return dict(found)

    def all_there_is(self) -> tuple[Any, ...]:
        return tuple(self.world.run(self.world.look.fetchrow(ALL_THERE_IS)))

    @initialize(by=DRAFTERS, data=st.data(), far=st.sampled_from([0, 3, 4, 4, 5, 7]))
    def first(self, by: str, data: st.DataObject, far: int) -> None:
        self.begin(by)
        for _ in range(far):
            self.try_usual(data, self.lives[0], dry=False)

    @precondition(lambda self: len(self.lives) < MOST_LIVES)
    @rule(by=DRAFTERS)
    def begin(self, by: str) -> None:
        province = self.world.province
        lines = [province.line("an"), province.line("binh", "CSTDT")][: 1 + len(self.lives) % 2]
        agency = "H37.10.01" if by == "player" else "H37.10"
        made = self.act(by, "draftDossier", province.draft(agency=agency, lines=lines, documents=PAPERS))
        assert made["__typename"] == "Dossier"
        self.lives.append(Life(made["id"], "h37.culture.troupe" if by == "player" else "h37.culture", by))
        self.is_as_it_must_be(self.lives[-1])

    @rule(data=st.data())
    def usual(self, data: st.DataObject) -> None:
        self.try_usual(data, data.draw(st.sampled_from(self.lives)), dry=False)

    def try_usual(self, data: st.DataObject, life: Life, *, dry: bool) -> None:
        if found := life.next():
            act, who = found
            self.try_act(data, life, who, act, life.version, dry=dry)

    @rule(data=st.data(), ends=st.sampled_from([False, False, False, True]), dry=DRY)
    def something_allowed(self, data: st.DataObject, ends: bool, dry: bool) -> None:
        life = data.draw(st.sampled_from(self.lives))
        can = {act: [who for who in PEOPLE if life.refusal(who, STEPS[act]) is None] for act in STEPS}
        acts = [act for act, people in can.items() if people and (act in ENDS) == ends]
        if acts:
            act = data.draw(st.sampled_from(acts))
            self.try_act(data, life, data.draw(st.sampled_from(can[act])), act, life.version, dry=dry)

    @rule(data=st.data(), act=st.sampled_from(list(STEPS)), past=st.sampled_from([0, 0, 0, 0, -1, 1]), dry=DRY)
    def something(self, data: st.DataObject, act: str, past: int, dry: bool) -> None:
        life = data.draw(st.sampled_from(self.lives))
        whoever = [who for who in PEOPLE if life.sees(who)] if data.draw(st.integers(0, 5)) else list(PEOPLE)
        self.try_act(data, life, data.draw(st.sampled_from(whoever)), act, life.version + past, dry=dry)

    @rule(data=st.data())
    def something_too_near(self, data: st.DataObject) -> None:
        """An act that the state allows and the person's role too, yet not this person."""
        life = data.draw(st.sampled_from(self.lives))
        apart = ("SeparationOfDuties", "ConflictOfInterest")
        pairs = [(who, act) for act in STEPS for who in PEOPLE if life.refusal(who, STEPS[act]) in apart]
        if pairs:
            who, act = data.draw(st.sampled_from(pairs))
            self.try_act(data, life, who, act, life.version, dry=False)

    def try_act(self, data: st.DataObject, life: Life, who: str, act: str, version: int, *, dry: bool) -> None:
        before, there_was = self.row(life), self.all_there_is()
        said, step = self.said(data, life, act, before)
        said |= {"expectedVersion": version, "dryRun": dry}
        answer = self.act(who, act, said)
        expected = "NotFound" if not life.sees(who) else "StaleVersion" if version != life.version else None
        expected = expected or life.refusal(who, step)
        done = answer["__typename"] in ("Dossier", "Decision")
        if expected is not None:
            assert answer["__typename"] == expected, (life, who, act, answer)
        elif not done:
            assert act in MORE_IS_ASKED, (life, who, act, answer)
            assert answer["__typename"] in UNDONE | {"NumberTaken"}, (life, who, act, answer)
        if not done or dry:
            assert self.row(life) == before
            assert self.all_there_is() == there_was
            return
        life.take(who, step, said)
        self.sent.append((who, act, said, life))
        if act == "issueDecision":
            self.decisions.append((answer, life))
        self.catch_up()
        there_is = self.all_there_is()
        assert there_is[0] == there_was[0] + 1 + (act == "issueDecision")
        assert there_is[1] == there_was[1] + 1

    def said(self, data: st.DataObject, life: Life, act: str, row: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """What an act is told, and the row of the file it goes by."""
        said: dict[str, Any] = {"id": life.id, "idempotencyKey": str(uuid4())}
        asked = self.world.province.engine.schema.mutation_type.fields[act].args["input"].type.of_type.fields  # type: ignore[union-attr]  # an input
        if "reason" in asked and act != "appraiseLine":
            said["reason"] = "Theo quy định"
        if act == "assignAppraiser":
            said["appraiser"] = data.draw(st.sampled_from(["appraiser", "appraiser", "other", "everybody", "nobody"]))
        if act in ("issueDecision", "amendDossier"):
            said["title"] = "Về việc khen thưởng"
        if act == "amendDossier" and data.draw(st.booleans()):
            named = data.draw(st.lists(st.sampled_from(["an", "binh", "team"]), min_size=1, unique=True))
            said["lines"] = [self.world.province.line(name) for name in named]
        if act == "proposeOtherForm":
            said["awardType"] = data.draw(st.sampled_from(["CSTDT", "CSTDT", "XX"]))
        step = STEPS[act]
        if "lineId" in asked:
            at = data.draw(st.integers(0, len(row["outcomes"]) - 1))
            said["lineId"] = self.line(life, at)
        if act == "appraiseLine":
            said |= {"eligible": data.draw(st.sampled_from([True, True, False])), "reason": "Không đủ năm công tác"}
            outcomes = {
                *row["outcomes"][:at],
                *row["outcomes"][at + 1 :],
                "ELIGIBLE" if said["eligible"] else "INELIGIBLE",
            }
            if "PENDING" not in outcomes:
                step = "PASS_APPRAISAL" if outcomes & {"ELIGIBLE", "PASSED"} else "FAIL_APPRAISAL"
        return said, step

    def line(self, life: Life, at: int) -> str:
        text = "select id from dossier_line where dossier_id = $1 order by position offset $2 limit 1"
        key = self.world.run(self.world.look.fetchval(text, UUID(life.id.removeprefix("Dossier_")), at))
        return f"DossierLine_{key}"

    @precondition(lambda self: self.decisions)
    @rule(data=st.data(), who=st.sampled_from(["secretary", "chairman", "chief", "officer", "everybody"]))
    def end_a_decision(self, data: st.DataObject, who: str) -> None:
        decision, life = data.draw(st.sampled_from(self.decisions))
        act = data.draw(st.sampled_from(["publishDecision", "voidDecision"]))
        before, there_was = self.row(life), self.all_there_is()
        said = {"id": decision["id"], "expectedVersion": decision["version"], "idempotencyKey": str(uuid4())}
        if act == "voidDecision":
            said["reason"] = "Sai thể thức"
        answer = self.act(who, act, said)
        step = "PUBLISH" if act == "publishDecision" else "VOID_DECISION"
        if answer["__typename"] != "Decision":
            assert self.row(life) == before
            assert self.all_there_is() == there_was
            assert (
                decision["status"] != "ISSUED"
                or life.refusal(who, step)
                or not holds(who, {"SECRETARY", "OFFICE_HEAD", "CHAIRMAN"}, "h37")
            )
            return
        assert life.refusal(who, step) is None, (life, who, act)
        decision |= {"version": answer["version"], "status": answer["status"]}
        life.take(who, step, said)
        self.is_as_it_must_be(life)
        assert self.all_there_is()[0] == there_was[0] + 2

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), other=st.booleans())
    def send_again(self, data: st.DataObject, other: bool) -> None:
        who, act, said, life = data.draw(st.sampled_from(self.sent))
        if not life.sees(who):
            return
        before, there_was = self.row(life), self.all_there_is()
        answer = self.act(who, act, said | ({"note": "khác"} if other else {}))
        if other:
            assert answer["__typename"] == "IdempotencyMismatch"
        else:
            assert answer["__typename"] in ("Dossier", "Decision")
        assert self.row(life) == before
        assert self.all_there_is() == there_was

    def is_as_it_must_be(self, life: Life) -> None:
        row = self.row(life)
        assert (row["status"], row["version"]) == (life.status, life.version)
        assert row["came_from"] == life.came_from
        assert row["appraiser"] == life.appraiser
        assert row["versions"] == list(range(1, life.version + 1))
        assert row["acts"] == life.acts

    def teardown(self) -> None:
        codes = self.world.run(self.world.look.fetch("select code from dossier where code is not null order by code"))
        said = [row["code"] for row in codes]
        assert [int(code.rpartition("-")[2]) for code in said] == list(range(1, len(said) + 1))
        numbers = self.world.run(self.world.look.fetch("select number from decision"))
        counted = sorted(int(row["number"].partition("/")[0]) for row in numbers)
        assert counted == list(range(1, len(counted) + 1))


def test_no_random_life_breaks_the_law(fresh_database_url: str, redis_url: str) -> None:
    with asyncio.Runner() as runner:
        found, closing = runner.run(opened(fresh_database_url, redis_url))
        machine = type("Lives", (Lives,), {"world": World(runner, *found)})
        try:
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=EXAMPLES,
                    stateful_step_count=LENGTH,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            for close in closing:
                runner.run(close())
