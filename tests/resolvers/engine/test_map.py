"""The engine's map names each of its modules: whoever adds one says where it is read."""

from __future__ import annotations

import re
from pathlib import Path

import resolvers.engine


def test_every_module_is_on_the_map_and_every_name_on_it_is_a_module() -> None:
    said = (resolvers.engine.__doc__ or "").split("\n\n")[2]
    listed = {name for names in re.findall(r"((?:\w+,\s+)*\w+):", said) for name in re.split(r",\s+", names)}
    files = {path.stem for path in Path(resolvers.engine.__file__).parent.glob("*.py")} - {"__init__"}
    assert listed == files
