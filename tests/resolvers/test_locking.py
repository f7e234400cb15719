"""The statements that acts begin with: made once, and never with anybody's values in their text."""

from __future__ import annotations

from uuid import uuid4

from models.access import Audience, Viewer
from models.dossier import Dossier, visible_dossier
from resolvers.dossier_steps import DESKS
from resolvers.locking import as_shown_to, beside_claim, locked


def staff(path: str) -> Viewer:
    return Viewer(Audience.STAFF, account_id=uuid4(), handles_in=(path,))


def test_who_see_alike_share_one_lock_and_who_they_are_is_a_value_in_it() -> None:
    one, other = staff("h37.office"), staff("h37.culture")
    mine, my_values = as_shown_to(one, locked, Dossier, visible_dossier, DESKS)
    theirs, their_values = as_shown_to(other, locked, Dossier, visible_dossier, DESKS)
    assert mine is theirs
    assert beside_claim(mine) is beside_claim(theirs)
    assert my_values["viewer_handles_in"] == ("h37.office",)
    assert their_values["viewer_account_id"] == other.account_id
    assert "h37" not in str(mine)


def test_whoever_sees_otherwise_is_given_another_lock() -> None:
    theirs, _ = as_shown_to(Viewer(Audience.NOMINEE, nominee_id=uuid4()), locked, Dossier, visible_dossier, DESKS)
    ours, _ = as_shown_to(staff("h37"), locked, Dossier, visible_dossier, DESKS)
    assert theirs is not ours
    assert "viewer_nominee_id" in str(theirs)
    assert "viewer_nominee_id" not in str(ours)
