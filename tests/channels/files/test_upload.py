"""Files in: who may send which, what is refused, and that nothing is left of what is not taken (N-U01 … N-U10)."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import closing
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from sqlalchemy import func, select

import models as rows
from channels.files import arrival
from channels.files.arrival import MOST
from channels.files.signature import EICAR
from models.document import MOST_A_DAY, MOST_BYTES_A_DAY, MOST_FILES, FileType
from tests.channels.conftest import codes
from tests.channels.files import samples
from tests.channels.files.conftest import Desk
from tests.patience import HANGING


async def pieces(content: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    """A body whose length is not said beforehand."""
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def refused(desk: Desk, *content: Any, **more: Any) -> tuple[int, str]:
    """Status and code of a refusal, having looked that it says what to do and has left nothing."""
    answer = await desk.send(*content, **more)
    (code,) = codes(answer)
    assert " · " in answer.json()["errors"][0]["message"]
    assert answer.headers["x-request-id"]
    assert answer.headers["cache-control"] == "no-store"
    assert await desk.nothing()
    return answer.status_code, code


@pytest.mark.parametrize("kind", FileType)
async def test_a_file_of_each_kind_is_taken_and_kept_by_its_hash(desk: Desk, kind: FileType) -> None:
    name, content = samples.SOUND[kind]
    answer = await desk.send(content, name, headers={"Content-Type": kind.value})
    assert answer.status_code == 201
    told, sha256 = answer.json(), hashlib.sha256(content).hexdigest()
    assert told == {
        "id": told["id"],
        "name": name,
        "type": kind.name,
        "size": len(content),
        "sha256": sha256,
        "signature": "NONE",
    }
    assert answer.headers["location"] == f"/web/files/{told['id']}"
    assert (desk.folder / "kept" / sha256[:2] / sha256[2:4] / sha256).read_bytes() == content
    assert desk.begun() == []


@pytest.mark.parametrize(
    ("name", "media_type", "content"),
    [
        ("a.exe", "application/x-msdownload", b"MZ\x90\0"),
        ("a.html", "text/html", b"<html></html>"),
        ("a.svg", "image/svg+xml", b"<svg/>"),
        ("a.js", "text/javascript", b"alert(1)"),
        ("a.pdf.exe", "application/pdf", samples.pdf()),
        ("A.PDF", "application/pdf", b"MZ\x90\0"),
        ("a.pdf", "application/pdf", samples.png()),
        ("a.pdf", "image/png", samples.png()),
        ("a.png", "image/png", samples.pdf()),
        ("a.pdf", "application/pdf", b"%PDF-1.7\n<html><script>alert(1)</script></html>\nstartxref\n0\n%%EOF"),
        ("a.pdf", "application/pdf", b""),
    ],
)
async def test_what_is_no_paper_is_refused_by_its_signature(
    desk: Desk, name: str, media_type: str, content: bytes
) -> None:
    """N-U01, N-U02."""
    said = {"Content-Type": media_type}
    assert await refused(desk, content, name, headers=said) == (422, "TYPE_NOT_ALLOWED")


async def test_a_name_that_hides_a_nul_or_a_path_is_refused(desk: Desk) -> None:
    """N-U01, N-X14."""
    for name in ("a.php\0.pdf", "../../a.pdf", ""):
        assert await refused(desk, samples.pdf(), name) == (422, "BAD_FILE_NAME")


async def test_a_bomb_and_a_giant_picture_are_refused(desk: Desk) -> None:
    """N-U04."""
    said = {"Content-Type": FileType.DOCX.value}
    bomb = samples.docx({"word/zeros.xml": bytes(60 << 20)})
    assert await refused(desk, bomb, "a.docx", headers=said) == (422, "UNSAFE_FILE")
    said = {"Content-Type": FileType.PNG.value}
    assert await refused(desk, samples.png(50_000, 50_000), "a.png", headers=said) == (422, "IMAGE_TOO_LARGE")


async def test_the_test_virus_is_refused_without_a_scanner_too(desk: Desk) -> None:
    """N-U05."""
    assert await refused(desk, samples.pdf(EICAR)) == (422, "INFECTED_FILE")


async def test_a_file_too_large_is_refused_before_it_is_read_or_as_soon_as_it_is_seen(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N-U07."""
    monkeypatch.setattr(arrival, "_LINGERS", HANGING)  # however slowly it is sent
    content = samples.pdf(padding=MOST)
    assert await refused(desk, content) == (413, "FILE_TOO_LARGE")
    assert await refused(desk, pieces(content)) == (413, "FILE_TOO_LARGE")
    exact = samples.pdf(padding=MOST - len(samples.pdf(padding=10_000_000)) + 10_000_000)
    assert len(exact) == MOST
    assert (await desk.sent(pieces(exact)))["size"] == MOST


async def test_a_form_and_a_packed_body_are_sent_to_the_plain_way(desk: Desk) -> None:
    """N-U07: of fields and their lengths there is nothing to bound."""
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    assert await refused(desk, b"--x\r\n", headers=form) == (415, "RAW_BODY_ONLY")
    assert await refused(desk, samples.pdf(), headers={"Content-Encoding": "gzip"}) == (415, "RAW_BODY_ONLY")


@pytest.mark.parametrize("channel", ["web", "mobile", "portal"])
async def test_graphql_takes_no_files_on_any_channel(desk: Desk, channel: str) -> None:
    """N-U08, as the multipart request of GraphQL has it."""
    parts = {
        "operations": (None, '{"query": "mutation($f: Upload!) { a(file: $f) }", "variables": {"f": null}}'),
        "map": (None, '{"0": ["variables.f"]}'),
        "0": ("a.pdf", samples.pdf(), "application/pdf"),
    }
    answer = await desk.site.http.post(f"/{channel}/graphql", files=parts, headers=await desk.bearer("officer"))
    assert (answer.status_code, codes(answer)) == (415, ["UNSUPPORTED_MEDIA_TYPE"])
    assert await desk.nothing()


async def test_only_staff_with_a_session_may_send_and_a_cookie_from_this_site_alone(desk: Desk) -> None:
    """N-J10."""
    assert await refused(desk, samples.pdf(), who=None) == (401, "UNAUTHENTICATED")
    said = {"Authorization": "Bearer unknown"}
    assert await refused(desk, samples.pdf(), who=None, headers=said) == (401, "UNAUTHENTICATED")
    assert await refused(desk, samples.pdf(), who="nominee") == (403, "FORBIDDEN")
    cookie = {"Cookie": f"laurel_web={await desk.site.token('officer')}"}
    for origin in ({}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert await refused(desk, samples.pdf(), who=None, headers=cookie | origin) == (403, "CROSS_SITE")
    own = {"Origin": desk.site.address}
    assert (await desk.send(samples.pdf(), who=None, headers=cookie | own)).status_code == 201


async def test_a_dossier_that_is_not_theirs_to_see_looks_like_none(desk: Desk) -> None:
    absent = "Dossier_00000000-0000-7000-8000-000000000000"
    for more in ({"who": "stranger"}, {"who": "desk"}, {"dossier": absent}, {"dossier": "x"}, {"dossier": ""}):
        assert await refused(desk, samples.pdf(), **more) == (404, "NOT_FOUND")


async def test_who_may_see_but_not_add_is_refused_and_so_is_the_proposer_once_it_is_sent(desk: Desk) -> None:
    assert await refused(desk, samples.pdf(), who="head") == (403, "NOT_PERMITTED")
    await desk.act("submitDossier", "head")
    assert await refused(desk, samples.pdf()) == (403, "NOT_PERMITTED")
    assert await refused(desk, samples.pdf(), who="desk") == (409, "ILLEGAL_STEP")
    await desk.act("receiveDossier", "desk")
    assert (await desk.sent(who="desk"))["type"] == "PDF"


async def test_only_post_sends_and_only_get_fetches(desk: Desk) -> None:
    for method, path, allowed in (("PUT", "/web/files", "POST"), ("POST", "/web/files/x", "GET")):
        answer = await desk.site.http.request(method, path, headers=await desk.bearer("officer"))
        assert (answer.status_code, codes(answer), answer.headers["allow"]) == (405, ["METHOD_NOT_ALLOWED"], allowed)


async def test_the_fifty_first_file_of_a_dossier_is_refused(desk: Desk) -> None:
    """N-U07."""
    await planted(desk, MOST_FILES)
    answer = await desk.send(samples.pdf())
    assert (answer.status_code, codes(answer)) == (413, ["TOO_MANY_FILES"])
    assert desk.kept() == desk.begun() == []


@pytest.mark.parametrize(("count", "size"), [(MOST_A_DAY, 1), (1, MOST_BYTES_A_DAY)])
async def test_an_account_sends_no_more_than_a_days_worth(desk: Desk, count: int, size: int) -> None:
    elsewhere = await desk.site.province.act("officer", "draftDossier", desk.site.province.draft())
    await planted(desk, count, size, elsewhere["id"])
    answer = await desk.send(samples.pdf())
    assert (answer.status_code, codes(answer), answer.headers["retry-after"]) == (429, ["UPLOADS_SPENT"], "3600")
    assert desk.kept() == []


async def planted(desk: Desk, count: int, size: int = 1, dossier: str = "") -> None:
    """Files that were sent already, without contents."""
    about = {
        "dossier_id": UUID((dossier or desk.dossier["id"]).removeprefix("Dossier_")),
        "name": "a.pdf",
        "type": FileType.PDF,
        "sha256": "0" * 64,
        "uploaded_by_id": desk.site.province.viewers["officer"].account_id,
    }
    async with desk.site.province.sessions.begin() as session:
        session.add_all(rows.DocumentFile(**about, size=size) for _ in range(count))


async def test_the_same_content_is_kept_once_however_often_and_how_near_it_is_sent(desk: Desk) -> None:
    """N-U10."""
    told = await asyncio.gather(*(desk.sent(samples.pdf(padding=300_000), name=f"{n}.pdf") for n in range(6)))
    again = await desk.sent(samples.pdf(padding=300_000))
    assert len({each["id"] for each in (*told, again)}) == 7
    assert desk.kept() == [again["sha256"]]
    assert desk.begun() == []


def begun_upload(desk: Desk, bearer: str, length: int) -> socket.socket:
    """A connection on which half of a file has been sent."""
    place = urlsplit(desk.site.address)
    connection = socket.create_connection((place.hostname, place.port))
    head = (
        f"POST /web/files?dossier={desk.dossier['id']} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: {length}\r\n"
        f"Content-Type: application/pdf\r\nX-File-Name: a.pdf\r\nAuthorization: {bearer}\r\n\r\n"
    )
    connection.sendall(head.encode() + samples.pdf(padding=length)[: length // 2])
    return connection


async def until(condition: Any) -> None:
    async with asyncio.timeout(HANGING):
        while not condition():
            await asyncio.sleep(0.01)


async def test_an_upload_broken_off_halfway_leaves_nothing(desk: Desk) -> None:
    """N-U10."""
    bearer = (await desk.bearer("officer"))["Authorization"]
    with closing(await asyncio.to_thread(begun_upload, desk, bearer, 4 << 20)):
        await until(desk.begun)
    await until(lambda: not desk.begun())
    assert await desk.nothing()


async def test_a_client_that_stops_sending_is_not_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    bearer = (await desk.bearer("officer"))["Authorization"]
    read, part = 0, arrival.Body.part

    async def impatient(body: arrival.Body) -> bytes:
        """Wait for the first half as long as it takes, and then not for long."""
        nonlocal read
        monkeypatch.setattr(arrival, "PATIENCE", 0.2 if read == 2 << 20 else HANGING)
        said = await part(body)
        read += len(said)
        return said

    monkeypatch.setattr(arrival.Body, "part", impatient)
    with closing(await asyncio.to_thread(begun_upload, desk, bearer, 4 << 20)) as connection:
        connection.settimeout(HANGING)
        answer = b"".join(await asyncio.to_thread(lambda: list(iter(partial(connection.recv, 100_000), b""))))
        assert answer.startswith(b"HTTP/1.1 408")
        assert b"UPLOAD_TOO_SLOW" in answer
    assert await desk.nothing()


async def test_where_the_disk_is_nearly_full_nothing_is_begun(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """F16."""
    monkeypatch.setattr(arrival, "SPARED", 1 << 60)
    assert await refused(desk, samples.pdf()) == (507, "NO_ROOM")


async def test_memory_stays_flat_however_long_the_file(desk: Desk) -> None:
    """N-U04."""
    content = samples.pdf(padding=MOST - 10_000)
    await desk.sent()
    tracemalloc.start()
    for _ in range(2):
        await desk.sent(pieces(content))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 << 20, "a quarter of the two files"


async def test_a_file_that_cannot_be_written_down_is_not_there_and_its_content_is_swept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("resolvers.document.keep", fails)
    answer = await desk.send(samples.pdf())
    assert (answer.status_code, codes(answer), answer.headers["retry-after"]) == (503, ["UNAVAILABLE"], "5")
    assert await desk.nothing()


async def test_what_is_said_of_a_file_is_what_the_database_holds(desk: Desk) -> None:
    told = await desk.sent()
    async with desk.site.province.sessions() as session:
        file = (await session.scalars(select(rows.DocumentFile))).one()
        now = (await session.execute(select(func.now()))).scalar_one()
    assert (f"DocumentFile_{file.id}", file.sha256, file.size) == (told["id"], told["sha256"], told["size"])
    assert (file.document_id, file.edition) == (None, 0)
    assert abs((now - file.uploaded_at).total_seconds()) < 60
