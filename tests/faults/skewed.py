"""Laurel on a machine whose clock is wrong: by as many seconds as a file says, at any moment.

There is no library here that tells a process another time; so the clock is wrong where Laurel itself looks at it.
"""

from __future__ import annotations

import datetime as truth
import os
import sys
import time
from pathlib import Path
from typing import Any

CLOCK = "FAULTS_CLOCK"
"""The environment's name for the file."""
OURS = ("channels", "resolvers", "models", "schema")
_right = time.time


def wrong_by() -> float:
    """Seconds by which the clock is wrong now; none where there is no file."""
    try:
        return float(Path(os.environ[CLOCK]).read_text())
    except FileNotFoundError:
        return 0.0


class _Known(type):
    """Real moments are instances too."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, truth.datetime)


class Skewed(truth.datetime, metaclass=_Known):
    """`datetime` whose now is wrong; every moment it makes is a real one."""

    def __new__(cls, *said: Any, **more: Any) -> truth.datetime:  # type: ignore[misc]  # that is its purpose
        """A real moment."""
        return truth.datetime(*said, **more)  # noqa: DTZ001  the caller's zone, or none

    @classmethod
    def now(cls, tz: truth.tzinfo | None = None) -> truth.datetime:  # type: ignore[override]  # likewise
        """What a wrong clock shows."""
        return truth.datetime.now(tz) + truth.timedelta(seconds=wrong_by())


def main() -> None:
    """Run Laurel's command line by the wrong clock."""
    import channels.app
    from channels.cli import main as run

    assert channels.app
    time.time = lambda: _right() + wrong_by()
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in OURS and getattr(module, "datetime", None) is truth.datetime:
            module.datetime = Skewed  # type: ignore[attr-defined]  # it has it
    run()


if __name__ == "__main__":
    main()
