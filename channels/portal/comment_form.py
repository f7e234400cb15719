"""The form by which anybody comments on a posted list: whole without a script, and a refusal loses nothing typed."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

import strawberry
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from channels.budgets import COMMENTS
from channels.contract import PORTAL
from channels.form import CLOSING, body_of
from channels.portal.pages import POLICY_OF_FORMS, Missing, Pages
from channels.refusals import Refused
from channels.session import Door
from models.access import ANONYMOUS
from models.posting_comment import CommentKind
from models.refusals import InvalidInput, NotFound, Refusal
from resolvers.public_comment import SubmitCommentInput, submit_comment

ADDRESS = "/lay-y-kien/{id}/gui-y-kien"
LONGEST = 40_000
"""Bytes of a form: 2,000 characters of Vietnamese take nine bytes each at most as a browser sends them."""
FIELDS = ("kind", "text", "authorName", "authorContact", "key")


class CommentForm:
    """What is asked, what was sent, and that it was taken. None of it is kept by a cache."""

    def __init__(self, pages: Pages, door: Door) -> None:
        self.pages, self.door = pages, door

    def routes(self) -> list[BaseRoute]:
        """The form's address, by GET and POST, and the page that says it was taken."""
        return [
            Route(ADDRESS, self.pages.answering(self.form), methods=["GET"]),
            Route(ADDRESS, self.pages.answering(self.sent), methods=["POST"]),
            Route("/lay-y-kien/{id}/da-nhan", self.pages.answering(self.taken)),
        ]

    async def form(self, request: Request) -> Response:
        """An empty form, with a key of its own that makes sending it twice the same as once. Raises Missing."""
        return await self._shown(request, _empty())

    async def taken(self, request: Request) -> Response:
        """That a comment was taken. Raises Missing."""
        return await self._shown(request, {}, template="comment_taken.html")

    async def sent(self, request: Request) -> Response:
        """Keep a comment and say so; or show it again with what is wrong. Raises Missing."""
        said = await _fields(request)
        if said is None or not self._own(request):
            refused = InvalidInput(
                field="text",
                message="Không đọc được biểu mẫu. Hãy mở lại trang này và gửi lại.",
                message_en="The form could not be read. Open this page again and send it anew.",
            )
            page = await self._shown(request, _empty(), refused, 422)
            page.headers.update(CLOSING)
            return page
        try:
            await self.pages.count(request, COMMENTS)
            comment = _input(request.path_params["id"], said)
            await submit_comment(self.pages.laurel.context(PORTAL, ANONYMOUS, lambda _: None), comment)
        except NotFound:
            raise Missing from None
        except Refused as refused:
            return await self._shown_again(request, said, refused)
        except InvalidInput as refused:
            self.pages.count_not(request, COMMENTS)
            return await self._shown(request, said, refused, 422)
        except Refusal as refused:
            return await self._shown(request, said, refused, 409)
        return RedirectResponse(f"/lay-y-kien/{request.path_params['id']}/da-nhan", status_code=303)

    def _own(self, request: Request) -> bool:
        """Whether a page of this site sent the form, and not another by whoever happened to look at it."""
        origin = request.headers.get("origin")
        if origin is not None:
            return self.door.allowed(origin, request.headers.get("host", ""))
        return request.headers.get("sec-fetch-site", "same-origin") == "same-origin"

    async def _shown_again(self, request: Request, said: Mapping[str, str], refused: Refused) -> Response:
        """What was typed, with when to send it."""
        _, vietnamese, english = refused.refusal.value
        why = InvalidInput(field="text", message=vietnamese, message_en=english)
        page = await self._shown(request, said, why, refused.refusal.status)
        page.headers.update(refused.headers)
        return page

    async def _shown(
        self,
        request: Request,
        said: Mapping[str, str],
        refused: Refusal | None = None,
        status: int = 200,
        template: str = "comment_form.html",
    ) -> Response:
        posting = (await self.pages.read("PostingPage", id=request.path_params["id"]))["node"]
        if not posting:
            raise Missing
        told = {"posting": posting, "kinds": list(CommentKind), "said": said, "refused": refused}
        page = self.pages.page(request, template, status=status, cache="private, no-cache", **told)
        page.headers["Content-Security-Policy"] = POLICY_OF_FORMS
        page.headers["X-Robots-Tag"] = "noindex"
        return page


def _empty() -> dict[str, str]:
    return dict.fromkeys(FIELDS, "") | {"key": str(uuid4())}


async def _fields(request: Request) -> dict[str, str] | None:
    """What was typed, by the fields' names; None of what no browser sends from this form."""
    sent = await body_of(request, LONGEST)
    if sent is None:
        return None
    try:
        typed = dict(
            parse_qsl(sent.decode("ascii"), keep_blank_values=True, max_num_fields=len(FIELDS), errors="strict")
        )
    except ValueError:
        return None
    return {name: typed.get(name, "") for name in FIELDS}


def _input(posting: str, said: Mapping[str, str]) -> SubmitCommentInput:
    """What a form says, as the act is told it; raises InvalidInput."""
    if said["kind"] not in CommentKind.__members__:
        raise InvalidInput(
            field="kind",
            message="Hãy chọn: tán thành, có ý kiến hoặc phản đối.",
            message_en="Choose whether you support it, remark on it or object.",
        )
    return SubmitCommentInput(
        posting=strawberry.ID(posting),
        kind=CommentKind[said["kind"]],
        text=said["text"],
        author_name=said["authorName"],
        author_contact=said["authorContact"] or None,
        idempotency_key=_key(said["key"]),
    )


def _key(said: str) -> UUID:
    """The form's own key; a new one where somebody changed it."""
    try:
        return UUID(said)
    except ValueError:
        return uuid4()
