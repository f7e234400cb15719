"""Signed PDFs on their way in (N-U13): what is told of them, what may be a paper, and how the looking is bounded."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import models as rows
from channels.files import seals, signed
from channels.files.signed import Seals
from channels.refusals import Refusal, Refused
from channels.settings import CHECKOUT
from models.document import FileSignature, FileType
from tests.channels.conftest import codes
from tests.channels.files import samples
from tests.channels.files.conftest import Desk
from tests.channels.files.signing import TRUSTED, amended, authority, person
from tests.channels.files.signing import signed as signed_by

OTHER = {"kind": "OTHER", "title": "Tờ trình đã ký"}
FILES = "query($id: ID!) { dossier(id: $id) { version documents { files { signature } } } }"


@pytest.fixture(scope="module")
def paper() -> bytes:
    """A signed PDF."""
    return signed_by(samples.pdf(), person())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the certificate of the trusted authority."""
    (tmp_path / "ca.pem").write_bytes(authority(TRUSTED).pem)
    return tmp_path


def written(content: bytes, place: Path) -> Path:
    path = place / "file.part"
    path.write_bytes(content)
    return path


async def shown(desk: Desk) -> dict[str, Any]:
    """The dossier's version, and what is shown of its files' signatures."""
    found = (await desk.site.province.ask("officer", FILES, {"id": desk.dossier["id"]}))["data"]["dossier"]
    signatures = [file["signature"] for paper in found["documents"] for file in paper["files"]]
    return {"version": found["version"], "signatures": signatures}


async def test_a_process_of_its_own_says_whether_it_holds_and_whether_the_signer_is_known(
    paper: bytes, folder: Path, tmp_path: Path
) -> None:
    path = written(paper, tmp_path)
    assert await Seals(folder).of(FileType.PDF, path) is FileSignature.VALID
    assert await Seals(None).of(FileType.PDF, path) is FileSignature.UNKNOWN_SIGNER
    written(paper.replace(b"(To trinh)", b"(To trinH)"), tmp_path)
    assert await Seals(folder).of(FileType.PDF, path) is FileSignature.INVALID


async def test_no_process_is_begun_for_what_bears_no_signature(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nonexistent")
    for kind, (_, content) in samples.SOUND.items():
        assert await Seals(None).of(kind, written(content, tmp_path)) is FileSignature.NONE
    assert (await desk.sent())["signature"] == "NONE"


async def test_a_signed_paper_is_taken_and_staff_see_what_was_found(desk: Desk, paper: bytes) -> None:
    told = await desk.sent(paper)
    assert told["signature"] == "UNKNOWN_SIGNER"
    await desk.paper(told["id"])
    await desk.paper()
    assert (await shown(desk))["signatures"] == ["UNKNOWN_SIGNER", "NONE"]


@pytest.mark.parametrize("alter", [lambda paper: paper.replace(b"(To trinh)", b"(To trinH)"), amended])
async def test_what_was_altered_after_signing_is_told_so_and_becomes_no_paper(
    desk: Desk, paper: bytes, alter: Any
) -> None:
    document = await desk.paper()
    before = await shown(desk)
    told = await desk.sent(alter(paper), name="bị sửa.pdf")
    assert told["signature"] == "INVALID"
    for act, said in (("addDocument", {"document": OTHER}), ("replaceDocument", {"documentId": document})):
        refusal = await desk.act(act, file=told["id"], **said)
        assert refusal["__typename"] == "RuleNotMet", refusal
        assert refusal["rule"] == "INVALID_SIGNATURE"
        assert "bị sửa.pdf" in refusal["message"]
        assert "have it signed again" in refusal["messageEn"]
    assert await shown(desk) == before
    done = await desk.act("addDocument", document=OTHER, file=(await desk.sent(paper))["id"])
    assert done["__typename"] == "Dossier", "the original is taken"


@pytest.mark.parametrize("cut", [3_000, 100])
async def test_a_signed_pdf_that_cannot_be_read_is_refused_and_leaves_nothing(
    desk: Desk, paper: bytes, cut: int
) -> None:
    answer = await desk.send(paper[:-cut] + b"\nstartxref\n0\n%%EOF\n")
    assert (answer.status_code, codes(answer)) == (422, ["UNREADABLE_SIGNATURE"])
    assert await desk.nothing()


async def test_a_file_of_before_is_shown_as_never_looked_at_and_may_be_a_paper(desk: Desk) -> None:
    told = await desk.sent()
    async with desk.site.province.sessions.begin() as session:
        file = await session.get(rows.DocumentFile, told["id"].removeprefix("DocumentFile_"))
        assert file is not None
        file.signature = None
    await desk.paper(told["id"])
    assert (await shown(desk))["signatures"] == [None]


async def test_a_process_that_hangs_is_ended_and_the_file_may_be_sent_again(
    paper: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signed, "PATIENCE", 0.01)
    with pytest.raises(Refused) as refused:
        await Seals(None).of(FileType.PDF, written(paper, tmp_path))
    assert refused.value.refusal is Refusal.UNAVAILABLE
    assert refused.value.headers["Retry-After"] == "60"


async def test_with_a_certificate_that_cannot_be_read_no_signature_is_judged(
    paper: bytes, folder: Path, tmp_path: Path
) -> None:
    (folder / "b.crt").write_text("no certificate")
    with pytest.raises(Refused) as refused:
        await Seals(folder).of(FileType.PDF, written(paper, tmp_path))
    assert refused.value.refusal is Refusal.UNAVAILABLE


def bomb() -> bytes:
    """A PDF of a few megabytes whose table of contents unpacks to more than the process may have."""
    packed = samples.zlib.compress(bytes(2 * seals.MEMORY), 9)
    head = b"%PDF-1.7\n/Sig\n"
    table = b"<</Type/XRef/Size 6/W[1 4 2]/Root 1 0 R/Filter/FlateDecode/Length %d>>" % len(packed)
    body = b"1 0 obj\n%bstream\n%b\nendstream\nendobj\n" % (table, packed)
    return head + body + b"startxref\n%d\n%%%%EOF\n" % len(head)


async def test_a_bomb_takes_no_more_than_its_process_may_have_and_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        await Seals(None).of(FileType.PDF, written(bomb(), tmp_path))
    assert refused.value.refusal is Refusal.UNREADABLE_SIGNATURE


@pytest.mark.parametrize(
    ("greed", "end"),
    [("bytearray(seals.MEMORY)", 1), ("any(iter(int, 1))", -signal.SIGKILL), ("seals.Path('x').write_text('y')", 1)],
)
def test_a_process_that_loops_swells_or_writes_is_ended_by_the_system(tmp_path: Path, greed: str, end: int) -> None:
    program = f"from channels.files import seals; seals.SECONDS = 3; seals._bounded(); {greed}"
    settings: Any = {"cwd": tmp_path, "env": {"PYTHONPATH": str(CHECKOUT)}, "capture_output": True}
    ended = subprocess.run([sys.executable, "-c", program], timeout=60, check=False, **settings)
    assert ended.returncode == end, ended.stderr
    assert not any(path.stat().st_size for path in tmp_path.iterdir())
