"""The report on a posting, drafted from the record for the council: how long a list stood, and what was said of it."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

from models.calendar import day_of


def report_text(
    code: str,
    title: str,
    opened_at: str,
    working_days: int,
    closes_on: str,
    closed_at: str | None,
    supports: int,
    remarks: int,
    objections: int,
) -> str:
    """The report in Vietnamese, NFC, lines ended by a newline; days and moments are given as ISO 8601."""
    opened, closes = day_of(datetime.fromisoformat(opened_at)), date.fromisoformat(closes_on)
    total = supports + remarks + objections
    said = (
        f"Tổng số ý kiến: {total}; tán thành: {supports}, có ý kiến: {remarks}, phản đối: {objections}."
        if total
        else "Không nhận được ý kiến nào."
    )
    lines = [
        "BÁO CÁO KẾT QUẢ CÔNG KHAI LẤY Ý KIẾN",
        f"Hồ sơ {code}: {title}",
        f"Danh sách được công khai từ ngày {opened:%d/%m/%Y} đến hết ngày {closes:%d/%m/%Y} "
        f"({working_days} ngày làm việc).",
        said,
        *(["Các ý kiến phản đối cần được xem xét, xác minh trước khi trình."] if objections else []),
        *([] if closed_at else ["Việc công khai chưa kết thúc; số liệu trên chưa phải kết quả cuối cùng."]),
    ]
    return unicodedata.normalize("NFC", "\n".join(lines)) + "\n"
