"""Rights: by which roles somebody acts, their own before those delegated to them, and how far each reaches."""

from __future__ import annotations

from uuid import uuid4

import pytest

from models.access import Audience, Holding, Permission, Role, viewer_of

ME, CHIEF, HALL = uuid4(), uuid4(), uuid4()
OWN = Holding(Role.AGENCY_HEAD, HALL, "h37.hall")
LENT = Holding(Role.AGENCY_HEAD, HALL, "h37.hall", for_account_id=CHIEF, for_nominee_id=uuid4())


def test_ones_own_role_comes_before_the_same_one_by_delegation() -> None:
    viewer = viewer_of(ME, None, (LENT, OWN))
    assert viewer.holding(frozenset({Role.AGENCY_HEAD}), "h37.hall") == [OWN, LENT]


def test_a_delegated_role_lets_one_see_what_its_own_holder_sees() -> None:
    own, lent = (viewer_of(ME, None, (each,)) for each in (OWN, LENT))
    assert own.proposes_in == lent.proposes_in == ("h37.hall",)
    assert lent.permissions == own.permissions == {Permission.READ_PERSONAL_DATA}
    assert (own.audience, own.nominees) == (Audience.STAFF, frozenset())
    assert lent.nominees == {LENT.for_nominee_id}


@pytest.mark.parametrize(
    ("path", "reached"), [("h37.hall", True), ("h37.hall.unit", True), ("h37", False), ("h37.hallway", False)]
)
def test_a_role_reaches_its_agency_and_those_under_it_and_no_other(path: str, reached: bool) -> None:
    assert OWN.reaches(path) is reached
    assert viewer_of(ME, None, (OWN,)).holds(frozenset({Role.AGENCY_HEAD}), path) is reached


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_only_an_administrator_administers(role: Role) -> None:
    paths = viewer_of(ME, None, (Holding(role, HALL, "h37"),)).administers_in
    assert paths == (("h37",) if role is Role.ADMINISTRATOR else ())
