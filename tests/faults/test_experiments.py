"""The short set of experiments, three minutes of them; the rest is run by `./run faults`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.faults import land
from tests.faults.__main__ import main
from tests.faults.nemesis import KNOWN
from tests.faults.trial import Trials

SHORT = ("F02", "F07", "F13", "F19", "F28", "F31", "F34", "F17")
"""The control last: it needs servers of its own."""


@pytest.fixture(scope="module")
async def trials(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Trials]:
    """Servers on which one experiment after another is made, each fault lasting half as long."""
    home, kept = tmp_path_factory.mktemp("faults"), tmp_path_factory.mktemp("histories")
    async with Trials(home, await land.made(home), kept, seed=1, pace=0.5) as trials:
        yield trials


@pytest.mark.parametrize("key", SHORT)
async def test_what_must_hold_holds_and_what_a_control_breaks_is_found(trials: Trials, key: str) -> None:
    verdict = await trials.tried(KNOWN[key])
    assert verdict.good, f"{key}: {KNOWN[key].says}\n{verdict}"


def test_there_are_more_than_twenty_experiments_and_a_control() -> None:
    assert len(KNOWN) >= 25
    assert [each.key for each in KNOWN.values() if each.breaks] == ["F17"]


def test_experiments_are_listed_and_an_unknown_one_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", "F07"]) == 0
    assert capsys.readouterr().out == "F07     PostgreSQL crashes and comes back, three times\n"
    with pytest.raises(SystemExit):
        main(["F07", "F99"])
    assert "unknown: F99" in capsys.readouterr().err
