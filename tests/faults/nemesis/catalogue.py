"""All experiments by their numbers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tests.faults.experiment import Experiment, World

Fault = Callable[[World], Awaitable[None]]
KNOWN: dict[str, Experiment] = {}


def experiment(key: str, says: str, **more: Any) -> Callable[[Fault], Fault]:
    """Make a fault an experiment."""

    def known(fault: Fault) -> Fault:
        KNOWN[key] = Experiment(key, says, fault, **more)
        return fault

    return known
