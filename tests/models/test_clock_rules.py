"""The files of limits and clocks: what they must say, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import clock
from models.catalogue.deadline import Stage, clocks, deadlines
from models.catalogue.entry import FILES, CatalogueError
from models.rule_set import CommendationType

LIMIT = (
    '[[deadline]]\nrule_sets = ["A"]\nname = "x"\nname_en = "x"\nconfirmed = true\nstage = "{stage}"\n'
    "working_days = {days}\n"
)
WHOLE = "".join(LIMIT.format(stage=stage.name, days="1.0") for stage in Stage)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (LIMIT.format(stage="SIGNING", days="1.0"), "no limit for RECEPTION"),
        (WHOLE + LIMIT.format(stage="SIGNING", days="2.0"), "SIGNING has two limits"),
        (WHOLE.replace("1.0", "0.75"), "write whole or half days"),
        (WHOLE.replace("SIGNING", "WAITING"), "write one of RECEPTION"),
    ],
)
def test_limits_that_leave_a_stage_open_are_refused(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "deadlines.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError, match=problem):
        deadlines(tmp_path / "deadlines.toml")


def test_a_type_of_commendation_may_have_limits_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = LIMIT.format(stage="SIGNING", days="0.5") + 'commendation_types = ["UNEXPECTED"]\n'
    (tmp_path / "deadlines.toml").write_text(WHOLE + own, encoding="utf-8")
    said = deadlines(tmp_path / "deadlines.toml")
    monkeypatch.setattr(clock, "_deadlines", lambda: said)
    assert clock.limits("A", CommendationType.UNEXPECTED)["SIGNING"] == 1
    assert clock.limits("A", CommendationType.MERIT)["SIGNING"] == 2


CLOCKS = (FILES / "clocks.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (CLOCKS.replace('"SIGNING", "RESULT', '"RESULT'), "nothing is said of SIGNING"),
        (CLOCKS.replace('["HELD"]', '["HELD", "SIGNING"]'), "SIGNING is said twice"),
        (CLOCKS.replace('stage = "SIGNING"\n', ""), "one that is RUNNING of one"),
        (CLOCKS.replace('"DRAFT", "DELETED"', '"DRAUGHT", "DELETED"'), "write one of DRAFT"),
    ],
)
def test_clocks_that_leave_a_state_open_are_refused(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "clocks.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError, match=problem):
        clocks(tmp_path / "clocks.toml")
