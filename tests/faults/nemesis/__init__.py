"""Who breaks things: each experiment is a function that does it to a world at work."""

from tests.faults.nemesis import database, doorbell, hostile, network, processes
from tests.faults.nemesis.catalogue import KNOWN

__all__ = ["KNOWN", "database", "doorbell", "hostile", "network", "processes"]
