"""What befalls the identity provider by which staff sign in: it is cut off, silent, slow, broken, confused."""

from __future__ import annotations

import asyncio
from collections import Counter
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
from starlette.responses import Response

from channels.embedded import child
from tests.channels.oidc.provider import CLIENT, SECRET, Provider, provided
from tests.faults.experiment import World
from tests.faults.nemesis.catalogue import experiment
from tests.faults.proxy import Proxy
from tests.faults.site import Site
from tests.web import http_client

ADDRESS = "http://127.0.0.1:8000"
"""By which the provider knows both servers, as behind one name."""
STRANGER = 403
"""What somebody is answered whom the provider vouches for, and whom nobody knows here: all of it worked."""
SOON = 15.0
"""Seconds within which each step is answered, however the provider is."""
BROKEN = {
    "broken": Response(status_code=500),
    "confused": Response("<html>", media_type="application/json"),
    "endless": Response(b"[" * 2_000_000, media_type="application/json"),
}


def agreed(home: Path) -> None:
    """Write down where the provider will be, before the servers start."""
    (home / "secret").write_text(SECRET)
    (home / "oidc.toml").write_text(
        f'[sso]\nchannel = "web"\nissuer = "http://127.0.0.1:{child.free_port()}"\nclient_id = "{CLIENT}"\n'
        f'client_secret_file = "{home / "secret"}"\n'
    )


@experiment(
    "F38", "the identity provider is cut off, silent, slow, broken and confused, while staff sign in and work",
    pages=True, prepare=agreed, laurel={"LAUREL_OIDC": "{home}/oidc.toml", "LAUREL_ADDRESS": ADDRESS},
)  # fmt: skip
async def provider_away(world: World) -> None:
    """Whoever signs in is told to come again, in time; nobody else notices; and then it works again."""
    issuer = (world.cluster.home / "oidc.toml").read_text().partition('issuer = "')[2].partition('"')[0]
    async with provided() as provider:
        proxy = Proxy(int(provider.issuer.rpartition(":")[2]))
        proxy.port, provider.issuer = int(issuer.rpartition(":")[2]), issuer
        await proxy.start()
        try:
            await world.machine.within(30, _signs_in(world))
            for mood in ("cut off", "silent", "slow", *BROKEN):
                await _tried(world, proxy, provider, mood)
            await world.machine.within(60, _signs_in(world))
        finally:
            await proxy.stop()


async def _tried(world: World, proxy: Proxy, provider: Provider, mood: str) -> None:
    if mood in BROKEN:
        provider.answers = dict.fromkeys(("/.well-known/openid-configuration", "/token", "/jwks"), BROKEN[mood])
    elif mood == "cut off":
        proxy.refuse()
    else:
        proxy.both(**({"stalled": True} if mood == "silent" else {"latency": 1.5}))
    said = Counter(await asyncio.gather(*(_sign_in(world, site) for site in world.cluster.sites for _ in range(3))))
    world.tell(f"the identity provider is {mood}", answers={str(status): count for status, count in said.items()})
    proxy.heal()
    provider.answers = {}
    assert not {0, 500} & said.keys(), said
    assert mood == "slow" or STRANGER not in said, said


async def _signs_in(world: World) -> None:
    """Wait until signing in works on each server."""
    for site in world.cluster.sites:
        while await _sign_in(world, site) != STRANGER:
            await asyncio.sleep(0.2)


async def _sign_in(world: World, site: Site) -> int:
    """How Laurel answers in the end; 0: not in time."""
    patience = SOON * world.machine.slowness
    async with http_client(timeout=patience) as browser:
        try:
            begun = await browser.get(f"{site.address}/web/oidc/sso/sign-in")
        except httpx.HTTPError:
            return 0
        if begun.status_code != 303:
            return begun.status_code
        try:
            back = (await browser.get(begun.headers["location"], timeout=1.0)).headers["location"]
        except httpx.HTTPError:
            asked = httpx.URL(begun.headers["location"])  # it was there when it sent the browser back
            said = {"state": asked.params["state"], "code": "x", "iss": f"http://{asked.host}:{asked.port}"}
            back = str(httpx.URL(f"{ADDRESS}/web/oidc/sso/callback", params=said))
        cookies = SimpleCookie(begun.headers["set-cookie"])
        kept = "; ".join(f"{name}={cookie.value}" for name, cookie in cookies.items())
        try:
            return (await browser.get(back.replace(ADDRESS, site.address), headers={"Cookie": kept})).status_code
        except httpx.HTTPError:
            return 0
