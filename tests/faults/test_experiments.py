"""The short set of experiments, at most three minutes of them; the rest is run by `./run faults`."""

from __future__ import annotations

import asyncio
import faulthandler
import sys
from collections.abc import Callable, Iterator, Sequence

import pytest
import uvloop

from tests.faults import land
from tests.faults.__main__ import main
from tests.faults.nemesis import KNOWN, SHORT
from tests.faults.trial import Trials
from tests.faults.verdict import Verdict

HANGING = 1500
"""Seconds after which the run is ended: an experiment ends by itself, on the slowest machine too, long before."""

Trying = Callable[[Sequence[str]], Verdict]


def be_patient() -> None:
    """Have the run ended where an experiment hangs, instead of where it takes as long as other tests may."""
    faulthandler.dump_traceback_later(HANGING, exit=True, file=sys.__stderr__)


@pytest.fixture(scope="module")
def trying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trying]:
    """Servers on which one experiment after another is made, each fault lasting half as long."""
    be_patient()
    home, kept = tmp_path_factory.mktemp("faults"), tmp_path_factory.mktemp("histories")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        trials = Trials(home, runner.run(land.made(home)), kept, seed=1, pace=0.5)
        yield lambda keys: runner.run(trials.tried(*(KNOWN[key] for key in keys)))
        be_patient()
        runner.run(trials.aclose())


@pytest.mark.parametrize("keys", SHORT, ids=" ".join)
def test_what_must_hold_holds_and_what_a_control_breaks_is_found(trying: Trying, keys: Sequence[str]) -> None:
    be_patient()
    verdict = trying(keys)
    assert verdict.good, f"{', '.join(KNOWN[key].says for key in keys)}\n{verdict}"


def test_there_are_more_than_twenty_experiments_and_a_control() -> None:
    assert len(KNOWN) >= 25
    assert [each.key for each in KNOWN.values() if each.breaks] == ["F17"]


def test_experiments_are_listed_and_an_unknown_one_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", "F07"]) == 0
    assert capsys.readouterr().out == "F07     PostgreSQL crashes and comes back, three times\n"
    with pytest.raises(SystemExit):
        main(["F07", "F99"])
    assert "unknown: F99" in capsys.readouterr().err
