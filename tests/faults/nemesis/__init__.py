"""Who breaks things: each experiment is a function that does it to a world at work."""

from tests.faults.nemesis import processes
from tests.faults.nemesis.catalogue import KNOWN

__all__ = ["KNOWN", "processes"]
