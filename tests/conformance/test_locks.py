"""What conformance installs is pinned and hashed, and no lock says where from."""

from __future__ import annotations

import json
import re

import pytest

from tests.conformance import apart, node
from tests.conformance.suites import SUITES

FOLDERS = tuple(dict.fromkeys(suite.folder for suite in SUITES if suite.npm))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_npm_packages_are_named_exactly_and_hashed_and_no_address_is_kept(folder: node.Path) -> None:
    wanted = json.loads((folder / "package.json").read_text("utf-8"))
    lock = json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted["dependencies"].values())
    packages = {name: said for name, said in lock.items() if name}
    assert packages
    assert all("integrity" in said and "resolved" not in said for said in packages.values())


def test_so_are_those_from_pypi() -> None:
    lock = apart.LOCK.read_text("utf-8")
    pinned = [line for line in lock.splitlines() if "==" in line]
    assert "://" not in lock
    assert len(pinned) > 20
    assert all(line.endswith("\\") for line in pinned), "each is followed by its hashes"


def test_every_suite_has_its_script() -> None:
    assert all(suite.file.is_file() for suite in SUITES)
