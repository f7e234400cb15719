"""The minutes of a sitting, drafted from its record in the form of Decree 30/2020/NĐ-CP: one record, one text."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.calendar import ZONE
from models.council import CouncilSession, SessionKind
from models.council_agenda import AgendaItem, AgendaOutcome, CouncilAttendance, Presence, Recusal
from models.council_ballot import BallotKind

_OPENING = {SessionKind.MEETING: "phiên họp", SessionKind.WRITTEN: "việc lấy phiếu bằng văn bản"}
_PRESENT = {SessionKind.MEETING: "Có mặt", SessionKind.WRITTEN: "Đã gửi phiếu"}
_ABSENT = {SessionKind.MEETING: "Vắng mặt", SessionKind.WRITTEN: "Chưa gửi phiếu"}


@dataclass(frozen=True, kw_only=True)
class Record:
    """What the minutes tell of: a sitting just closed, its council, agency and accounts loaded."""

    session: CouncilSession
    attendances: Sequence[CouncilAttendance]
    """The chair first."""
    items: Sequence[AgendaItem]
    recusals: Sequence[Recusal]
    secretary: str
    """The full name of whoever drafts them."""


def sha256(minutes: str) -> str:
    """The digest of the minutes' UTF-8 text, in hexadecimal."""
    return hashlib.sha256(minutes.encode()).hexdigest()


def draft(record: Record) -> str:
    """The minutes in Vietnamese, NFC, lines ended by a newline."""
    lines = [*_head(record), *_presence(record), *_cases(record), *_end(record)]
    return unicodedata.normalize("NFC", "\n".join(lines)) + "\n"


def _head(record: Record) -> Iterator[str]:
    session = record.session
    yield session.council.agency.name.upper()
    yield session.council.name.upper()
    yield ""
    yield "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    yield "Độc lập - Tự do - Hạnh phúc"
    yield ""
    yield "BIÊN BẢN"
    yield session.title
    yield ""
    if session.opened_at is None:
        yield "Chưa bắt đầu."
    else:
        yield f"Thời gian bắt đầu {_OPENING[session.kind]}: {_moment(session.opened_at)}."


def _presence(record: Record) -> Iterator[str]:
    kind, all_ = record.session.kind, record.attendances
    there = [one for one in all_ if one.presence is Presence.PRESENT]
    yield ""
    yield "I. THÀNH PHẦN"
    yield f"Tổng số thành viên có quyền biểu quyết: {len(all_)}."
    yield f"{_PRESENT[kind]}: {len(there)}/{len(all_)}."
    yield from (f"- {_named(one)}" for one in there)
    absent = [one for one in all_ if one.presence is Presence.ABSENT]
    yield f"{_ABSENT[kind]}: {len(absent)}."
    yield from (f"- {_named(one)}" for one in absent)
    yield f"Thư ký: {record.secretary} (không biểu quyết)."


def _cases(record: Record) -> Iterator[str]:
    yield ""
    yield "II. NỘI DUNG VÀ KẾT QUẢ BIỂU QUYẾT"
    yield f"Số trường hợp được xem xét: {len(record.items) - len(_off(record))}."
    names = {one.id: _named(one) for one in record.attendances}
    for item in record.items:
        asides = [recusal for recusal in record.recusals if recusal.item_id == item.id]
        yield from _case(item, sorted((names[one.attendance_id], _because(one)) for one in asides))


def _off(record: Record) -> list[AgendaItem]:
    """What was taken off the agenda."""
    return [item for item in record.items if item.outcome is AgendaOutcome.TAKEN_OFF]


def _because(recusal: Recusal) -> str:
    return recusal.reason or recusal.interest.value


def _case(item: AgendaItem, asides: list[tuple[str, str]]) -> Iterator[str]:
    rule = item.rule
    yield ""
    yield f"{item.position}. {item.nominee.name} ({item.agency.name} trình): {item.award_type.name}."
    yield f"Thành tích: {item.citation}."
    if item.outcome is AgendaOutcome.TAKEN_OFF:
        yield f"Không biểu quyết: {item.outcome.value}, hồ sơ không còn trình Hội đồng."
        return
    yield f"Hình thức biểu quyết: {item.ballot.value}."
    yield f"Thành viên được biểu quyết: {item.members}; có mặt: {item.present}."
    yield from (f"Không tham gia biểu quyết: {name}, lý do: {reason}." for name, reason in asides)
    yield f"Tán thành: {item.yes}; không tán thành: {item.no}; không có ý kiến: {item.abstain}."
    needs = f"{'trên' if rule.more_than else 'từ'} {rule.threshold} {rule.base.value}"
    yield f"Tỷ lệ tán thành: {item.yes}/{item.base}; yêu cầu: {needs}; túc số: từ {rule.quorum} số thành viên."
    if item.chair_decided:
        yield "Số phiếu ngang nhau; quyết định theo phiếu của Chủ tịch Hội đồng."
    yield f"Kết quả: {item.outcome.value.upper()}."


def _end(record: Record) -> Iterator[str]:
    session = record.session
    passed = sum(item.outcome is AgendaOutcome.PASSED for item in record.items)
    secret = any(item.ballot is BallotKind.SECRET for item in record.items)
    yield ""
    yield "III. KẾT LUẬN"
    yield f"Hội đồng thông qua {passed}/{len(record.items) - len(_off(record))} trường hợp."
    if secret:
        yield "Phiếu kín chỉ được ghi nhận dưới dạng tổng số; không lưu lựa chọn của từng thành viên."
    if session.closed_at is not None:
        yield f"Thời gian kết thúc: {_moment(session.closed_at)}."
    yield ""
    yield "THƯ KÝ                                        CHỦ TRÌ"


def _named(attendance: CouncilAttendance) -> str:
    account = attendance.member.account
    return f"{account.full_name}, {attendance.member.seat.value}" + (f", {account.title}" if account.title else "")


def _moment(at: datetime) -> str:
    local = at.astimezone(ZONE)
    return f"{local:%H} giờ {local:%M} phút, ngày {local:%d} tháng {local:%m} năm {local:%Y}"
