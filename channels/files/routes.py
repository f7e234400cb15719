"""The addresses of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Route

from channels.files.download import Downloads
from channels.files.endpoint import folder
from channels.files.upload import PATH, Uploads

if TYPE_CHECKING:
    from channels.app import Laurel


def routes(laurel: Laurel) -> list[BaseRoute]:
    """One address to send files to, and one for each file."""
    store = folder(laurel.settings.data)
    return [Route(PATH, Uploads(laurel, store)), Route(f"{PATH}/{{id}}", Downloads(laurel, store))]
