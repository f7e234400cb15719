"""In which order the cores take the files of the suite: the dearest first, so that none is left for the end."""

from __future__ import annotations

from collections import Counter

import pytest

DEAREST = (
    "tests/faults/test_experiments.py",
    "tests/schema/test_rights_unseen.py",
    "tests/channels/test_workers.py",
    "tests/schema/test_oracle.py",
    "tests/schema/test_rights.py",
    "tests/schema/test_indexes.py",
    "tests/schema/test_allowed_steps.py",
    "tests/models/test_demo_load.py",
    "tests/schema/test_ways.py",
    "tests/channels/test_database_away.py",
    "tests/test_readme.py",
    "tests/channels/embedded/test_servers.py",
    "tests/channels/test_limits_faults.py",
    "tests/channels/test_pages_in_chromium.py",
    "tests/channels/files/test_signed.py",
    "tests/faults/test_journal.py",
    "tests/test_packages.py",
    "tests/faults/test_feed_database.py",
    "tests/schema/test_lives.py",
)
"""Files of few tests that take a quarter of a minute and more. How long the others take, their number of tests says."""


def dearest_first(items: list[pytest.Item]) -> None:
    """Sort tests so; those of a file stay together, in their order."""
    many = Counter(map(file_of, items))
    place = {file: number for number, file in enumerate(DEAREST)}
    items.sort(key=lambda item: (place.get(file_of(item), len(place)), -many[file_of(item)], file_of(item)))


def file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
