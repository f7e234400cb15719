"""Budgets as an installation changes them."""

from __future__ import annotations

import pytest

from channels.budgets import AD_HOC, BUDGETS, PUBLIC, SIGN_IN, Budget, Rates, rates
from channels.obstacles import BadSetting
from channels.settings import Settings


def kept(said: str) -> dict[str, Budget]:
    return {budget.name: budget for budget in rates(said).budgets()}


def test_unless_anything_is_said_the_budgets_are_as_they_were_agreed() -> None:
    assert Settings().rates == Rates()
    assert Rates().budgets() == list(BUDGETS)
    agreed = {budget.name: (budget.points, budget.seconds, budget.most, budget.alone) for budget in BUDGETS}
    assert agreed == {
        "public": (300, 60, 100, 0),
        "search": (60, 60, 60, 0),
        "citizen": (1_000, 60, 1_000, 0),
        "officer": (5_000, 60, 5_000, 0),
        "analyst": (20_000, 60, 20_000, 0),
        "mutations": (120, 60, 120, 0),
        "ad-hoc": (2, 60, 2, 1),
        "sign-in": (10, 900, 10, 3),
        "sign-in-address": (100, 900, 100, 30),
        "tracking": (10, 60, 10, 3),
        "comments": (5, 3_600, 5, 1),
        "uploads": (100, 3_600, 100, 20),
    }


def test_budgets_grow_together_or_one_by_one_and_all_of_a_budget_alike() -> None:
    assert kept("none") == {}
    assert kept("x10")["public"] == Budget("public", 3_000, burst=1_000)
    changed = kept("public=600, sign-in=5")
    assert changed["public"] == Budget("public", 600, burst=200)
    assert changed["sign-in"] == Budget("sign-in", 5, SIGN_IN.seconds, alone=2)
    assert changed["ad-hoc"] == AD_HOC
    assert kept("public=600,x2")["public"].points == 1_200
    assert (PUBLIC.points, PUBLIC.lease, PUBLIC.trust) == (300, 25, 10)
    assert (SIGN_IN.lease, SIGN_IN.trust, SIGN_IN.apart.most) == (1, 0, 3)


@pytest.mark.parametrize(
    "said", ["x0", "x", "public", "public=0", "public=-1", "nobody=5", "public=9e9", "10", ",", "x٣"]
)
def test_what_is_no_rate_is_refused_by_its_name(said: str) -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.from_environment({"LAUREL_RATES": said})
    assert "LAUREL_RATES" in str(refused.value)
    assert "public=600" in str(refused.value)


def test_proxies_are_named_by_address_or_network() -> None:
    said = Settings.from_environment({"LAUREL_PROXIES": "10.0.0.5, 192.168.1.7/24,::1"})
    assert said.proxies == ("10.0.0.5/32", "192.168.1.0/24", "::1/128")
    assert Settings().proxies == ()
    with pytest.raises(BadSetting, match="LAUREL_PROXIES"):
        Settings.from_environment({"LAUREL_PROXIES": "proxy.example.vn"})
