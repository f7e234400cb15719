"""Sending files to the running application, and looking what it keeps of them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

import models as rows
from models.document import FileType
from tests.channels.conftest import Site
from tests.channels.files import samples


@dataclass
class Desk:
    """The culture officer's desk: a draft on it, and a way to send files for it."""

    site: Site
    dossier: dict[str, Any]
    bearers: dict[str, dict[str, str]]

    async def send(self, content: Any, name: str = "tờ trình.pdf", **more: Any) -> httpx.Response:
        """The answer to a file sent: a sound PDF's headers, the officer's session, the draft, unless told otherwise."""
        who, dossier = more.pop("who", "officer"), more.pop("dossier", self.dossier["id"])
        headers = {"Content-Type": FileType.PDF.value, "X-File-Name": quote(name)} | more.pop("headers", {})
        headers |= await self.bearer(who) if who else {}
        return await self.site.http.post(f"/web/files?dossier={dossier}", content=content, headers=headers, **more)

    async def sent(self, content: Any = b"", **more: Any) -> dict[str, Any]:
        """What is told of a file that was taken."""
        answer = await self.send(content or samples.pdf(), **more)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def bearer(self, who: str) -> dict[str, str]:
        if who not in self.bearers:
            self.bearers[who] = await self.site.bearer(who)
        return self.bearers[who]

    async def get(self, file: str, who: str | None = "officer", **headers: str) -> httpx.Response:
        """The answer to asking for a file."""
        bearer = await self.bearer(who) if who else {}
        return await self.site.http.get(f"/web/files/{file}", headers=bearer | headers)

    async def act(self, act: str, who: str = "officer", **said: Any) -> dict[str, Any]:
        """The dossier after an act on its papers, which the desk goes on with."""
        about = {"id": self.dossier["id"], "expectedVersion": self.dossier["version"]}
        answer = await self.site.province.act(who, act, about | said)
        self.dossier = answer if answer["__typename"] == "Dossier" else self.dossier
        return answer

    async def paper(self, file: str | None = None) -> str:
        """The id of a paper just added, with this file or a new one."""
        said = {"kind": "OTHER", "title": "Tài liệu khác"}
        done = await self.act("addDocument", document=said, file=file or (await self.sent())["id"])
        assert done["__typename"] == "Dossier", done
        asked = "query($id: ID!) { dossier(id: $id) { documents { id } } }"
        found = await self.site.province.ask("officer", asked, {"id": self.dossier["id"]})
        last: str = found["data"]["dossier"]["documents"][-1]["id"]
        return last

    @property
    def folder(self) -> Path:
        return self.site.laurel.settings.data / "files"

    def kept(self) -> list[str]:
        """The contents that are kept."""
        return sorted(path.name for path in self.folder.glob("kept/*/*/*"))

    def begun(self) -> list[Path]:
        """The files that are on their way in."""
        return list(self.folder.glob("incoming/*"))

    async def nothing(self) -> bool:
        """Whether neither a row nor a byte of any file is there."""
        return not self.kept() and not self.begun() and not await self.site.province.count(rows.DocumentFile)


@pytest.fixture
async def desk(site: Site) -> Desk:
    """A draft just made, and no file kept from before."""
    shutil.rmtree(site.laurel.settings.data / "files", ignore_errors=True)
    return Desk(site, await site.province.act("officer", "draftDossier", site.province.draft()), {})
