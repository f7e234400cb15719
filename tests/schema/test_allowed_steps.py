"""What `allowedSteps` says is what the acts do: every state × step, by every account of the province."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import models as rows
from models.access import Role
from models.calendar import today
from models.workflow import DossierStatus, Step, workflow
from resolvers.allowed_steps import ACTS, ROLES
from resolvers.engine import Engine
from schema import schema
from tests.province import ROLES as PEOPLE
from tests.province import Province
from tests.schema.chamber import Chamber, seated
from tests.schema.refusing import traces
from tests.schema.standings import VERSATILE, Standings, stand

MUTATIONS = schema._schema.mutation_type.fields  # type: ignore[union-attr]  # there are mutations
BY_LAW = {Step.DRAFT, Step.REOPEN, Step.CANCEL}
"""Begins a dossier, or follows from another act."""
TOLD = {Step.APPRAISE, Step.PASS_APPRAISAL, Step.FAIL_APPRAISAL}
"""Which of these it is, the cases say when one is judged."""
ON_A_DECISION = {Step.PUBLISH, Step.VOID_DECISION, Step.VOID_ABOVE}
ELSEWHERE = {Step.CONVENE, *ON_A_DECISION}
"""Taken by an act on a council or a decision, which asks for the role there first."""
ASKED = """query($first: Int!, $after: String) { dossiers(first: $first, after: $after) {
  pageInfo { hasNextPage endCursor }
  nodes { id allowedSteps { step act allowed whoCan because { code rule message messageEn article } } } } }"""
CHUNKS = 3
EVERYBODY = "LAUREL_EVERYBODY" in os.environ
"""Have each act be tried by every account in every state (N-A13), instead of by all who may and one who may not."""
MORE_SAID = {("CONSULT", DossierStatus.CONSULTING), ("FORWARD_UP", DossierStatus.POSTED)}
"""More agencies may be asked; until when a list stands in public is said instead."""


@pytest.fixture
async def standings(province: Province) -> Standings:
    """Dossiers in every state."""
    return await stand(province)


async def allowed(province: Province, who: str | None) -> dict[str, dict[str, Any]]:
    """By dossier and step, what somebody is told."""
    found, after = {}, None
    while True:
        answer = await province.ask(who, ASKED, {"first": 100, "after": after})
        assert "errors" not in answer, answer["errors"]
        page = answer["data"]["dossiers"]
        found.update({node["id"]: {said["step"]: said for said in node["allowedSteps"]} for node in page["nodes"]})
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def asking(step: Step, name: str, standings: Standings, chamber: Chamber) -> tuple[str, dict[str, Any]] | None:
    """The act that takes a step of a dossier, with valid input; None where it is not one of the dossier's own."""
    dossier, lines = standings.kept[name], [f"DossierLine_{line}" for line in standings.lines[name]]
    id = f"Dossier_{dossier.id}"
    if not lines and "lineId" in _more(step, ""):
        return None
    line = "" if not lines else lines[0 if step is Step.PROPOSE_OTHER_FORM else -1]
    said: dict[str, Any] = {"id": id, "expectedVersion": dossier.version, "dryRun": True}
    if workflow()[step].reasoned:
        said["reason"] = "Có lý do chính đáng"
    own = workflow()[Step.AMEND].before
    match step:
        case Step.CONVENE if dossier.handler_id != standings.province.agencies["office"]:
            return None  # no council sits there
        case Step.CONVENE:
            return "conveneSession", {**chamber.calling({"id": id, "version": dossier.version}), "dryRun": True}
        case Step.VOID_DECISION | Step.VOID_ABOVE if (step is Step.VOID_ABOVE) is not (name == "decided above"):
            return None  # who decided says which of the two it is
        case Step.PUBLISH | Step.VOID_DECISION | Step.VOID_ABOVE if name not in standings.decisions:
            return None
        case Step.PUBLISH | Step.VOID_DECISION | Step.VOID_ABOVE:
            return ACTS[step], {**said, "id": f"Decision_{standings.decisions[name]}", "expectedVersion": 1}
        case Step.ASK_PARTY:
            return None
        case Step.ADVISE | Step.FAIL_COUNCIL:
            agrees = step is Step.ADVISE
            letter = {"agrees": agrees, "number": "5-CV/TU", "dated": str(today()), "reason": "Không đồng ý"}
            return None if dossier.status is DossierStatus.COUNCIL else ("recordPartyOpinion", {**said, **letter})
        case Step.ADD_DOCUMENT if dossier.status in own:
            return None
    return ACTS[step], {**said, **_more(step, line)}


def _more(step: Step, line: str) -> dict[str, Any]:
    """What else an act wants to be told."""
    day = str(today())
    return {
        Step.ASSIGN: {"appraiser": "appraiser"},
        Step.APPRAISE: {"lineId": line, "eligible": True},
        Step.PASS_APPRAISAL: {"lineId": line, "eligible": True},
        Step.FAIL_APPRAISAL: {"lineId": line, "eligible": False, "reason": "Không đạt"},
        Step.PROPOSE_OTHER_FORM: {"lineId": line, "awardType": "CSTDT"},
        Step.ACCEPT_OTHER_FORM: {"lineId": line},
        Step.DECLINE_OTHER_FORM: {"lineId": line},
        Step.ADD_DOCUMENT: {"document": {"kind": "OTHER", "title": "Công văn"}},
        Step.DECIDE: {"title": "Về việc tặng Bằng khen"},
        Step.DECIDE_ABOVE: {
            "title": "Về việc tặng Bằng khen",
            "signedOn": day,
            "number": "1/QĐ-TTg",
            "signerName": "Người ký",
            "signerTitle": "Thủ tướng",
        },
        Step.CONSULT: {"agencies": ["H37.51"], "question": "Đề nghị cho ý kiến"},
    }.get(step, {})


async def compare(
    province: Province, who: str, step: Step, told: dict[str, Any] | None, act: str, said: dict[str, Any], place: str
) -> None:
    """Look that an act does to somebody what they were told."""
    done = await province.act(who, act, said)
    kind, where = done["__typename"], (place, step.name, who, done)
    if told is None:
        assert kind == ("NotPermitted" if step in ELSEWHERE else "NotFound"), where
    elif not told["allowed"]:
        assert kind == told["because"][0]["code"], (*where, told)
        assert done["message"] == told["because"][0]["message"], where
        assert done.get("whoCan", told["whoCan"]) == told["whoCan"], where
    else:
        assert kind in ("Dossier", "Decision", "CouncilSession", "PublicPosting"), where


def asks(step: Step, told: dict[str, Any] | None) -> bool:
    """Whether an act can be asked whether this step may be taken: how the cases stand decides which step it is."""
    return told is None or told["allowed"] or step not in TOLD or told["because"][0]["code"] != "RuleNotMet"


def unseen_by_nominees(step: Step, dossier: rows.Dossier) -> bool:
    """Whether what a step's act is on is not theirs to see: a council, or a decision that is not published."""
    return step is Step.CONVENE or (step in ON_A_DECISION and dossier.status is not DossierStatus.PUBLISHED)


def chosen(chance: random.Random, known: dict[str, Any], id: str, step: Step) -> Iterator[str]:
    """Of a pair of state and step everybody who may, one who sees it and may not, and now and then one who does not."""
    if EVERYBODY:
        yield from known
        return
    told = {who: known[who][id].get(step.name) for who in known if id in known[who]}
    may = [who for who, said in told.items() if said and said["allowed"]]
    sees = [who for who, said in told.items() if said and not said["allowed"]]
    blind = [who for who in known if id not in known[who]]
    yield from may
    yield from chance.sample(sees, min(1, len(sees)))
    if blind and chance.random() < 0.1:
        yield chance.choice(blind)


@pytest.mark.parametrize("chunk", range(CHUNKS))
async def test_what_is_said_to_be_allowed_is_what_the_acts_do(
    province: Province, standings: Standings, chunk: int
) -> None:
    chamber, chance = await seated(province), random.Random(chunk)
    people = [*PEOPLE, *VERSATILE]
    known = {who: await allowed(province, who) for who in people}
    before = await traces(province)
    names = list(standings.kept)[chunk::CHUNKS]
    for name in names:
        id = f"Dossier_{standings.kept[name].id}"
        for step in ACTS:
            asked = asking(step, name, standings, chamber)
            if asked is None or asked[0] not in MUTATIONS:
                continue
            for who in chosen(chance, known, id, step):
                told = known[who].get(id, {}).get(step.name)
                if id in known[who] and told is None:  # a nominee, who is told of no steps
                    done = await province.act(who, *asked)
                    refusal = "NotFound" if unseen_by_nominees(step, standings.kept[name]) else "NotPermitted"
                    assert done["__typename"] == refusal, (name, step.name, who, done)
                elif asks(step, told):
                    await compare(province, who, step, told, *asked, name)
    assert await traces(province) == before, "rehearsals and refusals leave nothing"


async def test_a_step_is_allowed_in_the_states_of_the_table_and_in_no_other(
    province: Province, standings: Standings
) -> None:
    """N-B04: every pair that is not in the table is refused, whoever asks; every pair that is, says so or why not."""
    known = {who: await allowed(province, who) for who in [*PEOPLE, *VERSATILE]}
    for name, dossier in standings.kept.items():
        for who, seen in known.items():
            for step, said in seen.get(f"Dossier_{dossier.id}", {}).items():
                illegal = "IllegalStep" in [each["code"] for each in said["because"]]
                if (step, dossier.status) not in MORE_SAID:
                    assert illegal is (dossier.status not in workflow()[Step[step]].before), (name, who, step)


async def test_every_step_of_the_table_is_allowed_to_somebody_somewhere(
    province: Province, standings: Standings
) -> None:
    """Else the comparison above would compare refusals only."""
    may: set[str] = set()
    for who in (*PEOPLE, *VERSATILE):
        for steps in (await allowed(province, who)).values():
            may |= {step for step, said in steps.items() if said["allowed"]}
    assert {step.name for step in ACTS} - may == set()


async def test_whoever_lacks_the_role_may_take_no_step_in_any_state(province: Province, standings: Standings) -> None:
    """N-A13: by the table alone, whatever else stands against it."""
    for who, (role, _) in PEOPLE.items():
        for steps in (await allowed(province, who)).values():
            for name, said in steps.items():
                lacks = role not in workflow()[Step[name]].roles
                assert not (lacks and said["allowed"]), (who, name)
                assert not lacks or said["because"][0]["code"] == "NotPermitted", (who, name)


@pytest.mark.parametrize(
    ("name", "step", "rule"),
    [
        ("opinions awaited", "CONCLUDE_OPINIONS", "OPINIONS_AWAITED"),
        ("opinions overdue", "CONCLUDE_OPINIONS", None),
        ("posting runs", "END_POSTING", "POSTING_RUNNING"),
        ("posting runs", "FORWARD_UP", "POSTING_RUNNING"),
        ("posting over", "END_POSTING", None),
        ("nothing to post", "POST", "NOTHING_TO_POST"),
        ("unposted", "FORWARD_UP", "NOT_POSTED"),
        ("SIGNING", "FORWARD_UP", "DECIDED_HERE"),
        ("posted", "FORWARD_UP", None),
    ],
)
async def test_what_others_were_asked_is_said_before_the_act_refuses_by_it(
    province: Province, standings: Standings, name: str, step: str, rule: str | None
) -> None:
    who = "author"  # holds each of the roles
    said = (await allowed(province, who))[f"Dossier_{standings.kept[name].id}"][step]
    assert [each["rule"] for each in said["because"]] == [rule]
    assert said["allowed"] is (rule is None)


async def test_reasons_are_given_in_both_languages_with_an_article(province: Province, standings: Standings) -> None:
    for who in (*PEOPLE, *VERSATILE):
        for steps in (await allowed(province, who)).values():
            for said in steps.values():
                assert said["because"], said
                assert all(each["message"] and each["messageEn"] and each["article"] for each in said["because"])
                assert said["allowed"] == (said["because"][0]["code"] in ("RoleHeld", "DelegatedRole"))
                assert said["whoCan"]


async def test_nominees_and_the_public_are_told_of_no_steps(province: Province, standings: Standings) -> None:
    seen = await allowed(province, "nominee")
    assert seen
    assert not any(seen.values())
    assert await allowed(province, None) == {}


async def test_a_page_of_dossiers_with_their_steps_is_one_statement(
    province: Province, standings: Standings, engine: Engine
) -> None:
    before = engine.pool.sent
    answer = await province.ask("chairman", ASKED, {"first": 50, "after": None})
    assert len(answer["data"]["dossiers"]["nodes"]) == 50
    assert engine.pool.sent - before == 1


def test_every_step_is_an_act_or_begins_or_follows_and_every_act_is_in_the_schema() -> None:
    assert set(Step) == ACTS.keys() | BY_LAW
    assert not ACTS.keys() & BY_LAW
    assert set(ACTS.values()) - MUTATIONS.keys() == set()


def test_every_role_has_a_name_in_vietnamese() -> None:
    assert ROLES.keys() == set(Role)


async def test_a_role_that_was_lent_is_told_apart_from_ones_own(province: Province, standings: Standings) -> None:
    chief, secretary = province.viewers["chief"].account_id, province.viewers["secretary"]
    assert chief is not None
    lent = [held for held in province.viewers["chief"].holdings if held.role is Role.OFFICE_HEAD]
    holdings = (*secretary.holdings, *(replace(held, for_account_id=chief) for held in lent))
    province.viewers["secretary"] = replace(secretary, holdings=holdings)
    steps = (await allowed(province, "secretary"))[f"Dossier_{standings.kept['RECEIVED'].id}"]
    assert steps["HOLD"]["because"][0]["code"] == "DelegatedRole"
    assert "ủy quyền" in steps["HOLD"]["because"][0]["message"]
    assert await province.count(rows.Delegation) == 0
