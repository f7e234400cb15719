"""Somebody signed in by the schema, once or several times: what they ask, and whom their token stands for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import orjson
from argon2 import PasswordHasher

from resolvers.account import viewer_by_token
from resolvers.client import Client, SignedIn
from resolvers.engine import render
from tests.province import Province

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
RIGHT, NEW = "đúng mật khẩu", "bốn con thỏ trắng 47"
REPLY = {
    "signOut": "... on SignedOut { at }",
    "revokeOtherSessions": "... on SessionsRevoked { count }",
    "revokeSession": "... on AccountSession { id endedAt current }",
    "changePassword": "... on Session { token viewer { account { username } } } ... on InvalidInput { field }",
}


@dataclass
class Person:
    """Somebody signed in, and what the transport was told to keep."""

    province: Province
    begun: SignedIn
    kept: list[SignedIn | None]

    remembered: bool = False
    """Whether a process still takes the session for what it was."""

    async def ask(self, text: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """What they are answered."""
        engine, viewer = self.province.engine, self.begun.viewer if self.remembered else await self.viewer()
        context = replace(self.province.context(None), viewer=viewer, set_session=self.kept.append)
        context.client = Client(token=self.begun.token, agent="Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")
        answer: dict[str, Any] = orjson.loads(
            render(await engine.execute(engine.document(text), variables or {}, None, context))
        )
        assert "errors" not in answer, answer
        return answer["data"]  # type: ignore[no-any-return]  # an object

    async def act(self, act: str, **said: Any) -> dict[str, Any]:
        """What an act answers them."""
        kind = self.province.engine.schema.mutation_type.fields[act].args  # type: ignore[union-attr]  # there are mutations
        reply = f"{{ __typename ... on Refusal {{ message messageEn }} {REPLY[act]} }}"
        if not kind:
            return (await self.ask(f"mutation {{ done: {act} {reply} }}"))["done"]
        text = f"mutation($input: {kind['input'].type}) {{ done: {act}(input: $input) {reply} }}"
        return (await self.ask(text, {"input": said}))["done"]

    async def viewer(self) -> Any:
        """Whom the token stands for; None: nobody any more."""
        async with self.province.sessions() as work:
            found = await viewer_by_token(work, self.begun.token)
        return found and found[0]

    @property
    def id(self) -> str:
        """The session as clients call it."""
        return f"AccountSession_{self.begun.session_id}"


SignIn = Callable[..., Awaitable[Person]]
