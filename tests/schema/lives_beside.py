"""What people do beside the steps of a dossier, at random: with papers, opinions, lists and awards.

What an act on one thing does to a dossier is read from the journal and held to the workflow's own file.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import rule

from resolvers.posting_end import end_due_postings
from tests.schema.chamber import VOTERS, Chamber
from tests.schema.lives import PEOPLE, TABLE, Life
from tests.schema.lives_invariants import ALL_SIDES, BROKEN

EVERYBODY = (*PEOPLE, *(who for who in VOTERS if who not in PEOPLE))
DONE = {
    "Dossier",
    "Decision",
    "CouncilSession",
    "CouncilAttendance",
    "OpinionRequest",
    "PublicPosting",
    "PostingComment",
}
FOLLOWS = {"REOPEN", "CANCEL", "CONCLUDE_OPINIONS", "END_POSTING"}
"""Steps that follow from an act on something else, whoever does that."""
KINDS = ("OTHER", "PROPOSAL", "MINUTES", "OPINION", "PUBLIC_POSTING")


def mostly(data: st.DataObject) -> bool:
    """Five times of six."""
    return data.draw(st.integers(0, 5)) > 0


class Beside:
    """The rules of it; mixed into a machine that keeps lives and looks at rows."""

    world: Any
    chamber: Chamber
    lives: list[Life]
    decisions: list[tuple[dict[str, Any], Life]]

    act: Callable[[str, str, dict[str, Any]], dict[str, Any]]
    """Has somebody do an act with this input; gives the reply."""
    try_usual: Callable[..., None]
    """Has somebody who may take the step that usually comes next in a life."""
    is_as_it_must_be: Callable[[Life], None]
    """Compares a life with its rows."""

    def rows(self, text: str, *values: Any) -> list[Any]:
        return list(self.world.run(self.world.look.fetch(text, *values)))

    def do(self, who: str, act: str, said: dict[str, Any], *, dry: bool = False) -> dict[str, Any]:
        """Do it, and look that all is as it must be after it, or as it was."""
        before = self.rows(ALL_SIDES)
        answer = self.act(who, act, {"idempotencyKey": str(uuid4()), **said, "dryRun": dry})
        if answer["__typename"] not in DONE or dry:
            assert self.rows(ALL_SIDES) == before, (who, act, answer)
        else:
            self.catch_up()
        return answer

    def catch_up(self) -> None:
        """Have each life live what befell it, if it may; then look at everything."""
        for life in self.lives:
            text = """select j.act, a.username from journal j left join account a on a.id = j.actor_id
                where j.subject_kind = 'Dossier' and j.subject_id = $1 order by j.subject_version offset $2"""
            for act, who in self.rows(text, UUID(life.id.removeprefix("Dossier_")), len(life.acts)):
                refusal = life.refusal(who, act) if act not in FOLLOWS else None
                assert life.status in TABLE[act]["before"], (life, act)
                assert refusal is None, (life, who, act, refusal)
                life.take(who, act, {})
            self.is_as_it_must_be(life)
        self.holds()

    def holds(self) -> None:
        for promise, text in BROKEN.items():
            assert (found := self.rows(text)) == [], (promise, found)

    def somebody(self, data: st.DataObject, *usual: str) -> str:
        """Mostly one of those whose it is."""
        return data.draw(st.sampled_from(usual if mostly(data) else EVERYBODY))

    def a_life(self, data: st.DataObject, *states: str) -> Life:
        """Mostly one in such a state."""
        fit = [life for life in self.lives if life.status in states]
        return data.draw(st.sampled_from(fit if fit and mostly(data) else self.lives))

    def brought(self, data: st.DataObject, *states: str) -> Life:
        """One that is, or was mostly brought by its usual way, where it may be put before others."""
        life = self.a_life(data, *states)
        for _ in range(6 if mostly(data) else 0):
            if life.status not in states:
                self.try_usual(data, life, dry=False)
        return life

    def step_of(self, data: st.DataObject, life: Life) -> dict[str, Any]:
        return {"id": life.id, "expectedVersion": life.version - (data.draw(st.integers(0, 9)) == 9)}

    @rule(data=st.data(), act=st.sampled_from(["addDocument", "replaceDocument", "removeDocument"]))
    def papers(self, data: st.DataObject, act: str) -> None:
        life = data.draw(st.sampled_from(self.lives))
        said, key = self.step_of(data, life), UUID(life.id.removeprefix("Dossier_"))
        if act == "addDocument":
            said |= {"document": {"kind": data.draw(st.sampled_from(KINDS)), "title": "Công văn"}}
        else:
            found = self.rows("select id from dossier_document where dossier_id = $1 order by position", key)
            if not found:
                return
            said |= {"documentId": f"DossierDocument_{data.draw(st.sampled_from(found))['id']}"}
            said |= {"title": "Tờ trình đã sửa"} if act == "replaceDocument" else {}
        own = ("officer", "player") if life.status in ("DRAFT", "SUPPLEMENT_REQUESTED") else ("chief", "appraiser")
        self.do(self.somebody(data, *own), act, said)

    @rule(data=st.data(), of=st.sampled_from([["H37.11"], ["H37.11", "H37.51"]]))
    def ask_opinions(self, data: st.DataObject, of: list[str]) -> None:
        life = self.brought(data, "SIGNING", "CONSULTING")
        said = {**self.step_of(data, life), "agencies": of, "question": "Chấp hành pháp luật"}
        self.do(self.somebody(data, "chief", "appraiser"), "requestOpinions", said)

    @rule(data=st.data(), act=st.sampled_from(["acknowledge", "answer", "answer", "remind", "withdraw"]))
    def on_an_opinion(self, data: st.DataObject, act: str) -> None:
        text = "select id, version from opinion_request where dossier_id = any($1) order by closed_at is null desc, id"
        found = self.rows(text, [UUID(life.id.removeprefix("Dossier_")) for life in self.lives])
        if not found:
            return
        request = found[0] if data.draw(st.integers(0, 3)) else data.draw(st.sampled_from(found))
        said: dict[str, Any] = {"id": f"OpinionRequest_{request['id']}", "expectedVersion": request["version"]}
        if act == "answer":
            said |= {"answer": data.draw(st.sampled_from(["AGREE", "DISAGREE"])), "note": "Còn nợ thuế"}
        if act == "withdraw":
            said |= {"reason": "Đã có văn bản"}
        who = self.somebody(data, *(("stranger",) if act in ("acknowledge", "answer") else ("chief", "appraiser")))
        self.do(who, f"{act}Opinion", said)

    @rule(data=st.data())
    def conclude_opinions(self, data: st.DataObject) -> None:
        life = self.a_life(data, "CONSULTING")
        self.do(self.somebody(data, "chief", "appraiser"), "concludeOpinions", self.step_of(data, life))

    @rule(data=st.data())
    def post(self, data: st.DataObject) -> None:
        life = self.brought(data, "SIGNING", "APPRAISING")
        self.do(self.somebody(data, "chief"), "postDossier", self.step_of(data, life))

    @rule(data=st.data(), kind=st.sampled_from(["SUPPORT", "REMARK", "OBJECTION"]))
    def comment(self, data: st.DataObject, kind: str) -> None:
        text = "select id from public_posting where dossier_id = any($1) order by opened_at desc, id limit 3"
        found = self.rows(text, [UUID(life.id.removeprefix("Dossier_")) for life in self.lives])
        if found:
            said = {
                "posting": f"PublicPosting_{data.draw(st.sampled_from(found))['id']}",
                "kind": kind,
                "text": "Đồng ý",
            }
            self.do(self.somebody(data, "officer", "stranger"), "commentOnPosting", said)

    @rule(data=st.data(), over=st.booleans(), by_itself=st.booleans())
    def end_a_posting(self, data: st.DataObject, over: bool, by_itself: bool) -> None:
        """By hand or by the clock, the window over or not."""
        life = self.a_life(data, "POSTED")
        if over:
            text = "update public_posting set opened_at = opened_at - interval '60 days', closes_on = closes_on - 60 "
            self.rows(text + "where closed_at is null and closes_on > current_date returning id")
        if by_itself:
            self.world.run(_ended(self.world.province))
            self.catch_up()
        else:
            self.do(self.somebody(data, "chief"), "endPosting", self.step_of(data, life))

    @rule(data=st.data(), act=st.sampled_from(["correctAward", "revokeAward"]))
    def change_an_award(self, data: st.DataObject, act: str) -> None:
        public = [each for each, _ in self.decisions if each["status"] == "PUBLISHED"]
        chosen = public if public and mostly(data) else [each for each, _ in self.decisions]
        if not chosen:
            return
        decision = data.draw(st.sampled_from(chosen))
        key = UUID(decision["id"].removeprefix("Decision_"))
        awards = [f"Award_{row['id']}" for row in self.rows("select id from award where decision_id = $1", key)]
        said: dict[str, Any] = {"id": decision["id"], "expectedVersion": decision["version"], "reason": "Kết luận số 5"}
        if act == "correctAward":
            said |= {"award": (awards or ["Award_1"])[0], "citation": f"Thành tích {uuid4().hex[:6]}"}
        else:
            said |= {"ground": "FALSE_ACHIEVEMENT"} | ({"awards": awards[:1]} if data.draw(st.booleans()) else {})
        done = self.do(self.somebody(data, "chairman"), act, said)
        if done["__typename"] == "Decision":
            decision |= {"version": done["version"], "status": done["status"]}


async def _ended(province: Any) -> None:
    async with province.sessions.begin() as session:
        await end_due_postings(session, datetime.now(UTC))
