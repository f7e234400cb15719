"""Filters over the real schema: what each condition lets through, how they combine, and who may filter by what."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLInputObjectType, GraphQLList
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

import models as rows
from models.award_type import AwardType
from models.decision import DecisionStatus
from models.rule_set import CommendationType
from models.workflow import DossierStatus
from resolvers.engine.coerce import bare, inner
from schema import schema
from tests.province import Province

KINDS = {name: kind for name, kind in schema._schema.type_map.items() if name.endswith("Filter")}
FILTERS = {name: kind for name, kind in KINDS.items() if isinstance(kind, GraphQLInputObjectType)}
FOUND = "query($f: DossierFilter) { dossiers(first: 100, filter: $f) { totalCount nodes { title } } }"
DRAFTS = ("một", "hai", "ba", "bốn")


@pytest.fixture
async def desks(province: Province) -> Province:
    """The province with four dossiers: two drafts, and two on the office's desk."""
    kinds = (
        CommendationType.MERIT,
        CommendationType.UNEXPECTED,
        CommendationType.EXTERNAL_RELATIONS,
        CommendationType.MERIT,
    )
    named = (["an"], ["binh"], ["an", "team"], ["family"])
    async with province.sessions.begin() as session:
        award = (await session.scalars(select(AwardType.id).where(AwardType.code == "BK_T"))).one()
        for n, (title, kind, nominees) in enumerate(zip(DRAFTS, kinds, named, strict=True)):
            dossier = proposed(province, title, kind, sent=n in (1, 2))
            session.add(dossier)
            await session.flush()
            for place, nominee in enumerate(nominees):
                session.add(line(dossier, place + 1, province.nominees[nominee], award))
    return province


def proposed(province: Province, title: str, kind: CommendationType, sent: bool) -> rows.Dossier:
    agencies, drafter = province.agencies, province.viewers["officer"].account_id
    assert drafter is not None
    return rows.Dossier(
        title=f"Hồ sơ {title}",
        commendation_type=kind,
        agency_id=agencies["culture"],
        authority_id=agencies["province"],
        handler_id=agencies["office" if sent else "culture"],
        drafted_by_id=drafter,
        status=DossierStatus.SUBMITTED if sent else DossierStatus.DRAFT,
        submitted_at=datetime(2026, 3, 1, tzinfo=UTC) if sent else None,
    )


def line(dossier: rows.Dossier, position: int, nominee: UUID, award: UUID) -> rows.DossierLine:
    return rows.DossierLine(
        dossier_id=dossier.id,
        position=position,
        nominee_id=nominee,
        award_type_id=award,
        citation="Có thành tích",
        achievement_year=2025,
    )


async def titles(province: Province, filter: Any, who: str | None = "officer") -> set[str]:
    answer = await province.ask(who, FOUND, {"f": filter})
    assert "errors" not in answer, answer
    found = answer["data"]["dossiers"]
    assert found["totalCount"] == len(found["nodes"])
    return {node["title"].removeprefix("Hồ sơ ") for node in found["nodes"]}


def test_every_filter_combines_in_the_same_way() -> None:
    assert len(FILTERS) >= 9
    for name, kind in FILTERS.items():
        for joint in ("and", "or"):
            listed = bare(kind.fields[joint].type)
            assert isinstance(listed, GraphQLList)
            assert inner(listed) is kind, name
        assert kind.fields["not"].type is kind


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (None, {"một", "hai", "ba", "bốn"}),
        ({}, {"một", "hai", "ba", "bốn"}),
        ({"status": None, "or": None, "not": None}, {"một", "hai", "ba", "bốn"}),
        ({"status": "SUBMITTED"}, {"hai", "ba"}),
        ({"statuses": ["DRAFT", "SUBMITTED"]}, {"một", "hai", "ba", "bốn"}),
        ({"statuses": []}, set()),
        ({"commendationTypes": ["UNEXPECTED", "EXTERNAL_RELATIONS"]}, {"hai", "ba"}),
        ({"text": "HO SO BA"}, {"ba"}),
        ({"text": "%"}, set()),
        ({"agencyWithin": "H37"}, {"một", "hai", "ba", "bốn"}),
        ({"agencyWithin": "H37.11"}, set()),
        ({"agencyWithin": "không có"}, set()),
        ({"handlerWithin": "H37.02"}, {"hai", "ba"}),
        ({"authority": "H37"}, {"một", "hai", "ba", "bốn"}),
        ({"authority": "H37.10"}, set()),
        ({"awardType": "BK_T"}, {"một", "hai", "ba", "bốn"}),
        ({"awardType": "KHÔNG"}, set()),
        ({"movement": "Movement_00000000-0000-7000-8000-000000000000"}, set()),
        ({"appraiser": "Account_00000000-0000-4000-8000-000000000000"}, set()),
        ({"dueFrom": "2000-01-01"}, set()),
        ({"not": {"dueFrom": "2000-01-01"}}, {"một", "hai", "ba", "bốn"}),
        ({"not": {"receivedTo": "2000-01-01"}}, {"một", "hai", "ba", "bốn"}),
        ({"or": []}, set()),
        ({"and": []}, {"một", "hai", "ba", "bốn"}),
        ({"or": [{}]}, {"một", "hai", "ba", "bốn"}),
        ({"not": {}}, set()),
        ({"not": {"or": []}}, {"một", "hai", "ba", "bốn"}),
        ({"or": [{"status": "DRAFT"}, {"commendationType": "UNEXPECTED"}]}, {"một", "hai", "bốn"}),
        ({"and": [{"status": "SUBMITTED"}, {"commendationType": "UNEXPECTED"}]}, {"hai"}),
        ({"status": "DRAFT", "not": {"text": "mot"}}, {"bốn"}),
        ({"or": [{"and": [{"not": {"status": "DRAFT"}}, {"text": "ba"}]}, {"text": "mot"}]}, {"một", "ba"}),
    ],
)
async def test_dossiers_are_found_by(desks: Province, filter: Any, expected: set[str]) -> None:
    assert await titles(desks, filter) == expected


@pytest.mark.parametrize(("name", "kind"), [("movement", "Movement"), ("appraiser", "Account"), ("nominee", "Nominee")])
async def test_a_condition_takes_ids_of_one_type(province: Province, name: str, kind: str) -> None:
    for said in ("Agency_00000000-0000-4000-8000-000000000000", "nonsense"):
        for condition in ({name: said}, {"not": {"or": [{name: said}]}}):
            (error,) = (await province.ask("officer", FOUND, {"f": condition}))["errors"]
            assert error["extensions"] == {"code": "BAD_ID"}
            assert f"`{name}` takes an id of type {kind}, `{kind}_<uuid>`" in error["message"]


async def test_a_day_is_a_day_in_vietnam(desks: Province) -> None:
    evening, night = datetime(2026, 3, 1, 16, 59, tzinfo=UTC), datetime(2026, 3, 1, 17, 0, tzinfo=UTC)
    async with desks.sessions.begin() as session:
        for title, moment in (("hai", evening), ("ba", night)):
            row = rows.Dossier
            await session.execute(update(row).where(row.title == f"Hồ sơ {title}").values(created_at=moment))
    assert await titles(desks, {"createdTo": "2026-03-01"}) == {"hai"}
    assert await titles(desks, {"createdFrom": "2026-03-02", "createdTo": "2026-03-02"}) == {"ba"}
    assert await titles(desks, {"createdFrom": "0001-01-01", "createdTo": "9999-12-31"}) == set(DRAFTS)


async def test_a_nominee_filters_by_what_a_nominee_may_read(desks: Province) -> None:
    own, other = (f"Nominee_{desks.nominees[name]}" for name in ("an", "team"))
    assert await titles(desks, {"nominee": other}) == {"ba"}
    assert await titles(desks, {}, "nominee") == {"ba"}
    assert await titles(desks, {"nominee": own}, "nominee") == {"ba"}
    assert await titles(desks, {"nominee": other}, "nominee") == set()
    appraiser = f"Account_{desks.viewers['appraiser'].account_id}"
    async with desks.sessions.begin() as session:
        await session.execute(update(rows.Dossier).values(appraiser_id=desks.viewers["appraiser"].account_id))
    assert await titles(desks, {"appraiser": appraiser}) == set(DRAFTS)
    assert await titles(desks, {"appraiser": appraiser}, "nominee") == set()
    assert await titles(desks, {"not": {"appraiser": appraiser}}, "nominee") == {"ba"}


async def test_nothing_is_found_by_a_filter_that_is_not_seen_without(desks: Province) -> None:
    for who in (None, "stranger"):
        for filter in ({}, {"or": [{}]}, {"not": {"or": []}}, {"not": {"status": "DECIDED"}}):
            assert await titles(desks, filter, who) == set()


async def test_decisions_awards_and_nominees_are_found_by_what_was_given(desks: Province) -> None:
    async with desks.sessions.begin() as session:
        await commended(session, desks)
    asked = {
        'decisions(first: 9, filter: {awardType: "BK_T"})': (1, 1),
        'decisions(first: 9, filter: {awardType: "KHÔNG"})': (0, 0),
        "decisions(first: 9, filter: {status: ISSUED})": (1, 0),
        "decisions(first: 9, filter: {year: 2026})": (2, 1),
        'decisions(first: 9, filter: {publishedFrom: "2026-02-01"})': (1, 1),
        'decisions(first: 9, filter: {not: {publishedFrom: "2026-02-01"}})': (1, 0),
        f'decisions(first: 9, filter: {{nominee: "Nominee_{desks.nominees["binh"]}"}})': (1, 0),
        'awards(first: 9, filter: {awardTypes: ["BK_T"]})': (1, 1),
        "awards(first: 9, filter: {awardTypes: []})": (0, 0),
        "awards(first: 9, filter: {year: 2025, recipient: INDIVIDUAL})": (2, 1),
        f'awards(first: 9, filter: {{nominee: "Nominee_{desks.nominees["an"]}"}})': (1, 1),
        'nominees(first: 9, filter: {awardType: "BK_T"})': (1, 1),
        'nominees(first: 9, filter: {awardType: "CSTDCS"})': (1, 0),
        'nominees(first: 9, filter: {not: {awardType: "CSTDCS"}})': (3, 1),
        "nominees(first: 9, filter: {kinds: [COLLECTIVE, HOUSEHOLD]})": (2, 0),
    }
    for text, (staff, public) in asked.items():
        for who, expected in (("auditor", staff), (None, public)):
            answer = await desks.ask(who, f"{{ x: {text} {{ totalCount }} }}")
            assert answer == {"data": {"x": {"totalCount": expected}}}, (who, text)


async def commended(session: Any, province: Province) -> None:
    """One decision made public, giving one award; one not yet, giving another."""
    codes = dict((await session.execute(select(AwardType.code, AwardType.id))).all())
    for n, (nominee, award, published) in enumerate(
        (("an", "BK_T", datetime(2026, 2, 3, tzinfo=UTC)), ("binh", "CSTDCS", None))
    ):
        decision = rows.Decision(
            number=f"{n + 9}/QĐ-UBND",
            title="Về việc khen thưởng",
            agency_id=province.agencies["province"],
            signed_on=date(2026, 1, 31) + timedelta(days=n),
            signer_name="Người ký",
            signer_title="Chủ tịch",
            published_at=published,
            status=DecisionStatus.PUBLISHED if published else DecisionStatus.ISSUED,
        )
        session.add(decision)
        await session.flush()
        given = rows.Award(
            decision_id=decision.id,
            position=1,
            nominee_id=province.nominees[nominee],
            award_type_id=codes[award],
            agency_id=province.agencies["culture"],
            awarded_on=decision.signed_on,
            achievement_year=2025,
            citation="Có thành tích",
        )
        session.add(given)
        await session.flush()


async def test_a_cursor_of_another_filter_is_refused(desks: Province) -> None:
    text = (
        "query($f: DossierFilter, $c: String) { dossiers(first: 1, filter: $f, after: $c) { pageInfo { endCursor } } }"
    )
    filters = [{}, {"or": [{}]}, {"and": [{}]}, {"and": []}, {"not": {"status": "DECIDED"}}, {"status": "SUBMITTED"}]
    for asked in filters:
        answer = await desks.ask("officer", text, {"f": asked})
        cursor = answer["data"]["dossiers"]["pageInfo"]["endCursor"]
        for other in filters:
            again = await desks.ask("officer", text, {"f": other, "c": cursor})
            codes = [error["extensions"]["code"] for error in again.get("errors", ())]
            assert codes == ([] if other == asked else ["BAD_CURSOR"])


LEAVES = [
    {"status": "SUBMITTED"},
    {"commendationType": "UNEXPECTED"},
    {"text": "ba"},
    {"dueFrom": "2000-01-01"},
    {"handlerWithin": "H37.02"},
    {},
]
NESTED = st.recursive(
    st.sampled_from(LEAVES),
    lambda inside: (
        st.builds(lambda word, parts: {word: parts}, st.sampled_from(["and", "or"]), st.lists(inside, max_size=3))
        | st.builds(lambda part: {"not": part}, inside)
    ),
    max_leaves=6,
).filter(lambda made: depth(made) <= 4)


def depth(filter: dict[str, Any]) -> int:
    parts = [part for value in filter.values() for part in (value if isinstance(value, list) else [value])]
    return max((1 + depth(part) for part in parts if isinstance(part, dict)), default=0)


def holds(filter: dict[str, Any], title: str, simple: dict[str, set[str]]) -> bool:
    """The same by Python: what a leaf finds was asked of the schema alone."""
    word, value = next(iter(filter.items()), ("and", []))
    if word == "and":
        return all(holds(part, title, simple) for part in value)
    if word == "or":
        return any(holds(part, title, simple) for part in value)
    return not holds(value, title, simple) if word == "not" else title in simple[word]


@given(st.lists(NESTED, min_size=20, max_size=20))
@settings(max_examples=2, suppress_health_check=list(HealthCheck))
async def test_combined_filters_keep_the_laws_of_logic(desks: Province, filters: list[dict[str, Any]]) -> None:
    simple = {next(iter(leaf)): await titles(desks, leaf) for leaf in LEAVES if leaf}
    for filter in filters:
        expected = {title for title in DRAFTS if holds(filter, title, simple)}
        assert await titles(desks, filter) == expected, filter
