"""The four floors are this folder's, not packages of the same names from elsewhere."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("models", "resolvers", "schema", "channels")


@pytest.mark.parametrize("floor", FLOORS)
def test_a_floor_is_ours(floor: str) -> None:
    assert Path(str(importlib.import_module(floor).__file__)) == ROOT / floor / "__init__.py"


def test_what_serves_loads_no_django_channels_no_inventor_of_demo_data_and_nothing_that_reads_whole_pdfs() -> None:
    program = """if True:
        import sys, channels.app, channels.cli, channels.database
        unwanted = "strawberry.channels", "models.demo", "pyhanko", "aiohttp"
        print(*[name for name in sys.modules if name.startswith(unwanted)])"""
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout == "\n"


def test_a_server_loads_neither_what_colours_tracebacks_nor_what_writes_pages_nor_the_worlds_holidays() -> None:
    program = """if True:
        import sys, channels.cli, channels.app, channels.serving
        unwanted = "rich.traceback", "pygments", "jinja2", "markdown_it", "nh3", "holidays"
        print(*[name for name in sys.modules if name.startswith(unwanted)])"""
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout == "\n"


def test_no_module_is_longer_than_three_hundred_lines() -> None:
    modules = [file for floor in FLOORS for file in (ROOT / floor).rglob("*.py") if "versions" not in file.parts]
    long = {
        str(file.relative_to(ROOT)): lines for file in modules if (lines := len(file.read_text().splitlines())) > 300
    }
    assert not long
