"""What may keep Laurel from starting, each with what to do about it, in Vietnamese and then in English."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from shutil import disk_usage


class CannotStart(Exception):
    """Something outside the program stops it; the text says what to do, and never holds a password."""

    def __init__(self, vietnamese: str, english: str, details: str = "") -> None:
        super().__init__("\n".join(filter(None, (vietnamese, english, details))))
        self.vietnamese, self.english, self.details = vietnamese, english, details


class BadSetting(CannotStart):
    """An environment variable says what cannot be understood."""

    @classmethod
    def malformed(cls, name: str, expected: str) -> BadSetting:
        """The value has the wrong form; it is not repeated, for it may hold a password."""
        return cls(
            f"Biến môi trường {name} không hợp lệ. Hãy đặt theo dạng: {expected}",
            f"The environment variable {name} is malformed. Write it like: {expected}",
        )

    @classmethod
    def unknown(cls, name: str, known: Sequence[str]) -> BadSetting:
        """No such variable: most likely a slip of the finger, which would otherwise pass in silence."""
        near = get_close_matches(name, known, n=1)
        expected = near[0] if near else ", ".join(known)
        return cls(
            f"Không có biến môi trường {name}. Có phải: {expected}? Nếu không cần, hãy `unset {name}`.",
            f"There is no environment variable {name}. Was it meant to be {expected}? If not, `unset {name}`.",
        )


class PortTaken(CannotStart):
    """Another program listens where this one should."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"Cổng {port} trên {host} đang được dùng. Hãy chọn cổng khác: --port {port + 1}",
            f"Port {port} on {host} is taken. Choose another: --port {port + 1}",
        )


class AddressRefused(CannotStart):
    """The host or the port is not one this machine, or this user, may listen on."""

    def __init__(self, host: str, port: int, problem: str) -> None:
        super().__init__(
            f"Không nghe được trên {host}:{port}. Hãy chọn --host và --port khác (từ 1024 nếu không là root).",
            f"Cannot listen on {host}:{port}. Choose another --host or --port (1024 or above unless you are root).",
            problem,
        )


class DiskFull(CannotStart):
    """Too little room for a database."""

    def __init__(self, folder: Path, free: int, needed: int) -> None:
        super().__init__(
            f"Ổ đĩa của {folder} chỉ còn {free >> 20} MB, cần {needed >> 20} MB. Hãy dọn bớt, "
            "hoặc đặt LAUREL_DATA tới thư mục khác.",
            f"The disk of {folder} has {free >> 20} MB left and {needed >> 20} MB are needed. Free some, "
            "or set LAUREL_DATA to a folder elsewhere.",
        )

    @classmethod
    def met(cls, folder: Path, details: str) -> DiskFull:
        """A server ran into the end of the disk, as its log says."""
        full = cls(folder, disk_usage(folder).free, 400 << 20)
        full.args, full.details = (f"{full}\n{details}",), details
        return full


class FolderClosed(CannotStart):
    """The data folder cannot be written by this user."""

    def __init__(self, folder: Path, problem: str) -> None:
        super().__init__(
            f"Không ghi được vào {folder}. Hãy dùng đúng người dùng đã tạo nó, hoặc đặt LAUREL_DATA tới thư mục khác.",
            f"{folder} cannot be written. Run as the user who made it, or set LAUREL_DATA to a folder elsewhere.",
            problem,
        )


class NoPostgres(CannotStart):
    """Neither the wheel nor the system has PostgreSQL 15 or later."""

    def __init__(self, looked: Sequence[str]) -> None:
        super().__init__(
            "Không tìm thấy PostgreSQL 15 trở lên. Hãy đặt DATABASE_URL hoặc cài (Debian: apt install postgresql).",
            "No PostgreSQL 15 or later was found. Set DATABASE_URL or install it (Debian: apt install postgresql).",
            "looked in: " + ", ".join(looked),
        )


class ServerFailed(CannotStart):
    """An embedded server did not come up; the end of its own log says why."""

    def __init__(self, program: str, log: Path | None, tail: str) -> None:
        where = f" ({log})" if log else ""
        super().__init__(
            f"{program} không khởi động được. Xem nhật ký{where}; hoặc đặt DATABASE_URL/REDIS_URL tới máy chủ có sẵn.",
            f"{program} did not start. See its log{where}; or set DATABASE_URL/REDIS_URL to a server that runs.",
            tail,
        )


class DatabaseAway(CannotStart):
    """The database that the environment names does not answer, or not us."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(
            f"Không kết nối được cơ sở dữ liệu ở {where}. Hãy kiểm tra DATABASE_URL và máy chủ, "
            "hoặc bỏ DATABASE_URL để dùng máy chủ kèm theo.",
            f"The database at {where} cannot be reached. Check DATABASE_URL and the server, "
            "or unset DATABASE_URL to use the one that comes with Laurel.",
            problem,
        )


class DatabaseTooOld(CannotStart):
    """PostgreSQL is older than what the statements need."""

    def __init__(self, where: str, version: str) -> None:
        super().__init__(
            f"PostgreSQL ở {where} là bản {version}; cần bản 15 trở lên.",
            f"PostgreSQL at {where} is {version}; 15 or later is needed.",
        )


class OthersData(CannotStart):
    """Invented data must not be mixed with real ones."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"Cơ sở dữ liệu ở {where} đã có dữ liệu khác; không nạp dữ liệu minh hoạ vào đó. Hãy dùng một cơ sở trống, "
            "hoặc `./run serve` để chạy với dữ liệu đang có.",
            f"The database at {where} holds other data; demo data will not be mixed in. Use an empty one, "
            "or `./run serve` to run on what it has.",
        )


class NotReady(CannotStart):
    """The server runs but does not answer that it is ready."""

    def __init__(self, address: str, said: str) -> None:
        super().__init__(
            f"{address}/readyz chưa sẵn sàng. Xem thông báo lỗi ở trên.",
            f"{address}/readyz does not become ready. See the errors above.",
            said,
        )


class BadCursor(CannotStart):
    """What was noted elsewhere is no place in a journal."""

    def __init__(self, said: str) -> None:
        super().__init__(
            f"{said[:90]!r} không phải con trỏ nhật ký. Hãy đưa đúng dòng mà verify đã in, dạng SỐ-BĂM.",
            f"{said[:90]!r} is no cursor of the journal. Give what verify printed, NUMBER-HASH.",
        )


class BadCheckpoint(CannotStart):
    """The file of checkpoints is not there, or a line of it is none."""

    def __init__(self, file: Path, line: int | None, problem: str) -> None:
        where = f"{file}:{line}" if line else str(file)
        super().__init__(
            f"{where} không phải mốc nhật ký. Hãy lấy đúng tệp do verify --checkpoint ghi, từ nơi cất giữ.",
            f"{where} is no checkpoint of a journal. Give the file that verify --checkpoint wrote.",
            problem,
        )


class DatabaseDamaged(CannotStart):
    """PostgreSQL cannot read its own files: a page that is not as it was written, an index that leads nowhere."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(
            f"PostgreSQL tại {where} có dữ liệu hỏng trên đĩa. Hãy dừng ghi, giữ tệp và phục hồi từ bản sao lưu.",
            f"PostgreSQL at {where} has damaged data on its disk. Stop writing, keep the files, restore from a backup.",
            problem,
        )


class NotMigrated(CannotStart):
    """The database has no tables, or those of another version."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"Cơ sở dữ liệu {where} chưa có bảng của bản này. Hãy chạy: ./run migrate",
            f"The database {where} has not this version's tables. Run: ./run migrate",
        )


class NumberingHeld(CannotStart):
    """Another process numbers the journal, or is stuck while it does."""

    def __init__(self, holders: str) -> None:
        super().__init__(
            f"Tiến trình PostgreSQL {holders} đang giữ việc đánh số nhật ký. Hãy chạy lại sau; nếu nó treo mãi, hãy "
            f"kết thúc nó ở máy chủ cơ sở dữ liệu (pg_terminate_backend, hoặc kill -CONT rồi kill).",
            f"PostgreSQL's process {holders} holds the numbering of the journal. Run this again later; where it hangs "
            f"for good, end it on the database's machine (pg_terminate_backend, or kill -CONT and then kill).",
        )


class UnknownRole(CannotStart):
    """The role that is to serve is not there."""

    def __init__(self, role: str) -> None:
        super().__init__(
            f"PostgreSQL không có vai trò {role}. Hãy tạo: create role {role} login password '…', rồi migrate lại.",
            f"PostgreSQL has no role {role}. Make it: create role {role} login password '…', then migrate again.",
        )


class OwnersWork(CannotStart):
    """What only the owner of the tables may do was asked by somebody else."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Chỉ người sở hữu các bảng được chạy {what}. Hãy đặt DATABASE_URL của vai trò đã chạy migrate.",
            f"Only the owner of the tables may run {what}. Set DATABASE_URL to the role that ran migrate.",
        )
