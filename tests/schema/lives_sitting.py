"""What people do in a council at random: what is put before it, who is there, ballots, ends, the Party's letters."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.schema.lives_beside import DONE, Beside, mostly


class Sittings(Beside):
    """The rules of it; mixed into a machine like those they extend."""

    @rule(data=st.data(), dry=st.sampled_from([False, False, False, True]))
    def convene(self, data: st.DataObject, dry: bool) -> None:
        called = [self.brought(data, "SIGNING", "COUNCIL") for _ in range(data.draw(st.integers(1, 2)))]
        put = {life.id: {"id": life.id, "version": life.version} for life in called}
        said = self.chamber.calling(*put.values(), kind=data.draw(st.sampled_from(["MEETING", "MEETING", "WRITTEN"])))
        self.do(self.somebody(data, "secretary"), "conveneSession", said, dry=dry)

    @rule(
        data=st.data(),
        act=st.sampled_from(["openSession", "recordPresence", "closeSession", "recordPaperBallots"]),
        dry=st.sampled_from([False, False, False, True]),
    )
    def at_a_sitting(self, data: st.DataObject, act: str, dry: bool) -> None:
        if (session := self.a_sitting(data)) is None:
            return
        said: dict[str, Any] = {"id": f"CouncilSession_{session['id']}", "expectedVersion": session["version"]}
        seats = [f"CouncilAttendance_{seat['id']}" for seat in self.seats(session)]
        items = self.items(session)
        if act == "recordPresence":
            there = data.draw(st.lists(st.sampled_from(seats), unique=True)) if seats else []
            said |= {"present": there, "absent": [seat for seat in seats if seat not in there]}
        if act == "closeSession":
            said |= {"withoutResult": data.draw(st.booleans())}
        if act == "recordPaperBallots":
            if not seats or not items:
                return
            whose = data.draw(st.lists(st.sampled_from(seats), min_size=1, max_size=2, unique=True))
            said |= {
                "item": data.draw(st.sampled_from(items)),
                "members": whose,
                "yes": len(whose),
                "no": 0,
                "abstain": 0,
            }
        self.do(self.somebody(data, "secretary"), act, said, dry=dry)

    def a_sitting(self, data: st.DataObject) -> Any:
        """One of these lives' sittings, mostly the last that has not ended; None where there is none."""
        text = """select distinct s.id, s.version, s.status, s.opens_at from council_session s
            join agenda_item i on i.session_id = s.id where i.dossier_id = any($1) order by s.opens_at, s.id"""
        found = self.rows(text, [UUID(life.id.removeprefix("Dossier_")) for life in self.lives])
        going = [each for each in found if each["status"] in ("CONVENED", "OPEN")]
        chosen = going[-1:] if going and mostly(data) else found
        return data.draw(st.sampled_from(chosen)) if chosen else None

    def seats(self, session: Any) -> list[Any]:
        text = """select s.id, s.version, a.username from council_attendance s
            join council_member m on m.id = s.member_id join account a on a.id = m.account_id
            where s.session_id = $1 order by s.id"""
        return self.rows(text, session["id"])

    def items(self, session: Any) -> list[str]:
        found = self.rows("select id from agenda_item where session_id = $1 order by position", session["id"])
        return [f"AgendaItem_{each['id']}" for each in found]

    @rule(data=st.data(), aside=st.sampled_from([False, False, False, True]), twice=st.booleans())
    def as_a_member(self, data: st.DataObject, aside: bool, twice: bool) -> None:
        """A member votes, perhaps by two requests at once, or stands aside."""
        session = self.a_sitting(data)
        seats = self.seats(session) if session else []
        if not seats:
            return
        seat, item = data.draw(st.sampled_from(seats)), data.draw(st.sampled_from(self.items(session)))
        said = {"id": f"CouncilAttendance_{seat['id']}", "expectedVersion": seat["version"]}
        who = self.somebody(data, seat["username"])
        if aside:
            self.do(who, "declareRecusal", {**said, "items": [item], "reason": "Người thân được đề nghị"})
            return
        said |= {"item": item, "choice": data.draw(st.sampled_from(["YES", "YES", "NO", "ABSTAIN"]))}
        if not twice:
            self.do(who, "castBallot", said)
            return
        acts = [self.world.province.act(who, "castBallot", {**said, "idempotencyKey": str(uuid4())}) for _ in range(2)]
        answers = self.world.run(_together(acts))
        assert sum(answer["__typename"] in DONE for answer in answers) <= 1, answers
        self.catch_up()

    @rule(data=st.data(), choice=st.sampled_from(["YES", "YES", "NO"]))
    def a_whole_sitting(self, data: st.DataObject, choice: str) -> None:
        """All come, vote alike on what they may, and it is closed."""
        if (session := self.a_sitting(data)) is None:
            return
        said: dict[str, Any] = {"id": f"CouncilSession_{session['id']}", "expectedVersion": session["version"]}
        self.do("secretary", "openSession", said)
        seats = self.seats(session)
        there = [f"CouncilAttendance_{seat['id']}" for seat in seats]
        self.do("secretary", "recordPresence", {**self.now(session), "present": there})
        for item in self.items(session):
            for seat in self.seats(session):
                own = {"id": f"CouncilAttendance_{seat['id']}", "expectedVersion": seat["version"]}
                self.do(seat["username"], "castBallot", {**own, "item": item, "choice": choice})
        self.do("secretary", "closeSession", {**self.now(session), "withoutResult": True})

    def now(self, session: Any) -> dict[str, Any]:
        (found,) = self.rows("select id, version from council_session where id = $1", session["id"])
        return {"id": f"CouncilSession_{found['id']}", "expectedVersion": found["version"]}

    @rule(data=st.data(), agrees=st.booleans())
    def the_party_says(self, data: st.DataObject, agrees: bool) -> None:
        life = self.a_life(data, "PARTY_OPINION")
        letter = {"agrees": agrees, "number": "5-CV/TU", "dated": "2026-01-05", "reason": "Theo công văn"}
        self.do(self.somebody(data, "secretary"), "recordPartyOpinion", {**self.step_of(data, life), **letter})


async def _together(acts: list[Any]) -> list[dict[str, Any]]:
    return list(await asyncio.gather(*acts))
