"""Prize money: the multiples of each award, the base salary of the day, who pays."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from models.agency import AgencyKind
from models.catalogue import law
from models.catalogue.money import base_salaries, prize_money, prizes, proposer_pays
from models.nominee import NomineeKind

DAY = date(2025, 8, 1)


def amount(code: str, kind: NomineeKind = NomineeKind.INDIVIDUAL, on: date = DAY) -> int | None:
    money = prize_money(code, kind, on)
    return money and money.amount


def test_fourteen_collectives_and_fifty_four_individuals_cost_287_820_000_dong() -> None:
    collective, individual = amount("BK_T", NomineeKind.COLLECTIVE), amount("BK_T")
    assert collective is not None
    assert individual is not None
    assert 14 * collective + 54 * individual == 287_820_000


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("CSTDTQ", NomineeKind.INDIVIDUAL, 10_530_000),
        ("LDTT", NomineeKind.INDIVIDUAL, 702_000),
        ("BK_T", NomineeKind.HOUSEHOLD, 5_265_000),
        ("GK_XA", NomineeKind.HOUSEHOLD, 1_053_000),
        ("BK_T", NomineeKind.FOREIGN_PARTY, 3_510_000),
        ("HC_SV", NomineeKind.COLLECTIVE, 215_280_000),
        ("CSTDCS", NomineeKind.COLLECTIVE, None),
        ("DH_AHLD", NomineeKind.INDIVIDUAL, None),
    ],
)
def test_an_award_brings_its_multiple_of_the_base_salary_in_whole_dong(
    code: str, kind: NomineeKind, said: int | None
) -> None:
    assert amount(code, kind) == said


def test_no_amount_is_named_for_days_no_source_tells_of() -> None:
    assert amount("BK_T", on=date(2025, 6, 30)) is None
    assert amount("BK_T", on=date(2025, 7, 1)) == 3_510_000


def test_what_was_not_read_in_an_instrument_is_told_as_unconfirmed() -> None:
    money = prize_money("BK_T", NomineeKind.INDIVIDUAL, DAY)
    assert money is not None
    assert (money.multiple, money.base_salary, money.confirmed) == (1.5, 2_340_000, False)
    assert "11" in money.article


def test_a_collective_gets_twice_and_a_household_one_and_a_half_times_what_an_individual_does() -> None:
    for prize in prizes():
        one = prize.multiples.get("individual")
        if one is not None:
            assert prize.multiples.get("collective") in (None, 2 * one)
            assert prize.multiples.get("household") in (None, one * 3 / 2)


def test_every_award_named_is_in_the_catalogue_and_none_twice() -> None:
    named = [code for prize in prizes() for code in prize.award_codes]
    assert len(set(named)) == len(named)
    assert set(named) <= {award.code for award in law.read().award_types}


def test_one_base_salary_holds_on_a_day() -> None:
    salaries = sorted(base_salaries(), key=lambda salary: salary.valid_from)
    assert all(one.valid_to == other.valid_from for one, other in pairwise(salaries))
    assert salaries[-1].valid_to is None


def test_whoever_proposed_pays_for_awards_of_the_state_and_whoever_decided_for_all_others() -> None:
    assert {kind for kind in AgencyKind if proposer_pays(kind)} == {
        AgencyKind.PRESIDENT,
        AgencyKind.GOVERNMENT,
        AgencyKind.PRIME_MINISTER,
    }
