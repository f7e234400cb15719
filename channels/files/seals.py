"""Signatures in a PDF, looked at in a process of its own: `python -m channels.files.seals FILE [FOLDER]`.

A PDF is a language, and what reads all of it may be made to loop or to swell. So it is read where neither the server's
memory nor its secrets are, by a process that may use little of either and is ended when it has used that up.
"""

from __future__ import annotations

import asyncio
import logging
import resource
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    XrefStreamRule,
)
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import DocumentTimestampStatus, PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

UNREADABLE, MISCONFIGURED = 4, 5
"""Exit codes: the file is no PDF that can be judged; a trusted certificate cannot be read."""
MEMORY, SECONDS = 512 << 20, 20
"""Bytes of address space, and seconds of a processor, for one file."""
CERTIFICATES = {".pem", ".crt", ".cer", ".der"}
_FIELDS = [SigFieldCreationRule(), SigFieldModificationRule()]  # type: ignore[no-untyped-call]  # its __init__ says no type
_AFTER = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),  # type: ignore[no-untyped-call]  # as above
        *(
            rule().as_qualified(ModificationLevel.LTA_UPDATES)
            for rule in (DocInfoRule, XrefStreamRule, ObjectStreamRule, DSSCompareRule, MetadataUpdateRule)
        ),
    ],
    form_rule=FormUpdatingRule(field_rules=_FIELDS),
)
"""What may follow a signature: another one, and what proves them later. A field filled in then is an alteration."""
_SIGNING = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)

Status = PdfSignatureStatus | DocumentTimestampStatus


def trusted(folder: Path | None) -> list[x509.Certificate]:
    """The certificates in a folder, PEM or DER: they and whom they vouch for are trusted. Raises ValueError."""
    files = sorted(folder.iterdir()) if folder else []
    return [one for file in files if file.suffix.lower() in CERTIFICATES for one in _certificates(file.read_bytes())]


def _certificates(content: bytes) -> list[x509.Certificate]:
    parts = [part for _, _, part in pem.unarmor(content, multiple=True)] if pem.detect(content) else [content]
    loaded = [x509.Certificate.load(part, strict=True) for part in parts]
    for one in loaded:
        one.native  # noqa: B018  # it is read when it is needed, and must be found broken before
    return loaded


def judged(file: BinaryIO, roots: list[x509.Certificate]) -> str:
    """NONE, VALID, INVALID or UNKNOWN_SIGNER: the worst of its signatures. Raises whatever for what is no sound PDF."""
    reader = PdfFileReader(file)
    for number in range(reader.total_revisions):
        reader.get_historical_root(number)
    assert reader.root["/Pages"]["/Type"] == "/Pages"
    return _of_signatures(reader, _ranges(file), roots)


def _of_signatures(reader: PdfFileReader, ranges: int, roots: list[x509.Certificate]) -> str:
    """The document can be read; where a signature in it cannot, that one is broken."""
    try:
        found = list(reader.embedded_signatures)
        if len(found) < ranges:
            return "INVALID"
        return _worst(_judged(each, roots) for each in found)
    except (MemoryError, RecursionError):
        raise
    except Exception:
        return "INVALID"


def _ranges(file: BinaryIO) -> int:
    """How many signatures lie in the bytes: more than the document shows, and one was cut off from it."""
    file.seek(0)
    return file.read().count(b"/ByteRange")


def _worst(states: Iterable[str]) -> str:
    said = set(states)
    return next((state for state in ("INVALID", "UNKNOWN_SIGNER", "VALID") if state in said), "NONE")


def _judged(signature: EmbeddedPdfSignature, roots: list[x509.Certificate]) -> str:
    status = asyncio.run(_status(signature, roots))
    if not (status.valid and status.intact and _untouched(status)):
        return "INVALID"
    return "VALID" if status.trusted else "UNKNOWN_SIGNER"


async def _status(signature: EmbeddedPdfSignature, roots: list[x509.Certificate]) -> Status:
    """What pyHanko says of one. Nothing is fetched: a certificate counts as revoked if the file itself says so."""
    context = ValidationContext(trust_roots=roots, allow_fetching=False)
    if signature.sig_object_type == "/DocTimeStamp":
        return await async_validate_pdf_timestamp(signature, context, diff_policy=_AFTER)
    return await async_validate_pdf_signature(
        signature, context, context, diff_policy=_AFTER, key_usage_settings=_SIGNING
    )


def _untouched(status: Status) -> bool:
    """Whether nothing followed but what may, by the signer's own word too."""
    if status.modification_level not in (
        ModificationLevel.NONE,
        ModificationLevel.LTA_UPDATES,
        ModificationLevel.FORM_FILLING,
    ):
        return False
    if isinstance(status, DocumentTimestampStatus):
        return True
    stamp = status.timestamp_validity
    stamped = stamp is None or (stamp.valid and stamp.intact)
    return bool(status.docmdp_ok and status.seed_value_ok and stamped)


def _bounded() -> None:
    """Use no more than this from here on, and write nothing."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except ValueError:  # macOS knows no bound of the address space
            continue


def main(path: str, folder: str = "") -> None:
    """Print what is to be said of a file's signatures, or exit with a code."""
    _bounded()
    logging.disable()
    try:
        roots = trusted(Path(folder) if folder else None)
    except (OSError, ValueError):
        sys.exit(MISCONFIGURED)
    try:
        with Path(path).open("rb") as file:
            said = judged(file, roots)
    except Exception:
        sys.exit(UNREADABLE)
    sys.stdout.write(said)


if __name__ == "__main__":
    main(*sys.argv[1:])
