"""The voting rules: whole, each with where it comes from, the closest taken, and a file that cannot be refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

import models as rows
from models import catalogue
from models.council_ballot import BallotKind
from models.council_rule import VoteBase, rule_for
from models.refusals import RuleNotMet
from models.rule_set import CommendationType

Sessions = async_sessionmaker[AsyncSession]
FOLDER = Path(catalogue.__file__).parent


async def ruled(sessions: Sessions, award: str, commendation: CommendationType) -> rows.CouncilRule:
    """The rule of an award under the newest rule set."""
    async with sessions() as session:
        newest = select(rows.RuleSet.id).order_by(rows.RuleSet.valid_from.desc()).limit(1).scalar_subquery()
        rules = list(await session.scalars(select(rows.CouncilRule).where(rows.CouncilRule.rule_set_id == newest)))
        kinds = await session.scalars(select(rows.AwardType).where(rows.AwardType.code == award))
        return rule_for(rules, kinds.all()[-1], commendation)


async def test_every_award_has_a_rule_in_every_rule_set(sessions: Sessions) -> None:
    async with sessions() as session:
        rules = list(await session.scalars(select(rows.CouncilRule)))
        sets = list(await session.scalars(select(rows.RuleSet.id)))
        awards = list(await session.scalars(select(rows.AwardType)))
    for rule_set in sets:
        own = [rule for rule in rules if rule.rule_set_id == rule_set]
        for award in awards:
            for commendation in CommendationType:
                assert rule_for(own, award, commendation).article


@pytest.mark.parametrize("award", ["CSTDT", "CSTDTQ", "DH_AHLD", "DH_AHLLVT"])
async def test_high_titles_need_nine_tenths_of_the_members_in_secret(sessions: Sessions, award: str) -> None:
    rule = await ruled(sessions, award, CommendationType.MERIT)
    assert (rule.needed, rule.ballot, rule.threshold, rule.more_than) == (True, BallotKind.SECRET, "9/10", False)
    assert (rule.base, rule.confirmed) == (VoteBase.MEMBERS, False)
    assert rule.note


@pytest.mark.parametrize("commendation", [CommendationType.MERIT, CommendationType.UNEXPECTED])
async def test_the_provinces_certificate_needs_no_council_as_shipped(
    sessions: Sessions, commendation: CommendationType
) -> None:
    rule = await ruled(sessions, "BK_T", commendation)
    assert (rule.needed, rule.ballot, rule.threshold, rule.more_than) == (False, BallotKind.OPEN, "1/2", True)


@pytest.mark.parametrize("award", ["HC_SV", "HC_HCM", "HC_DL_I", "DH_NGND", "DH_TTND", "CSTDTQ", "DH_AHLD"])
async def test_the_party_is_asked_about_what_the_old_circular_names(sessions: Sessions, award: str) -> None:
    assert (await ruled(sessions, award, CommendationType.MERIT)).party_opinion


async def test_an_award_goes_before_its_class_and_its_class_before_the_procedure(sessions: Sessions) -> None:
    async with sessions() as session:
        rules = list(await session.scalars(select(rows.CouncilRule)))
        award = (await session.scalars(select(rows.AwardType).where(rows.AwardType.code == "CSTDT"))).all()[0]
    assert rule_for(rules, award, CommendationType.UNEXPECTED).award_code == "CSTDT"


async def test_without_a_rule_it_is_said_what_is_missing(sessions: Sessions) -> None:
    async with sessions() as session:
        award = (await session.scalars(select(rows.AwardType).where(rows.AwardType.code == "BK_T"))).all()[0]
    with pytest.raises(RuleNotMet) as found:
        rule_for([], award, CommendationType.MERIT)
    assert (found.value.rule, found.value.remedy) == ("NO_COUNCIL_RULE", "BK_T")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('at_least = "9/10"', 'at_least = "10/9"', "at most one"),
        ('at_least = "9/10"', "at_least = 0.9", "at_least"),
        ('awards = ["CSTDT", "DH_AHLLVT"]', 'awards = ["CSTDT", "NONE"]', "NONE"),
        ('awards = ["CSTDT", "DH_AHLLVT"]', 'awards = ["CSTDT", "CSTDTQ"]', "said twice"),
        ('quorum = "2/3"', 'quorum = "2/3"\nquorums = "1/2"', "quorums"),
        ('ballot = "SECRET"', 'ballot = "HIDDEN"', "OPEN, SECRET"),
        ("needed = true", "needed = true\nchair_breaks_ties = true", "more_than"),
    ],
)
def test_a_file_that_cannot_be_is_refused_with_its_place(tmp_path: Path, before: str, after: str, said: str) -> None:
    copy = tmp_path / "catalogue"
    shutil.copytree(FOLDER, copy)
    file = copy / "council_rules.toml"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(catalogue.CatalogueError, match=r"council_rules\.toml, line \d+") as found:
        catalogue.read(copy)
    assert said in str(found.value)


async def test_rules_of_a_file_are_loaded_as_often_as_one_likes(sessions: Sessions, database_url: str) -> None:
    async with sessions() as session:
        before = set(await session.scalars(select(rows.CouncilRule.id)))
    await catalogue.load(database_url)
    async with sessions() as session:
        after = set(await session.scalars(select(rows.CouncilRule.id)))
    assert before == after
    assert before
