"""What the acts of a council are told."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import strawberry

from models.council import SessionKind
from models.council_ballot import BallotChoice
from resolvers.inputs import DossierStepInput, unkept


@strawberry.input(description="Một hồ sơ trong chương trình. · A dossier for the agenda.")
class AgendaDossierInput:
    """A dossier to be put before a council."""

    id: strawberry.ID = strawberry.field(description="Mã định danh của hồ sơ. · The dossier.")
    expected_version: int = strawberry.field(
        description="Phiên bản đã đọc; khác thì bị từ chối. · The version read; else refused."
    )


@strawberry.input(description="Triệu tập Hội đồng. · The sitting to call.")
class ConveneSessionInput:
    """The sitting to call, or the round of written votes."""

    council: strawberry.ID = strawberry.field(description="Mã định danh của Hội đồng. · The council.")
    kind: SessionKind
    title: str
    opens_at: datetime = strawberry.field(description="Thời điểm triệu tập. · When it is called for.")
    agenda: list[AgendaDossierInput] = strawberry.field(
        description="Các hồ sơ, theo thứ tự xem xét. · The dossiers, in the order they are taken."
    )
    idempotency_key: UUID = strawberry.field(
        description="Khóa chống gửi lặp. · Sent twice, done once, answered the same."
    )
    closes_at: datetime | None = strawberry.field(
        description="Hạn gửi phiếu; bắt buộc khi lấy phiếu bằng văn bản. · The last moment for written ballots.",
        default=None,
    )
    dry_run: bool = strawberry.field(
        description="Chỉ thử, không ghi. · Say what would happen, write nothing.", default=False
    )


@strawberry.input(description="Đầu vào của một việc trong phiên. · What an act of a sitting needs.")
class SessionStepInput(DossierStepInput):
    """An act of a sitting."""

    id: strawberry.ID = strawberry.field(description="Mã định danh của phiên. · The sitting.")


@strawberry.input(description="Điểm danh. · Who is there.")
class PresenceInput(SessionStepInput):
    """Who came to a meeting, and who left it."""

    present: list[strawberry.ID] = strawberry.field(
        description="Những người có mặt (mã CouncilAttendance). · Who is there.", default_factory=list
    )
    absent: list[strawberry.ID] = strawberry.field(
        description="Những người vắng hoặc đã ra về. · Who is not, or has left.", default_factory=list
    )


@strawberry.input(description="Kết thúc phiên. · How a sitting ends.")
class CloseSessionInput(SessionStepInput):
    """How a sitting ends."""

    without_result: bool = strawberry.field(
        description="Kết thúc dù có trường hợp không đủ túc số; các trường hợp ấy chờ phiên sau."
        " · Close though some cases lack a quorum; those wait for another sitting.",
        default=False,
    )


@strawberry.input(description="Đầu vào của việc một thành viên làm. · What an act of a member's needs.")
class AttendanceStepInput(DossierStepInput):
    """An act of a member at a sitting."""

    id: strawberry.ID = strawberry.field(description="Mã CouncilAttendance của thành viên. · The member's attendance.")


@strawberry.input(description="Xin không biểu quyết. · From which cases a member stands aside.")
class RecusalInput(AttendanceStepInput):
    """From which cases a member stands aside, and why."""

    items: list[strawberry.ID] = strawberry.field(description="Các trường hợp (mã AgendaItem). · The cases.")
    reason: str


@strawberry.input(description="Một lá phiếu. · A ballot.")
class CastBallotInput(AttendanceStepInput):
    """A member's ballot on one case."""

    item: strawberry.ID = strawberry.field(description="Trường hợp (mã AgendaItem). · The case.")
    choice: BallotChoice = unkept(
        "Lựa chọn; không được lưu cùng khóa chống gửi lặp, nên gửi lại cùng khóa được trả lời như lần đầu."
        " · It has no part in what is kept for the idempotency key: a key sent again is answered as at first."
    )


@strawberry.input(description="Phiếu giấy của thành viên vắng mặt. · Paper ballots of members who are not there.")
class PaperBallotsInput(SessionStepInput):
    """Paper ballots on one case, opened together: whose they are, and how many say what."""

    item: strawberry.ID = strawberry.field(description="Trường hợp (mã AgendaItem). · The case.")
    members: list[strawberry.ID] = strawberry.field(description="Của ai (mã CouncilAttendance). · Whose they are.")
    yes: int = unkept("Số phiếu tán thành. · How many say yes.")
    no: int = unkept("Số phiếu không tán thành. · How many say no.")
    abstain: int = unkept("Số phiếu không có ý kiến. · How many say neither.")


@strawberry.input(description="Ý kiến của cấp ủy. · What the Party committee says.")
class PartyOpinionInput(DossierStepInput):
    """What the Party committee says of a dossier."""

    agrees: bool
    number: str = strawberry.field(description="Số văn bản trả lời. · The number of its letter.")
    dated: date = strawberry.field(description="Ngày văn bản. · The letter's day.")
    reason: str | None = strawberry.field(
        description="Lý do; bắt buộc khi không đồng ý. · Compulsory where it does not agree.", default=None
    )
