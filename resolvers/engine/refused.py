"""Everything the engine refuses, with the codes clients may rely on. Vietnamese first, English second."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError


class Unbound(TypeError):
    """A field that nothing answers, that promises more than its column keeps, or a resolver that breaks the rules."""


RETRY_AFTER = 5
"""Seconds after which what could not be answered now may be asked again."""


class Unanswered(GraphQLError):
    """A right request without an answer in time (TIMEOUT, BUSY, UNAVAILABLE): the executor would find none either."""

    def __init__(self, code: str, vietnamese: str, english: str) -> None:
        super().__init__(f"{vietnamese} · {english}", extensions={"code": code, "retryAfter": RETRY_AFTER})


def bad_page(limit: int) -> GraphQLError:
    """A connection without exactly one of first and last, or with one outside its bounds."""
    return _refusal(
        "BAD_PAGE",
        f"Hãy dùng đúng một trong hai đối số `first`, `last`, từ 1 đến {limit}.",
        f"Give exactly one of `first` and `last`, from 1 to {limit}.",
    )


def too_many_ids(limit: int) -> GraphQLError:
    """`nodes` was asked for more ids than it takes."""
    return _refusal(
        "BAD_PAGE",
        f"Mỗi lần chỉ đọc được {limit} mã: hãy chia thành nhiều lần.",
        f"At most {limit} ids are read at a time: ask several times.",
    )


def bad_id(argument: str, kind: str) -> GraphQLError:
    """An id that is none, or one of another type than is asked for."""
    return _refusal(
        "BAD_ID",
        f"`{argument}` nhận mã của kiểu {kind}, dạng `{kind}_<uuid>`: hãy đưa đúng trường `id` đã đọc được.",
        f"`{argument}` takes an id of type {kind}, `{kind}_<uuid>`: give the `id` of one as it was read.",
    )


def bad_cursor() -> GraphQLError:
    """A cursor that is none, or that another list, filter or order gave."""
    return _refusal(
        "BAD_CURSOR",
        "Con trỏ này thuộc danh sách, bộ lọc hoặc thứ tự khác: hãy đọc lại từ trang đầu.",
        "This cursor belongs to another list, filter or order: start from the first page.",
    )


def bad_filter(deepest: int, most: int) -> GraphQLError:
    """A filter nested too deeply, or of too many parts: each is a piece of the statement."""
    return _refusal(
        "BAD_FILTER",
        f"Bộ lọc chỉ được lồng {deepest} tầng và có {most} phần: hãy viết gọn lại.",
        f"A filter nests at most {deepest} levels and holds at most {most} parts: say it shorter.",
    )


def bad_grouping(most: int) -> GraphQLError:
    """A list of groups by no dimension, by too many, or twice by the same."""
    return _refusal(
        "BAD_GROUPING",
        f"`groupBy` nhận từ 1 đến {most} chiều khác nhau: hãy bỏ bớt hoặc thêm.",
        f"`groupBy` takes 1 to {most} different dimensions: leave some out, or name one.",
    )


def too_many_groups(limit: int) -> GraphQLError:
    """A list of more groups than it may have: half of it would be mistaken for all."""
    return _refusal(
        "TOO_MANY_GROUPS",
        f"Kết quả có hơn {limit} nhóm: hãy lọc hẹp hơn hoặc gộp theo ít chiều hơn.",
        f"There are more than {limit} groups: narrow the filter, or group by fewer dimensions.",
    )


def figures_too_fine() -> GraphQLError:
    """Figures by which the public might tell of a few: the rest of a total, or one table within another."""
    return _refusal(
        "FIGURES_TOO_FINE",
        "Số liệu công khai chỉ có `count`, theo cả năm và nhiều nhất một trong AGENCY, AWARD_TYPE, QUARTER: hãy bỏ"
        " `filter`, đưa YEAR vào `groupBy` hoặc cho `year` (so sánh: luôn cho `year`).",
        "Public figures are the `count` of whole years, by one of AGENCY, AWARD_TYPE, QUARTER at most: leave out"
        " `filter`, and name YEAR in `groupBy` or give `year` (compared: always `year`).",
    )


def bad_value(cause: Exception) -> GraphQLError:
    """A value that PostgreSQL cannot take: out of range, a NUL character, a forged cursor's key."""
    said = (
        "Một giá trị trong yêu cầu nằm ngoài giới hạn: hãy kiểm tra số và ngày.",
        "A value is out of bounds: check numbers and days.",
    )
    return _refusal("BAD_VALUE", *said, original_error=cause)


def bad_search(longest: int) -> GraphQLError:
    """Nothing to search for, or more than may be."""
    return _refusal(
        "BAD_SEARCH",
        f"Hãy nhập từ cần tìm, dài từ 1 đến {longest} ký tự.",
        f"Give words to search for, 1 to {longest} characters.",
    )


def too_complex(cause: Exception) -> GraphQLError:
    """A document whose statement is more than PostgreSQL can work through."""
    said = "Yêu cầu quá phức tạp: hãy hỏi ít hơn.", "This request is too complex: ask for less."
    return _refusal("TOO_COMPLEX", *said, original_error=cause)


def forbidden(field: str, permission: Any, nodes: Any = None) -> GraphQLError:
    """A field whose `needs=` the viewer does not hold."""
    return _refusal(
        "FORBIDDEN",
        f"Không có quyền {permission.name} để đọc {field}: hãy bỏ trường này, hoặc nhờ người có quyền.",
        f"Reading {field} needs the permission {permission.name}: leave it out, or ask somebody who has it.",
        nodes=nodes,
    )


def unseen(nodes: Any = None) -> GraphQLError:
    """A row that is not there, or not for this viewer: both look the same."""
    return _refusal(
        "NOT_FOUND", "Không tìm thấy: hãy kiểm tra lại mã.", "Not found: check the identifier.", nodes=nodes
    )


def one_root() -> GraphQLError:
    """A subscription that does not follow exactly one thing."""
    return _refusal(
        "BAD_SUBSCRIPTION",
        "Mỗi lần chỉ theo dõi được một trường: hãy tách ra.",
        "A subscription follows exactly one field: split it.",
    )


def timed_out() -> Unanswered:
    """A statement that ran longer than it may."""
    said = "Yêu cầu mất quá nhiều thời gian: hãy lọc hẹp hơn.", "This request took too long: narrow it."
    return Unanswered("TIMEOUT", *said)


def unavailable() -> Unanswered:
    """PostgreSQL cannot be reached."""
    said = "Cơ sở dữ liệu tạm ngừng: hãy thử lại sau ít giây.", "The database is away: try again in a few seconds."
    return Unanswered("UNAVAILABLE", *said)


def busy() -> Unanswered:
    """No connection became free in time."""
    said = "Hệ thống đang bận: hãy thử lại sau ít giây.", "The system is busy: try again in a few seconds."
    return Unanswered("BUSY", *said)


def _refusal(code: str, vietnamese: str, english: str, **more: Any) -> GraphQLError:
    return GraphQLError(f"{vietnamese} · {english}", extensions={"code": code}, **more)
