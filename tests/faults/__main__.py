"""`./run faults`: Laurel while servers crash, freeze, fill up and lose each other, and a checker of what must hold.

./run faults                     all experiments, each with the seed 1
./run faults F07 F19 --seed 5    these, by another chance
./run faults --short             those that the tests make, several in one world
./run faults --list              what there is
./run faults F50 --pace 4        a fault lasts four times as long
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import uvloop
from rich.console import Console

from channels.obstacles import CannotStart
from channels.settings import Settings
from tests.faults import land
from tests.faults.nemesis import KNOWN, SHORT
from tests.faults.trial import Trials

out = Console(highlight=False, soft_wrap=True, markup=False)


async def tried(worlds: Sequence[Sequence[str]], seed: int, pace: float) -> list[str]:
    """Make these experiments, and say what each world came to; gives those that did not end as they should."""
    kept = Settings().data / "faults"
    kept.mkdir(parents=True, exist_ok=True)
    home, failed = Path(tempfile.mkdtemp(prefix="laurel-faults-")), []
    try:
        async with aclosing(Trials(home, await land.made(home), kept, seed, pace)) as trials:
            for keys in worlds:
                for key in keys:
                    out.print(f"{key} · {KNOWN[key].says} · seed {seed}", style="bold")
                verdict = await trials.tried(*(KNOWN[key] for key in keys))
                out.print(str(verdict))
                if not verdict.good:
                    failed += keys
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return failed


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; the exit code."""
    parser = argparse.ArgumentParser("./run faults", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("experiments", nargs="*", help="their numbers; all by default")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same choices (1)")
    parser.add_argument("--pace", type=float, default=1.0, help="how many times as long a fault lasts (1)")
    parser.add_argument("--short", action="store_true", help="those that the tests make, as they make them")
    parser.add_argument("--list", action="store_true", help="say what there is")
    chosen = parser.parse_args(arguments)
    if unknown := [key for key in chosen.experiments if key not in KNOWN]:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(sorted(KNOWN))}")
    keys = chosen.experiments or sorted(KNOWN)
    if chosen.list:
        for key in keys:
            out.print(f"{key:7} {KNOWN[key].says}")
        return 0
    worlds = SHORT if chosen.short else [(key,) for key in keys]
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            failed = runner.run(tried(worlds, chosen.seed, chosen.pace))
    except CannotStart as obstacle:
        out.print(f"✗ {obstacle.vietnamese}\n  {obstacle.english}")
        return 1
    out.print(f"✗ {' '.join(failed)}" if failed else f"✓ {sum(map(len, worlds))}", style="bold")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
