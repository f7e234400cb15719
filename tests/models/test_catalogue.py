"""The catalogue: complete, effective-dated, loaded as often as one likes, and refused whole when a file is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

import models as rows
from models import catalogue
from models.agency import AgencyKind
from models.award_type import AuthorityRight
from models.catalogue.entry import FILES

Sessions = async_sessionmaker[AsyncSession]
Spoil = Callable[[str, str, str], Path]

EXPECTED = set(
    """
    CSTDTQ CSTDT CSTDCS LDTT CSTT CTDCP CTDT TTLDXS DVQT TTLDTT DVTT XPTB TVH GDVH KHAC
    HC_SV HC_HCM HC_DL_I HC_DL_II HC_DL_III HC_QC_I HC_QC_II HC_QC_III HC_LD_I HC_LD_II HC_LD_III
    HC_BVTQ_I HC_BVTQ_II HC_BVTQ_III HC_CC_I HC_CC_II HC_CC_III HC_DDK HC_DC HC_HN
    HCH_QKQT HCH_VANTQ HCH_CSVV_I HCH_CSVV_II HCH_CSVV_III HCH_HN HCH_TNXP
    DH_TAH DH_BMVNAH DH_AHLLVT DH_AHLD DH_NGND DH_NGUT DH_TTND DH_TTUT DH_NSND DH_NSUT DH_NNND DH_NNUT
    GT_HCM GT_NN KNC_QH KNC_T BK_TTG BK_T GK_SO GK_XA GK_DN GK_DVTW GK_HUYEN
    """.split()  # noqa: SIM905  sixty codes in quotes would hide the list
)

END_OF_DISTRICTS = date(2025, 7, 1)


def on(row: type[rows.AwardType] | type[rows.Authority] | type[rows.RuleSet], day: date) -> ColumnElement[bool]:
    return (row.valid_from <= day) & or_(row.valid_to.is_(None), row.valid_to > day)


async def deciders(sessions: Sessions, code: str, day: date) -> dict[AgencyKind, bool]:
    """Who decides an award on a day, and whether that is confirmed."""
    async with sessions() as session:
        found = await session.execute(
            select(rows.Authority.agency_kind, rows.Authority.confirmed)
            .join(rows.AwardType, rows.AwardType.id == rows.Authority.award_type_id)
            .where(
                rows.AwardType.code == code,
                rows.Authority.right == AuthorityRight.DECIDES,
                on(rows.Authority, day),
            )
        )
        return {row.agency_kind: row.confirmed for row in found}


@pytest.fixture
def spoil(tmp_path: Path) -> Spoil:
    """A copy of the catalogue's files in which one text was replaced by another."""

    def spoilt(file: str, before: str, after: str) -> Path:
        copy = tmp_path / "catalogue"
        shutil.copytree(FILES, copy)
        text = (copy / file).read_text(encoding="utf-8")
        assert before in text
        (copy / file).write_text(text.replace(before, after, 1), encoding="utf-8")
        return copy

    return spoilt


async def test_every_award_of_the_law_is_in_the_catalogue(sessions: Sessions) -> None:
    async with sessions() as session:
        codes = set(await session.scalars(select(rows.AwardType.code)))
    assert codes == EXPECTED


async def test_every_award_has_names_in_both_languages_and_an_article(sessions: Sessions) -> None:
    async with sessions() as session:
        awards = list(await session.scalars(select(rows.AwardType)))
    assert all(award.name and award.name_en and award.article for award in awards)
    assert len({award.rank for award in awards}) == len(awards)


async def test_every_award_has_somebody_who_decides_it(sessions: Sessions) -> None:
    undecided = [code for code in sorted(EXPECTED) if not await deciders(sessions, code, date(2025, 1, 1))]
    assert undecided == []


async def test_what_was_not_read_in_the_law_is_marked_and_says_why(sessions: Sessions) -> None:
    async with sessions() as session:
        unconfirmed = list(await session.scalars(select(rows.AwardType).where(~rows.AwardType.confirmed)))
    assert {award.code for award in unconfirmed} == {"XPTB", "TVH"}
    assert all(award.note for award in unconfirmed)


async def test_a_district_decides_until_the_day_districts_end(sessions: Sessions) -> None:
    assert AgencyKind.DISTRICT in await deciders(sessions, "GK_HUYEN", date(2025, 6, 30))
    assert await deciders(sessions, "GK_HUYEN", END_OF_DISTRICTS) == {}
    assert (await deciders(sessions, "TTLDTT", date(2025, 6, 30)))[AgencyKind.DISTRICT]
    assert AgencyKind.DISTRICT not in await deciders(sessions, "TTLDTT", END_OF_DISTRICTS)


async def test_the_gap_that_districts_left_is_filled_without_confirmation(sessions: Sessions) -> None:
    assert (await deciders(sessions, "CSTDCS", END_OF_DISTRICTS))[AgencyKind.PROVINCE] is False
    assert await deciders(sessions, "TVH", END_OF_DISTRICTS) == {AgencyKind.COMMUNE: False, AgencyKind.WARD: False}


async def test_the_exemplary_commune_is_named_after_the_local_government_of_its_day(sessions: Sessions) -> None:
    async with sessions() as session:
        named = select(rows.AwardType.name).where(rows.AwardType.code == "XPTB")
        before = await session.scalar(named.where(on(rows.AwardType, date(2025, 6, 30))))
        after = await session.scalar(named.where(on(rows.AwardType, END_OF_DISTRICTS)))
    assert (before, after) == ("Xã, phường, thị trấn tiêu biểu", "Xã, phường, đặc khu tiêu biểu")


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2024, 1, 1), "VN-2022+98/2023"),
        (date(2025, 6, 30), "VN-2022+98/2023"),
        (END_OF_DISTRICTS, "VN-2022+152/2025"),
        (date(2026, 9, 30), "VN-2022+152/2025"),
        (date(2026, 10, 1), "VN-2026"),
    ],
)
async def test_one_rule_set_is_in_force_on_each_day(sessions: Sessions, day: date, code: str) -> None:
    async with sessions() as session:
        found = list(await session.scalars(select(rows.RuleSet).where(on(rows.RuleSet, day))))
    assert [rule_set.code for rule_set in found] == [code]
    assert found[0].provisional is (code == "VN-2026")
    assert found[0].processing_days == 15


async def test_loading_again_changes_nothing(database_url: str, sessions: Sessions) -> None:
    before = await everything(sessions)
    await catalogue.load(database_url)
    assert await everything(sessions) == before
    assert await catalogue.is_loaded(database_url)


async def everything(sessions: Sessions) -> list[set[str]]:
    """Every row of the catalogue as text, keys included."""
    async with sessions() as session:
        return [
            {str(row) for row in await session.execute(select(table.__table__))}
            for table in (rows.AwardType, rows.Authority, rows.RuleSet, rows.RequiredDocument)
        ]


async def test_a_changed_file_changes_the_row_and_keeps_its_key(
    database_url: str, sessions: Sessions, spoil: Spoil
) -> None:
    async with sessions() as session:
        key = await session.scalar(select(rows.AwardType.id).where(rows.AwardType.code == "LDTT"))
    await catalogue.load(database_url, files=spoil("award_types/emulation_titles.toml", "Advanced Labourer", "Worker"))
    async with sessions() as session:
        award = (await session.scalars(select(rows.AwardType).where(rows.AwardType.code == "LDTT"))).one()
    assert (award.id, award.name_en) == (key, "Worker")


async def test_an_award_that_is_superseded_ends_before_its_successor_begins(
    database_url: str, sessions: Sessions, spoil: Spoil
) -> None:
    files = spoil("award_types/emulation_titles.toml", 'article = "31"', 'article = "31"\nvalid_to = 2026-10-01')
    file = files / "award_types/emulation_titles.toml"
    family = file.read_text(encoding="utf-8").partition('code = "GDVH"')[2].partition("[[award_type]]")[0]
    later = family.replace("valid_to = 2026-10-01", "valid_from = 2026-10-01")
    file.write_text(f'{file.read_text(encoding="utf-8")}\n[[award_type]]\ncode = "GDVH"{later}', encoding="utf-8")
    await catalogue.load(database_url, files=files)
    async with sessions() as session:
        days = (
            select(rows.AwardType.valid_from).where(rows.AwardType.code == "GDVH").order_by(rows.AwardType.valid_from)
        )
        assert list(await session.scalars(days)) == [date(2024, 1, 1), date(2026, 10, 1)]


async def test_progress_is_told(database_url: str) -> None:
    told: list[tuple[str, int, int]] = []
    await catalogue.load(database_url, lambda what, done, total: told.append((what, done, total)))
    assert [what for what, _, _ in told] == [
        "hình thức · award types",
        "thẩm quyền · authorities",
        "bộ quy tắc · rule sets",
    ]
    assert all(0 < done <= total for _, done, total in told)


@pytest.mark.parametrize(
    ("file", "before", "after", "says"),
    [
        (
            "award_types/certificates.toml",
            'article = "74"',
            'article = "174"',
            "certificates.toml, line {line}, [[award_type]]: `article` is '174': "
            "write an article of the law, 1 to 96, like 79.4",
        ),
        (
            "award_types/certificates.toml",
            'code = "BK_TTG"',
            'code = "bk ttg"',
            "certificates.toml, line {line}, [[award_type]]: `code` is 'bk ttg': write a code like [A-Z][A-Z0-9_]+",
        ),
        (
            "award_types/certificates.toml",
            "valid_to = 2025-07-01",
            "valid_to = 2023-07-01",
            "certificates.toml, line {line}, [[award_type]]: `valid_to` is 2023-07-01: "
            "write a day after `valid_from`, 2024-01-01",
        ),
        (
            "award_types/certificates.toml",
            "valid_to = 2025-07-01",
            'valid_to = "1-7-2025"',
            "certificates.toml, line {line}, [[award_type]]: `valid_to` is '1-7-2025': write a day like 2025-07-01",
        ),
        (
            "award_types/certificates.toml",
            "valid_to = 2025-07-01",
            "valid_too = 2025-07-01",
            "certificates.toml, line {line}, [[award_type]]: `valid_too` is no key of a [[award_type]]: write [",
        ),
        (
            "authorities.toml",
            '"CTDCP"]',
            '"CTDPC"]',
            "authorities.toml, line {line}, [[authority]]: `awards` has 'CTDPC', which is no award of award_types/",
        ),
        (
            "authorities.toml",
            'agency_kinds = ["PRESIDENT"]',
            'agency_kinds = ["KING"]',
            "authorities.toml, line {line}, [[authority]]: `agency_kinds` has 'KING': write one of PRESIDENT, ",
        ),
        (
            "rule_sets.toml",
            "valid_from = 2024-01-01",
            "valid_from =",
            "rule_sets.toml: Invalid value",
        ),
        (
            "required_documents.toml",
            '"VN-2026"]',
            '"VN-2027"]',
            "required_documents.toml, line {line}, [[required_document]]: `rule_sets` has 'VN-2027', "
            "which is no rule set of rule_sets.toml",
        ),
    ],
)
async def test_a_wrong_file_is_refused_with_its_place_and_nothing_is_written(
    database_url: str, sessions: Sessions, spoil: Spoil, file: str, before: str, after: str, says: str
) -> None:
    held, files = await everything(sessions), spoil(file, before, after)
    line = (files / file).read_text(encoding="utf-8").partition(after)[0].count("\n") + 1
    with pytest.raises(catalogue.CatalogueError) as refused:
        await catalogue.load(database_url, files=files)
    assert str(refused.value).startswith(says.format(line=line))
    assert await everything(sessions) == held


def test_two_entries_of_one_award_on_one_day_are_refused(spoil: Spoil) -> None:
    files = spoil("award_types/emulation_titles.toml", "valid_to = 2025-07-01", "valid_to = 2025-07-02")
    with pytest.raises(
        catalogue.CatalogueError, match=r"line \d+, .* XPTB has two entries on one day: end the earlier"
    ):
        catalogue.read(files)


def test_what_is_not_confirmed_must_say_what_is_open(spoil: Spoil) -> None:
    files = spoil("deadlines.toml", "note = ", "# note = ")
    with pytest.raises(catalogue.CatalogueError, match="`confirmed` is false: write in `note` what is open"):
        catalogue.read(files)
