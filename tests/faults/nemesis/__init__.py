"""Who breaks things: each experiment is a function that does it to a world at work."""

from tests.faults.nemesis import (
    database,
    disk,
    doorbell,
    files,
    hostile,
    identity,
    network,
    numbering,
    processes,
    releases,
    restoring,
)
from tests.faults.nemesis.catalogue import KNOWN

SHORT = (("F19", "F31", "F13", "F28", "F07", "F02"), ("F17",))
"""What the tests try: some after another in one world, the one in which a server ends last; then the control, for it
harms the data."""

__all__ = [
    "KNOWN",
    "SHORT",
    "database",
    "disk",
    "doorbell",
    "files",
    "hostile",
    "identity",
    "network",
    "numbering",
    "processes",
    "releases",
    "restoring",
]
