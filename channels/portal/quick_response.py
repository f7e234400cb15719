"""QR codes: the address of a public page as a picture, to be printed on a certificate or a decision."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

MEDIA = {"svg": "image/svg+xml", "png": "image/png"}
"""The forms there are, and what each is called."""


@lru_cache(maxsize=200)
def picture(address: str, form: str) -> bytes:
    """The address as a QR code that stands a quarter of it being worn off (level Q), with its quiet zone."""
    import segno  # only whoever prints needs it

    drawn, said = segno.make_qr(address, error="q"), BytesIO()
    if form == "png":
        drawn.save(said, kind="png", scale=8, border=4)
    else:
        drawn.save(said, kind="svg", border=4, xmldecl=False, svgclass=None, lineclass=None, omitsize=True)
    return said.getvalue()
