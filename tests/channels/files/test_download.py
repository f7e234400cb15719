"""Files out: to whoever sees the paper, to be saved and never shown as a page (N-U11, N-D25)."""

from __future__ import annotations

import time
from urllib.parse import unquote

import httpx
import pytest

from channels.files.endpoint import folder
from models.document import FileType
from tests.channels.conftest import codes
from tests.channels.files import samples
from tests.channels.files.conftest import Desk

ABSENT = "DocumentFile_00000000-0000-7000-8000-000000000000"


async def test_a_papers_file_is_handed_out_as_it_came_to_be_saved(desk: Desk) -> None:
    content = samples.pdf(padding=700_000)
    file = await desk.sent(content, name="Tờ trình “số 1”.pdf")
    await desk.paper(file["id"])
    answer = await desk.get(file["id"])
    assert (answer.status_code, answer.content) == (200, content)
    headers = answer.headers
    assert headers["content-type"] == FileType.PDF.value
    assert headers["content-length"] == str(len(content))
    assert headers["content-disposition"].startswith('attachment; filename="To trinh _so 1_.pdf"; ')
    assert unquote(headers["content-disposition"].partition("UTF-8''")[2]) == "Tờ trình “số 1”.pdf"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers.get_list("content-security-policy") == ["sandbox; default-src 'none'; frame-ancestors 'none'"]
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "private, no-cache"
    assert headers["etag"] == f'"{file["sha256"]}"'


async def test_who_has_it_already_is_told_so_and_their_right_is_asked_again(desk: Desk) -> None:
    file = await desk.sent()
    await desk.paper(file["id"])
    tag = f'"{file["sha256"]}"'
    again = await desk.get(file["id"], **{"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await desk.get(file["id"], "stranger", **{"If-None-Match": tag})).status_code == 404


async def test_a_file_that_is_not_theirs_to_see_looks_like_none(desk: Desk) -> None:
    waiting = (await desk.sent())["id"]
    file = await desk.sent()
    await desk.paper(file["id"])
    answers = [await desk.get(file["id"], who) for who in ("stranger", "desk", "auditor", "appraiser")]
    answers += [await desk.get(id) for id in (ABSENT, waiting, "x", "..%2e", f"Dossier_{ABSENT[13:]}")]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    assert codes(answers[0]) == ["NOT_FOUND"]
    assert (await desk.get("%2e%2e%2fetc%2fpasswd")).status_code == 404


async def test_a_nominee_and_a_stranger_to_the_channel_get_nothing(desk: Desk) -> None:
    file = await desk.sent()
    await desk.paper(file["id"])
    await desk.act("submitDossier", "head")
    assert (await desk.get(file["id"], "desk")).status_code == 200
    nominee, nobody = await desk.get(file["id"], "nominee"), await desk.get(file["id"], None)
    assert (nominee.status_code, codes(nominee)) == (403, ["FORBIDDEN"])
    assert (nobody.status_code, codes(nobody)) == (401, ["UNAUTHENTICATED"])
    cookie = {"Cookie": f"laurel_web={await desk.site.token('officer')}"}
    crossing = await desk.get(file["id"], None, **cookie, **{"Sec-Fetch-Site": "cross-site"})
    assert (crossing.status_code, codes(crossing)) == (403, ["CROSS_SITE"])
    assert (await desk.get(file["id"], None, **cookie, **{"Sec-Fetch-Site": "same-origin"})).status_code == 200


async def test_a_replaced_file_stays_beside_the_new_one_and_a_removed_papers_files_are_gone(desk: Desk) -> None:
    first, second = await desk.sent(samples.pdf(b"1")), await desk.sent(samples.pdf(b"2"))
    paper = await desk.paper(first["id"])
    await desk.act("replaceDocument", documentId=paper, file=second["id"])
    assert [(await desk.get(file["id"])).status_code for file in (first, second)] == [200, 200]
    await desk.act("removeDocument", documentId=paper)
    assert [(await desk.get(file["id"])).status_code for file in (first, second)] == [404, 404]


async def test_a_hundred_thousand_ranges_cost_nothing(desk: Desk) -> None:
    """N-D25."""
    file = await desk.sent()
    await desk.paper(file["id"])
    await desk.get(file["id"])
    began = time.process_time()
    answer = await desk.get(file["id"], Range="bytes=" + ",".join(["0-1"] * 7_000))
    assert (answer.status_code, answer.headers["accept-ranges"]) == (200, "none")
    more = await desk.get(file["id"], Range="bytes=" + ",".join(["0-1"] * 100_000))
    assert more.status_code == 431, "more than a head may hold"
    assert time.process_time() - began < 1


async def test_a_content_that_was_changed_on_the_disk_is_never_handed_out_whole(desk: Desk) -> None:
    file = await desk.sent(samples.pdf(padding=700_000))
    await desk.paper(file["id"])
    place = folder(desk.site.laurel.settings.data)._place(file["sha256"])
    changed = bytearray(place.read_bytes())
    changed[1_000] ^= 1
    place.write_bytes(bytes(changed))
    with pytest.raises(httpx.RemoteProtocolError):
        await desk.get(file["id"])
    place.unlink()
    gone = await desk.get(file["id"])
    assert (gone.status_code, codes(gone)) == (503, ["UNAVAILABLE"])
