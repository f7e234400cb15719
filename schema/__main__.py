"""`python -m schema` prints the SDL; `--check` compares it with the committed snapshot, `--write` renews that."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

from graphql import build_schema
from graphql.utilities import find_breaking_changes

from schema import schema

SNAPSHOT = Path(__file__).parent / "schema.graphql"


def check() -> int:
    """0 where the snapshot is the schema; else say what differs and what breaks clients, and give 1."""
    now, kept = schema.as_str() + "\n", SNAPSHOT.read_text(encoding="utf-8")
    if now == kept:
        return 0
    print(
        *difflib.unified_diff(kept.splitlines(), now.splitlines(), "schema.graphql", "the code", lineterm="", n=1),
        sep="\n",
    )
    for change in find_breaking_changes(build_schema(kept), build_schema(now)):
        print(f"breaks clients: {change.description}")
    print("The SDL snapshot differs from the code. If that is meant: .venv/bin/python -m schema --write")
    return 1


def main() -> int:
    """Do what the command line asks."""
    if "--check" in sys.argv:
        return check()
    if "--write" in sys.argv:
        SNAPSHOT.write_text(schema.as_str() + "\n", encoding="utf-8")
        return 0
    print(schema.as_str())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
