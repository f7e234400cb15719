"""How long a list stands in public, what must be posted, and what the report says: golden days around Tết."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from unicodedata import normalize
from uuid import uuid4

import pytest

from models.award_type import AwardClass
from models.catalogue import read
from models.catalogue.consulting import opinion_rules, posting_rules
from models.catalogue.entry import FILES, CatalogueError
from models.opinion import opinion_rule
from models.posting import PublicPosting, last_day, latest_over, posting_rule
from models.posting_duty import must_be_over
from models.posting_report import report_text
from models.refusals import RuleNotMet
from models.rule_set import CommendationType


@pytest.mark.parametrize(
    ("posted", "last"),
    [
        ("2026-02-02", "2026-02-23"),  # nine working days before Tết, the tenth after it
        ("2026-02-13", "2026-03-06"),  # the last day before Tết
        ("2026-02-18", "2026-03-06"),  # within Tết: counted from the first working day on
        ("2025-12-25", "2026-01-10"),  # over the year's end, 1 and 2 January off, onto the Saturday worked for it
        ("2025-12-26", "2026-01-12"),
        ("2026-08-21", "2026-09-08"),  # a Saturday worked, then National Day
        ("2026-11-20", "2026-12-07"),  # over 24 November
        ("2024-02-05", "2024-02-26"),
    ],
)
def test_a_list_stands_ten_working_days_the_day_it_is_posted_not_counted(posted: str, last: str) -> None:
    assert last_day(date.fromisoformat(posted), 10) == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("today", "over"),
    [
        ("2026-02-13", "2026-02-13"),
        ("2026-02-14", "2026-02-13"),  # a Saturday before Tết: what ended on Friday waits
        ("2026-02-20", "2026-02-13"),  # all of Tết
        ("2026-02-23", "2026-02-23"),  # the first working day: what ended on the 13th is over
        ("2026-01-04", "2025-12-31"),
        ("2026-01-10", "2026-01-10"),  # a Saturday worked
    ],
)
def test_what_ended_is_taken_on_once_a_working_day_has_come(today: str, over: str) -> None:
    assert latest_over(date.fromisoformat(today)) == date.fromisoformat(over)


def posting(opened_at: datetime) -> PublicPosting:
    """A list posted at a moment, for ten working days."""
    return PublicPosting(
        dossier_id=uuid4(),
        code="H37.02-260202-0001",
        title="Đề nghị",
        agency_id=uuid4(),
        opened_at=opened_at,
        working_days=10,
        closes_on=date(2026, 2, 23),
    )


def test_a_window_is_open_through_its_last_day_and_counts_from_vietnams_day() -> None:
    late = posting(datetime(2026, 2, 1, 17, 30, tzinfo=UTC))
    assert late.last_day == date(2026, 2, 23), "half past midnight on the 2nd in Vietnam"
    with pytest.raises(RuleNotMet) as refused:
        must_be_over(late, date(2026, 2, 23))
    assert (refused.value.rule, refused.value.remedy) == ("POSTING_RUNNING", "2026-02-23")
    must_be_over(late, date(2026, 2, 24))


def test_every_rule_set_says_what_is_posted_and_how_long_opinions_are_awaited() -> None:
    for rule_set in read().rule_sets:
        rule, opinion = posting_rule(rule_set.code), opinion_rule(rule_set.code)
        assert rule.covers(AwardClass.ORDER, CommendationType.MERIT)
        assert not rule.covers(AwardClass.CERTIFICATE_OF_MERIT, CommendationType.MERIT)
        assert not rule.covers(AwardClass.ORDER, CommendationType.UNEXPECTED), "the simple procedure posts nothing"
        assert (rule.working_days, rule.confirmed, opinion.confirmed) == (10, False, False)
        assert 1 <= opinion.working_days <= opinion.most_days


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("opinion_rules.toml", "working_days = 10.0", "working_days = 40.0", "at most `most_days`"),
        ("opinion_rules.toml", "working_days = 10.0", "working_days = 1.5", "whole days"),
        ("opinion_rules.toml", '"NO_ANSWER"\nnote', '"MAYBE"\nnote', "write one of AGREES, NO_ANSWER"),
        ("opinion_rules.toml", "most_days = 30.0", "most_days = 30.0\nlast = 3", "`last` is no key"),
        ("posting_rules.toml", '"VN-2026"]', '"VN-2022+98/2023"]', "has two entries"),
        ("posting_rules.toml", '"ORDER"', '"ORDERS"', "write one of"),
    ],
)
def test_a_wrong_file_is_refused_with_what_to_write(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    text = (FILES / name).read_text("utf-8")
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogueError, match=said):
        (opinion_rules if name.startswith("opinion") else posting_rules)(tmp_path / name)


def test_the_report_is_drafted_from_the_record() -> None:
    text = report_text("H37.02-1", "Đề nghị", "2026-02-01T17:30:00+00:00", 10, "2026-02-23", None, 2, 0, 1)
    assert "từ ngày 02/02/2026 đến hết ngày 23/02/2026 (10 ngày làm việc)" in text
    assert "Tổng số ý kiến: 3; tán thành: 2, có ý kiến: 0, phản đối: 1." in text
    assert "phản đối cần được xem xét" in text
    assert "chưa kết thúc" in text
    ended = report_text("H37.02-1", normalize("NFD", "Đề nghị"), "2026-02-02", 10, "2026-02-23", "2026-02-24", 0, 0, 0)
    assert "Không nhận được ý kiến nào." in ended
    assert "chưa kết thúc" not in ended
    assert normalize("NFC", ended) == ended
