"""File names: as they come from a client, as they are kept, and as a download says them."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote, unquote_to_bytes

from channels.refusals import Refusal, Refused

LONGEST = 120
"""Characters: three bytes each at most in Vietnamese, and disks take 255 bytes."""
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Controls, and what turns the direction of writing: `exe.pdf` must not be read where `fdp.exe` stands."""
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_RESERVED = re.compile(r'[<>:"|?*]')


def kept_name(header: str | None) -> str:
    """The name in the header X-File-Name, UTF-8 percent-encoded or as it is: NFC, one line, no path, not too long.

    Raises BAD_FILE_NAME for none, for a path, and for what hides a NUL or is not UTF-8.
    """
    try:
        said = unquote_to_bytes((header or "").encode("latin-1")).decode("utf-8")
    except UnicodeError:
        raise Refused(Refusal.BAD_FILE_NAME) from None
    if "\0" in said or "/" in said or "\\" in said:
        raise Refused(Refusal.BAD_FILE_NAME)
    seen = "".join(c for c in unicodedata.normalize("NFC", said) if unicodedata.category(c) not in _UNSEEN)
    name = _RESERVED.sub("_", " ".join(seen.split())).strip(". ")
    if not name:
        raise Refused(Refusal.BAD_FILE_NAME)
    return _shortened(f"_{name}" if _DEVICES.match(name) else name)


def extension(name: str) -> str:
    """What follows the last dot, in small letters; empty where there is none."""
    return PurePosixPath(name).suffix[1:].lower()


def _shortened(name: str) -> str:
    """The name cut to what a disk takes, its ending kept where that is one."""
    if len(name) <= LONGEST:
        return name
    ending = PurePosixPath(name).suffix[:8]
    return f"{name[: LONGEST - len(ending)].rstrip(' .')}{ending}"


def disposition(name: str) -> str:
    """The Content-Disposition that saves a file by its name: for old clients in ASCII, for all others exactly.

    RFC 6266 with the encoding of RFC 8187.
    """
    letters = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    ascii_only = re.sub(r"[^ -~]|[\"\\%;]", "_", plain)
    return f"attachment; filename=\"{ascii_only}\"; filename*=UTF-8''{quote(name, safe='')}"
