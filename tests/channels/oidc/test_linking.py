"""Linking by an administrator at a terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from channels.oidc.linking import CannotLink, link, unlink
from tests.channels.oidc.conftest import House


async def test_an_administrator_links_and_unlinks_at_a_terminal(house: House) -> None:
    settings = house.laurel.settings
    assert (await house.signed_in()).status_code == 403
    await link(settings, " Officer", "sso", "an@provider\n")
    await link(settings, "officer", "sso", "an@provider")
    assert (await house.signed_in()).status_code == 303
    assert await unlink(settings, "officer", "sso") == 1
    assert await unlink(settings, "officer", "sso") == 0
    assert (await house.who(), (await house.signed_in()).status_code) == (None, 403)


async def test_what_cannot_be_linked_is_said_with_what_to_do(house: House) -> None:
    settings = house.laurel.settings
    await link(settings, "officer", "sso", "an@provider")
    for asked, said in (
        ((settings, "head", "sso", "an@provider"), "identities unlink"),
        ((settings, "officer", "sso", "another"), "identities unlink"),
        ((settings, "nobody", "sso", "x"), "There is no account nobody"),
        ((settings, "head", "elsewhere", "x"), "It has: sso, other, citizen"),
        ((replace(settings, oidc=None), "head", "sso", "x"), "It has: —"),
    ):
        with pytest.raises(CannotLink, match=said):
            await link(*asked)
    assert await unlink(settings, "head", "sso") == 0
