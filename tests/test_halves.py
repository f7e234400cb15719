"""Shortly before a day ends, or one of its halves, tests wait for the next."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.halves import left_of_half_a_day


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        ("2026-12-31 16:59:50", 10.0),  # midnight in Vietnam, and the year's end
        ("2026-12-31 17:00:00", 7 * 3600.0),
        ("2026-12-31 23:59:59.5", 0.5),
        ("2026-11-22 04:29:00", 60.0),
        ("2026-11-22 04:59:00", 60.0),
        ("2026-11-22 09:30:00", 7.5 * 3600),
    ],
)
def test_what_is_left_of_half_a_day_is_known(moment: str, seconds: float) -> None:
    assert left_of_half_a_day(datetime.fromisoformat(moment).replace(tzinfo=UTC)) == seconds
