"""Caches keep what was used last, and no more than they have room for."""

from __future__ import annotations

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from resolvers.engine.recent import Ledger, Recent


class Owner(SimpleNamespace):
    """An operation, as far as its plans go."""

    plans: Recent[str, str]


def test_the_thing_used_last_is_forgotten_last() -> None:
    recent: Recent[int, str] = Recent(2)
    recent.put(1, "a")
    recent.put(2, "b")
    assert recent.get(1) == "a"
    recent.put(3, "c")
    assert recent.get(2) is None
    assert recent.get(1) == "a"


@given(st.lists(st.text(max_size=12), max_size=60))
def test_neither_number_nor_weight_is_passed_and_the_newest_is_there(keys: list[str]) -> None:
    recent: Recent[str, str] = Recent(5, 20, len)
    for key in keys:
        recent.put(key, key)
        assert recent.get(key) == key
        assert len(recent.kept) <= 5
        assert recent.held == sum(map(len, recent.kept)) <= 20


def test_what_is_too_heavy_is_not_kept() -> None:
    recent: Recent[str, str] = Recent(5, 3, len)
    assert recent.put("long", "x") == "x"
    assert (recent.get("long"), recent.held) == (None, 0)


def test_the_plans_of_all_operations_are_bounded_together() -> None:
    ledger, owners = Ledger(10), [Owner(plans=Recent(64)) for _ in range(3)]
    for owner in owners:
        owner.plans.put("k", "plan")
        ledger.add(owner, "k", 4)
    assert [owner.plans.get("k") for owner in owners] == [None, "plan", "plan"]
    assert ledger.held == 8


def test_an_operation_that_is_gone_is_no_burden() -> None:
    ledger, gone = Ledger(5), Owner(plans=Recent(64))
    ledger.add(gone, "k", 4)
    del gone
    last = Owner(plans=Recent(64))
    last.plans.put("k", "plan")
    ledger.add(last, "k", 4)
    assert (len(ledger.made), last.plans.get("k")) == (1, "plan")
