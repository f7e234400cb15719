"""A client of servers on this machine, which speak plain HTTP."""

from __future__ import annotations

import ssl
from typing import Any

import httpx

from tests.patience import HANGING

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Given to each client, for each would else read all certificate authorities: 30 ms that no test needs."""


def http_client(address: str = "", **more: Any) -> httpx.AsyncClient:
    """A client of what is at this address, if one is given, as patient as tests are; `more` as httpx takes it."""
    return httpx.AsyncClient(base_url=address, verify=NO_TLS, **{"timeout": HANGING, **more})
