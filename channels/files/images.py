"""Pictures, walked through from their first byte to their last without being decoded: decoders are where holes are."""

from __future__ import annotations

import mmap
import re
import struct
import zlib

from channels.refusals import Refusal, Refused

SIDE, PIXELS = 20_000, 150_000_000
"""A sheet of A0 at 300 dots an inch has 140 million pixels."""
_PIECES = 100_000
_PNG = b"\x89PNG\r\n\x1a\n"
_COLOURS = {0, 2, 3, 4, 6}
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""JPEG's markers that tell a frame's size."""
_SCAN = 0xDA
_NEXT_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
"""After a scan's data: in them 0xFF is followed by 0, or begins a marker that only restarts."""


def must_be_png(data: mmap.mmap) -> None:
    """Raise TYPE_NOT_ALLOWED unless this is one PNG, each chunk as its checksum says; IMAGE_TOO_LARGE by its sides."""
    if data[:8] != _PNG or data[8:16] != b"\0\0\0\rIHDR":
        raise Refused(Refusal.TYPE_NOT_ALLOWED)
    place = 8
    for _ in range(_PIECES):
        length, kind = struct.unpack(">I4s", _part(data, place, 8))
        body = _part(data, place + 4, length + 4)
        if int.from_bytes(_part(data, place + 8 + length, 4), "big") != zlib.crc32(body):
            break
        if kind == b"IHDR":
            _must_be_of_a_size(*struct.unpack(">II", body[4:12]), sound=body[13] in _COLOURS)
        place += 12 + length
        if kind == b"IEND" and place == len(data) and not length:
            return
    raise Refused(Refusal.TYPE_NOT_ALLOWED)


def must_be_jpeg(data: mmap.mmap) -> None:
    """Raise TYPE_NOT_ALLOWED unless this is a JPEG, or several on end as telephones write them; nothing behind."""
    place = 0
    while True:
        place = _end_of_picture(data, place)
        if place == len(data) or not any(data[place:]):
            return


def _end_of_picture(data: mmap.mmap, place: int) -> int:
    """Where the picture that begins here ends."""
    if data[place : place + 3] != b"\xff\xd8\xff":
        raise Refused(Refusal.TYPE_NOT_ALLOWED)
    place, sized, scanning = place + 2, False, False
    for _ in range(_PIECES):
        met = _NEXT_MARKER.search(data, place)
        if met is None or (met.start() > place and not scanning):
            break
        marker, place = met[1][0], met.end()
        scanning = marker == _SCAN
        if marker == 0xD9 and sized:
            return place
        length = int.from_bytes(_part(data, place, 2), "big")
        if length < 2 or not 0xC0 <= marker <= 0xFE or marker in (0xD8, 0xD9):
            break
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", _part(data, place + 3, 4))
            _must_be_of_a_size(width, height)
            sized = True
        place += length
    raise Refused(Refusal.TYPE_NOT_ALLOWED)


def _part(data: mmap.mmap, start: int, length: int) -> bytes:
    """So many bytes from here. Raises TYPE_NOT_ALLOWED where the file ends before."""
    if start + length > len(data):
        raise Refused(Refusal.TYPE_NOT_ALLOWED)
    return data[start : start + length]


def _must_be_of_a_size(width: int, height: int, *, sound: bool = True) -> None:
    if not sound or width < 1 or height < 1:
        raise Refused(Refusal.TYPE_NOT_ALLOWED)
    if width > SIDE or height > SIDE or width * height > PIXELS:
        raise Refused(Refusal.IMAGE_TOO_LARGE)
