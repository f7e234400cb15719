"""Giving a program a token and taking it back: each a transaction with a journal entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import strawberry
from graphql import GraphQLSchema
from sqlalchemy import select

import models as rows
from models.access import Permission, Role
from models.access_token import AccessToken, administered, visible_access_token
from models.refusals import InvalidInput, NotPermitted, RuleNotMet
from resolvers.access_token import new_token
from resolvers.account import token_hash
from resolvers.context import Context
from resolvers.dossier_draft import said
from resolvers.engine import Ref
from resolvers.inputs import DossierStepInput
from resolvers.work import Work

LASTS = timedelta(days=366)
"""The longest a token lasts."""
_LONGEST_NAME = 100
_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@strawberry.input(description="Mã truy cập mới cho một chương trình. · The new access token of a program.")
class CreateAccessTokenInput:
    """The new access token of a program."""

    name: str = strawberry.field(description="Chương trình nào, để làm gì. · Which program has it, and what for.")
    account: str = strawberry.field(
        description="Tên tài khoản mà chương trình thay mặt: tài khoản dịch vụ, hoặc chính bạn. · User name of the "
        "account the program stands for: a service account, or your own."
    )
    expires_at: datetime = strawberry.field(
        description="Hết hạn lúc nào, trong vòng 366 ngày. · When it ends, within 366 days."
    )
    idempotency_key: UUID = strawberry.field(
        description="Khóa chống gửi lặp. · Sent twice, done once, answered the same."
    )
    acts: list[str] = strawberry.field(
        description="Tên các mutation được gọi; bỏ trống thì chỉ đọc. · Names of the mutations it may ask for; "
        "without any it only reads.",
        default_factory=list,
    )
    permissions: list[Permission] = strawberry.field(
        description="Các quyền được dùng, trong số quyền của tài khoản. · Which of the account's permissions it has.",
        default_factory=list,
    )
    dry_run: bool = strawberry.field(
        description="Chỉ thử, không ghi. · Say what would happen, write nothing.", default=False
    )


@strawberry.input(description="Thu hồi mã truy cập. · The access token to revoke.")
class RevokeAccessTokenInput(DossierStepInput):
    """The access token to revoke."""

    id: strawberry.ID = strawberry.field(description="Mã định danh của mã truy cập. · The access token.")


@dataclass(frozen=True)
class Created:
    """A new token, shown this once, and its row."""

    token: str
    row: Ref


async def create_access_token(context: Context, input: CreateAccessTokenInput) -> Created | Ref:
    """Give a program a token that may do less than its account, for some time; it is shown this once.

    Sent again, or only rehearsed, the answer is the token's row without the token.
    """
    _must_be_a_person(context)
    _must_be_acts(context, input.acts)
    async with context.work("createAccessToken", input) as work:
        await work.claim()
        _must_last(input.expires_at, work.now)
        token = new_token()
        made = AccessToken(
            token_hash=token_hash(token),
            name=said("name", input.name, _LONGEST_NAME),
            account_id=await _account_id(work, input.account),
            acts=sorted(set(input.acts)),
            permissions=sorted({permission.name for permission in input.permissions}),
            created_by_id=work.account_id,
            expires_at=input.expires_at,
        )
        work.session.add(made)
        row = await work.reply(made, made.entry("CREATE_ACCESS_TOKEN", work.viewer))
    return row if input.dry_run else Created(token, row)


async def revoke_access_token(context: Context, input: RevokeAccessTokenInput) -> Ref:
    """Take a program's token back at once: whoever it stands for, or an administrator of that account."""
    _must_be_a_person(context)
    async with context.work("revokeAccessToken", input) as work:
        found = await work.lock(AccessToken, input.id, visible_access_token, version=input.expected_version)
        if found.revoked_at is not None or found.expires_at <= work.now:
            raise RuleNotMet(
                rule="TOKEN_ENDED",
                article="province",
                remedy="id",
                message="Mã truy cập này đã hết hạn hoặc đã thu hồi. Không cần làm gì thêm.",
                message_en="This access token has ended or was revoked. There is nothing left to do.",
            )
        found.revoked_at, found.version = work.now, found.version + 1
        return await work.reply(found, found.entry("REVOKE_ACCESS_TOKEN", work.viewer, note=input.note))


def _must_be_a_person(context: Context) -> None:
    """Raise NotPermitted where a program asks: a token that leaked must not make others."""
    if context.viewer.acts is not None:
        raise NotPermitted.unless(_ADMINISTRATORS)


async def _account_id(work: Work, name: str) -> UUID:
    """For whom it stands: the administrator's own account, or a service account they administer."""
    account = rows.Account
    if not any(holding.role is Role.ADMINISTRATOR for holding in work.viewer.holdings):
        raise NotPermitted.unless(_ADMINISTRATORS)
    found = (
        await work.session.execute(
            select(account.id, account.service, administered(account.id, work.viewer)).where(
                account.username == name.strip().lower(), account.active
            )
        )
    ).one_or_none()
    if found is None or not (found.id == work.account_id or found[2]):
        raise InvalidInput(
            field="account",
            message="Không có tài khoản nào đang hoạt động do bạn quản trị có tên này. Hãy kiểm tra tên đăng nhập.",
            message_en="No account of this name is active and yours to administer. Check the user name.",
        )
    if found.id != work.account_id and not found.service:
        raise RuleNotMet(
            rule="NOT_A_SERVICE_ACCOUNT",
            article="province",
            remedy="account",
            message="Chương trình không thay mặt người khác. Hãy dùng tài khoản dịch vụ, hoặc tài khoản của chính bạn.",
            message_en="A program does not stand for another person. Use a service account, or your own.",
        )
    return UUID(str(found.id))


def _must_last(expires_at: datetime, now: datetime) -> None:
    if expires_at.tzinfo is None or not now < expires_at <= now + LASTS:
        raise InvalidInput(
            field="expiresAt",
            message=f"Thời điểm hết hạn phải ở tương lai, trong vòng {LASTS.days} ngày, có múi giờ. Hãy sửa lại.",
            message_en=f"It must end in the future, within {LASTS.days} days, at a time with its zone. Change it.",
        )


def _must_be_acts(context: Context, acts: list[str]) -> None:
    """Raise InvalidInput for what is no mutation, or one that only persons ask for."""
    known = programs_acts(context.engine.schema)
    for act in acts:
        if act not in known:
            raise InvalidInput(
                field="acts",
                message="Có tên không phải mutation mà chương trình được gọi. Hãy xem lược đồ.",
                message_en="One of these is no mutation that a program may ask for. Look at the schema.",
            )


def programs_acts(schema: GraphQLSchema) -> frozenset[str]:
    """The mutations that a program may be given."""
    return frozenset(schema.mutation_type.fields if schema.mutation_type else ()) - PERSONS_ALONE


PERSONS_ALONE = frozenset(
    {
        *("signIn", "signOut", "changePassword", "revokeSession", "revokeOtherSessions"),
        *("createAccessToken", "revokeAccessToken"),
    }
)
"""Mutations that no program asks for, whatever its token says."""
