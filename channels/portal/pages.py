"""The pages anybody may read, whole without a script: start, the decisions, one decision, what a certificate says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from channels import gate
from channels.budgets import PUBLIC, Budget
from channels.contract import CHANNELS, PORTAL, WEB
from channels.etag import etag, has
from channels.logs import get_logger
from channels.portal.assets import TYPES, asked, assets
from channels.portal.quick_response import MEDIA, picture
from channels.proxies import place
from channels.refusals import Refusal, Refused
from channels.session import Caller
from models.award_code import canonical

if TYPE_CHECKING:
    from jinja2 import Environment

    from channels.app import Laurel
    from models.demo import DemoAccount

log = get_logger("laurel.pages")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Nothing but this origin's own files: no inline script or style, no other host, no way to write markup from text."""
POLICY_OF_FORMS = POLICY.replace("form-action 'none'", "form-action 'self'")
"""The same for a page with a form, which is sent to this origin."""
ELSEWHERE = {"/quyet-dinh": "/decisions", "/dang-nhap": "/web/sign-in", "/web": "/web/sign-in"} | {
    f"{listed}/": listed for listed in ("/decisions", "/lay-y-kien", "/xac-minh")
}
"""What somebody may type, and where that is: on this site, whichever host a request names."""
BUSY_FOR = 5
"""Seconds after which a page that could not be read is worth asking for again."""

Page = Callable[[Request], Awaitable[Response]]


class Missing(LookupError):
    """There is no such page; what may not be seen looks the same."""


class Pages:
    """Reads by the portal's registered documents, as any client of the portal does, and renders what they say."""

    def __init__(self, laurel: Laurel) -> None:
        self.laurel = laurel
        self.demo_loaded = False

    @cached_property
    def templates(self) -> Environment:
        """What the pages are written by; Jinja is read for the first one, for 2 MB that asking for data needs not."""
        from channels.portal.words import environment

        made = environment()
        made.globals |= {"channels": CHANNELS, "portal": PORTAL, "web": WEB, "demo": self.laurel.settings.demo}
        return made

    def routes(self) -> list[BaseRoute]:
        """The pages' addresses, and their files'."""
        return [
            Route("/", self.answering(self.start)),
            Route("/decisions", self.answering(self.decisions)),
            Route("/decisions/{id}", self.answering(self.decision)),
            Route("/lay-y-kien", self.answering(self.postings)),
            Route("/lay-y-kien/{id}", self.answering(self.posting)),
            Route("/decisions/{id}/qr.{form}", self.answering(self.decision_code)),
            Route("/xac-minh", self.answering(self.code_form)),
            Route("/xac-minh/{code}/qr.{form}", self.answering(self.certificate_code)),
            Route("/xac-minh/{code}", self.answering(self.certificate)),
            Route("/static/{name}", self.answering(_file, counted=False)),
            Route("/favicon.ico", _icon),
            *(Route(said, _elsewhere) for said in ELSEWHERE),
        ]

    def answering(self, page: Page, *, counted: bool = True) -> Page:
        """The page, or in its place one in both languages that says why there is none."""

        async def answer(request: Request) -> Response:
            try:
                if counted:
                    await self.count(request, PUBLIC)
                return await page(request)
            except Missing:
                return self.missing(request)
            except Refused as refused:
                return self.too_often(request, refused)
            except Exception as fault:
                log.error("a page could not be read", path=request.url.path, exc_info=fault)
                return self.unavailable(request)

        return answer

    async def start(self, request: Request) -> Response:
        """What runs here, the newest decisions, and in a demo who may sign in."""
        return self.page(request, "start.html", **await self.read("StartPage"), accounts=await self._accounts())

    async def decisions(self, request: Request) -> Response:
        """The published decisions, a page at a time, the newest first."""
        return self.page(request, "decisions.html", **await self.read("StartPage", **_after(request)))

    async def decision(self, request: Request) -> Response:
        """One decision with those it honours. Raises Missing."""
        read = await self.read("DecisionPage", id=request.path_params["id"], **_after(request))
        if not read["node"]:
            raise Missing
        return self.page(request, "decision.html", decision=read["node"], later=bool(_after(request)))

    async def code_form(self, request: Request) -> Response:
        """The form that asks for the code printed on a certificate; sent with one, it leads to what the code opens."""
        code = canonical(request.query_params.get("code", ""))
        if code:
            return RedirectResponse(f"/xac-minh/{quote(code)}", status_code=303)
        page = self.page(request, "verify.html")
        page.headers["Content-Security-Policy"] = POLICY_OF_FORMS
        return page

    async def certificate(self, request: Request) -> Response:
        """What the code printed on a certificate opens; 404 for one that is nobody's, or of what is not published."""
        award = (await self.read("VerifyAward", code=request.path_params["code"]))["verifyAward"]
        if award is None:
            page = self.page(request, "unrecognised.html", status=404, cache="no-store")
            page.headers["Content-Security-Policy"] = POLICY_OF_FORMS
            return page
        return self.page(request, "certificate.html", award=award, code=canonical(request.path_params["code"]))

    async def certificate_code(self, request: Request) -> Response:
        """The QR code that opens what a certificate's code says, whatever became of the award. Raises Missing."""
        code = request.path_params["code"]
        if (await self.read("VerifyAward", code=code))["verifyAward"] is None:
            raise Missing
        return self._drawn(request, f"/xac-minh/{canonical(code)}")

    async def decision_code(self, request: Request) -> Response:
        """The QR code that opens a decision's page. Raises Missing."""
        read = await self.read("DecisionPage", id=request.path_params["id"])
        if not read["node"]:
            raise Missing
        return self._drawn(request, f"/decisions/{read['node']['id']}")

    def _drawn(self, request: Request, path: str) -> Response:
        """A path of ours as a QR code, at the address the public knows us by. Raises Missing for no form of ours."""
        form = request.path_params["form"]
        if form not in MEDIA:
            raise Missing
        known = self.laurel.settings.address
        cache = PORTAL.cache_control if known else "no-store"  # else a forged Host would be kept for others
        headers = {"Cache-Control": cache, "Content-Security-Policy": POLICY}
        body = picture((known or str(request.base_url).rstrip("/")) + path, form)
        return Response(body, headers=headers, media_type=MEDIA[form])

    async def postings(self, request: Request) -> Response:
        """The lists that stand in public for comments (Law 06/2022 art 84.5)."""
        return self.page(request, "postings.html", **await self.read("Postings", **_after(request)))

    async def posting(self, request: Request) -> Response:
        """One list; once its window is over search engines are to forget it. Raises Missing."""
        posting = (await self.read("PostingPage", id=request.path_params["id"], **_after(request)))["node"]
        if not posting:
            raise Missing
        page = self.page(request, "posting.html", posting=posting)
        if posting["status"] != "OPEN":
            page.headers["X-Robots-Tag"] = "noindex"
        return page

    def missing(self, request: Request, _: Exception | None = None) -> Response:
        """404, in both languages; for whatever else nobody answers, too."""
        return self.page(request, "missing.html", status=404, cache="no-store")

    async def count(self, request: Request, budget: Budget) -> None:
        """Spend a point of the address's. Raises RATE_LIMITED."""
        where = place(request.client.host if request.client else None)
        if where:
            await self.laurel.limits.spend(budget, where)

    def count_not(self, request: Request, budget: Budget) -> None:
        """Give the point back: what it was for was not done."""
        where = place(request.client.host if request.client else None)
        self.laurel.limits.refund(budget, where, 1)

    def too_often(self, request: Request, refused: Refused) -> Response:
        """429, in both languages, with when to come again; raises what it was refused for where that is no rate."""
        if refused.refusal is not Refusal.RATE_LIMITED:
            raise refused
        page = self.page(request, "too_often.html", status=429, cache="no-store")
        page.headers.update(refused.headers)
        return page

    def unavailable(self, request: Request) -> Response:
        """503, in both languages, with when to come again; bare where not even a template can be read."""
        try:
            page = self.page(request, "unavailable.html", status=503, cache="no-store")
        except OSError:
            page = PlainTextResponse(Refusal.UNAVAILABLE.message, 503, {"Cache-Control": "no-store"})
        page.headers["Retry-After"] = str(BUSY_FOR)
        return page

    async def read(self, document: str, **variables: str) -> dict[str, Any]:
        """The `data` of a registered document. Raises Missing where a variable is none of ours: an id, a cursor."""
        portal = self.laurel.admissions[PORTAL.name]
        admitted = portal.admit(gate.Request(None, document, None, variables), Caller())
        ready = self.laurel.engine.ready(admitted.document, admitted.variables, admitted.operation.name)
        answer = await self.laurel.answers.answer(ready, admitted.page) if ready else None
        if answer is None and variables:
            raise Missing
        if answer is None:
            raise RuntimeError(f"{document} was not answered")
        data: dict[str, Any] = orjson.loads(answer.body)["data"]
        return data

    async def _accounts(self) -> Sequence[DemoAccount]:
        """The accounts whose passwords all may know: in a demo process, over the demo's data, and nowhere else."""
        settings = self.laurel.settings
        if not settings.demo:
            return ()
        from models import demo  # a real register never loads it

        self.demo_loaded = self.demo_loaded or await demo.is_loaded(settings.database_url)
        return demo.ACCOUNTS if self.demo_loaded else ()

    def page(
        self, request: Request, template: str, *, status: int = 200, cache: str = PORTAL.cache_control, **said: Any
    ) -> Response:
        """A template with what is said to it, as a response that may be asked for again by its tag."""
        text = self.templates.get_template(template).render(**said)
        body = text.encode()
        tag = etag(body)
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": cache, "Content-Language": "vi, en"}
        if status == 200:
            headers["ETag"] = tag
            if has(request.headers.get("if-none-match", ""), tag):
                return Response(status_code=304, headers=headers)
        return Response(body, status, headers, "text/html; charset=utf-8")


async def _file(request: Request) -> Response:
    found = asked(request.path_params["name"])
    if found is None:
        raise Missing
    asset, cache = found
    return Response(asset.body, headers={"Cache-Control": cache}, media_type=TYPES[asset.suffix])


async def _icon(_: Request) -> Response:
    """The icon, for whoever asks for it by its ancient name."""
    icon = assets()["laurel.svg"]
    return Response(icon.body, headers={"Cache-Control": "public, max-age=86400"}, media_type=TYPES[icon.suffix])


async def _elsewhere(request: Request) -> Response:
    """Where somebody is led who typed what is natural."""
    return RedirectResponse(ELSEWHERE[request.url.path])


def _after(request: Request) -> dict[str, str]:
    """The cursor a link carries, if it carries one."""
    cursor = request.query_params.get("after")
    return {"after": cursor} if cursor else {}
