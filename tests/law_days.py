"""`python -m tests.law_days`: write the law's days off anew, as the library `holidays` works them out.

Its calendar of the moon and its rules are read here alone: a server would keep 4 MB of them for a thousand dates.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import holidays

from models.catalogue.entry import FILES

FILE = FILES / "law_days.toml"
FIRST, LAST = 2000, 2099
"""The library's calendar of the moon ends with 2099."""


def written() -> str:
    """The file's text: its head as it is, and a line for each year."""
    head, table, _ = FILE.read_text("utf-8").partition("[days_off]\n")
    return head + table + "".join(f"{year} = [{', '.join(map(str, off(year)))}]\n" for year in range(FIRST, LAST + 1))


def off(year: int) -> list[date]:
    """The days off from Monday to Friday, without the swaps that were announced: those stand in `calendar.toml`."""
    found = holidays.country_holidays("VN", years=year)
    said: Any = found.special_public_holidays.get(year, ())
    swaps = said if said and isinstance(said[0], tuple) else (said,) if said else ()  # the library says one, or several
    return sorted(day for day in set(found) - {date(year, *swap[:2]) for swap in swaps} if day.weekday() < 5)


def main() -> Path:
    """Write the file; gives where it is."""
    FILE.write_text(written(), "utf-8")
    return FILE


if __name__ == "__main__":
    print(main())
