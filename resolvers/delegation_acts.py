"""Lending a role and taking it back: each a transaction with a journal entry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload

import models as rows
from models import calendar
from models.access import Role
from models.base import in_force_on
from models.delegation import DELEGABLE, Delegation, visible_delegation
from models.refusals import InvalidInput, NotFound, NotPermitted, RuleNotMet
from resolvers.context import Context
from resolvers.dossier_draft import said
from resolvers.engine import Ref
from resolvers.inputs import DossierStepInput
from resolvers.work import Work

_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
_LONGEST = 366
"""Days: who is away for longer is replaced, not stood in for."""
_AGENCY = joinedload(Delegation.agency)


@strawberry.input(description="Ủy quyền một vai trò. · The role to lend.")
class DelegateRoleInput:
    """The role to lend, to whom, for what and how long."""

    to: str = strawberry.field(description="Tên đăng nhập của người được ủy quyền. · User name of who is lent it.")
    role: Role
    agency: str = strawberry.field(description="Mã cơ quan là phạm vi, kể cả cấp dưới. · Code of the scope's agency.")
    valid_from: date = strawberry.field(description="Ngày bắt đầu. · Its first day.")
    valid_to: date = strawberry.field(description="Ngày đầu tiên hết hiệu lực. · The first day it no longer holds.")
    reason: str
    idempotency_key: UUID = strawberry.field(
        description="Khóa chống gửi lặp. · Sent twice, done once, answered the same."
    )
    delegator: str | None = strawberry.field(
        description="Tên đăng nhập của người ủy quyền; bỏ trống là chính bạn. Chỉ quản trị viên lập thay người khác. · "
        "User name of who lends it; left out: you. Administrators alone may for others.",
        default=None,
    )
    dry_run: bool = strawberry.field(
        description="Chỉ thử, không ghi. · Say what would happen, write nothing.", default=False
    )


@strawberry.input(description="Thu hồi ủy quyền. · The delegation to revoke.")
class RevokeDelegationInput(DossierStepInput):
    """The delegation to revoke."""

    id: strawberry.ID = strawberry.field(description="Mã định danh của ủy quyền. · The delegation.")


async def delegate_role(context: Context, input: DelegateRoleInput) -> Ref:
    """Lend a role of one's own for some days; what is done by it is done by one and on behalf of the other."""
    async with context.work("delegateRole", input) as work:
        await work.claim()
        agency, accounts = await _named(work, input)
        delegator_id = _delegator(work, input, agency, accounts)
        delegate_id = _delegate(input, accounts, delegator_id)
        _must_be_delegable(input.role)
        _must_have_days(input, calendar.day_of(work.now))
        await _must_hold(work, input, delegator_id, agency)
        await _must_not_repeat(work, input, delegator_id, delegate_id, agency)
        delegation = Delegation(
            delegator_id=delegator_id,
            delegate_id=delegate_id,
            role=input.role,
            agency_id=agency.id,
            valid_from=input.valid_from,
            valid_to=input.valid_to,
            reason=said("reason", input.reason),
        )
        work.session.add(delegation)
        return await work.reply(delegation, delegation.entry("DELEGATE_ROLE", work.viewer))


async def revoke_delegation(context: Context, input: RevokeDelegationInput) -> Ref:
    """Take a lent role back at once: whoever lent it, or an administrator of its scope."""
    async with context.work("revokeDelegation", input) as work:
        found = await work.lock(
            Delegation, input.id, visible_delegation, version=input.expected_version, load=(_AGENCY,)
        )
        if found.delegator_id != work.account_id and not work.viewer.holds(_ADMINISTRATORS, found.agency.path):
            raise NotPermitted.unless({found.role, Role.ADMINISTRATOR})
        if found.revoked_at is not None or found.valid_to <= calendar.day_of(work.now):
            raise RuleNotMet(
                rule="DELEGATION_ENDED",
                article="province",
                remedy="id",
                message="Ủy quyền này đã hết hiệu lực hoặc đã thu hồi. Không cần làm gì thêm.",
                message_en="This delegation has ended or was revoked. There is nothing left to do.",
            )
        found.revoked_at, found.version = work.now, found.version + 1
        return await work.reply(found, found.entry("REVOKE_DELEGATION", work.viewer, note=input.note))


async def _named(work: Work, input: DelegateRoleInput) -> tuple[rows.Agency, dict[str, rows.Account]]:
    """The agency, and the accounts by their user names, by one statement; raises NotFound for no such agency."""
    day, names = calendar.day_of(work.now), {_username(each) for each in (input.to, input.delegator) if each}
    found = (
        await work.session.execute(
            select(rows.Agency, rows.Account)
            .select_from(rows.Agency)
            .outerjoin(rows.Account, rows.Account.username.in_(names))
            .where(rows.Agency.code == input.agency, in_force_on(rows.Agency, day))
        )
    ).all()
    if not found:
        raise NotFound
    return found[0][0], {each[1].username: each[1] for each in found if each[1] is not None}


def _username(said_name: str) -> str:
    return said_name.strip().lower()


def _delegator(work: Work, input: DelegateRoleInput, agency: rows.Agency, accounts: Mapping[str, rows.Account]) -> UUID:
    """Whose role is lent: the viewer's own, or anybody's whom they administer there. Raises NotPermitted."""
    if input.delegator is None:
        return work.account_id
    account = accounts.get(_username(input.delegator))
    if account is not None and account.id == work.account_id:
        return work.account_id
    if not work.viewer.holds(_ADMINISTRATORS, agency.path):
        raise NotPermitted.unless({input.role, Role.ADMINISTRATOR})
    if account is None:
        raise _nobody("delegator")
    return account.id


def _delegate(input: DelegateRoleInput, accounts: Mapping[str, rows.Account], delegator_id: UUID) -> UUID:
    account = accounts.get(_username(input.to))
    if account is None or not account.active:
        raise _nobody("to")
    if account.id == delegator_id:
        raise InvalidInput(
            field="to",
            message="Không thể ủy quyền cho chính mình. Hãy chọn người khác.",
            message_en="Nobody lends a role to themself. Choose somebody else.",
        )
    return account.id


def _nobody(field: str) -> InvalidInput:
    return InvalidInput(
        field=field,
        message="Không có tài khoản nào đang hoạt động với tên này. Hãy kiểm tra tên đăng nhập.",
        message_en="No account of this name is active. Check the user name.",
    )


def _must_be_delegable(role: Role) -> None:
    if role not in DELEGABLE:
        raise RuleNotMet(
            rule="NOT_DELEGABLE",
            article="province",
            remedy=", ".join(each.name for each in Role if each in DELEGABLE),
            message="Vai trò này gắn với cá nhân nên không ủy quyền được. Hãy phân công người khác giữ vai trò đó.",
            message_en="This role goes with the person and is not lent. Have somebody else named to it.",
        )


def _must_have_days(input: DelegateRoleInput, today: date) -> None:
    if input.valid_from < today:
        raise InvalidInput(
            field="validFrom",
            message="Ủy quyền không bắt đầu trước hôm nay. Hãy chọn ngày từ hôm nay trở đi.",
            message_en="A delegation does not begin before today. Choose today or a later day.",
        )
    if not 0 < (input.valid_to - input.valid_from).days <= _LONGEST:
        raise InvalidInput(
            field="validTo",
            message=f"Ủy quyền kéo dài từ 1 đến {_LONGEST} ngày. Hãy kiểm tra ngày kết thúc.",
            message_en=f"A delegation lasts 1 to {_LONGEST} days. Check its end.",
        )


async def _must_hold(work: Work, input: DelegateRoleInput, delegator_id: UUID, agency: rows.Agency) -> None:
    """Raise unless the role is held there in one's own right for all of these days; others who lend it wait."""
    held, over = aliased(rows.RoleHeld), aliased(rows.Agency)
    found = await work.session.scalars(
        select(held)
        .join(over, over.id == held.agency_id)
        .where(held.account_id == delegator_id, held.role == input.role, over.path.op("@>")(agency.path))
        .order_by(held.id)
        .with_for_update(of=held)
    )
    holds = list(found)
    if any(_covers(each, input) for each in holds):
        return
    if not holds and delegator_id == work.account_id and not work.viewer.holds(frozenset({input.role}), agency.path):
        raise NotPermitted.unless({input.role})
    raise RuleNotMet(
        rule="BEYOND_WHAT_IS_HELD",
        article="province",
        remedy="; ".join(f"{each.valid_from} – {each.valid_to or '…'}" for each in holds),
        message="Chỉ ủy quyền được vai trò chính mình giữ, trong thời hạn mình giữ; không ủy quyền lại. "
        "Hãy sửa vai trò, phạm vi hoặc ngày.",
        message_en="A role is lent only by who holds it in their own right, for days on which they hold it, and not "
        "lent on. Change the role, the scope or the days.",
    )


def _covers(held: rows.RoleHeld, input: DelegateRoleInput) -> bool:
    return held.valid_from <= input.valid_from and (held.valid_to is None or input.valid_to <= held.valid_to)


async def _must_not_repeat(
    work: Work, input: DelegateRoleInput, delegator_id: UUID, delegate_id: UUID, agency: rows.Agency
) -> None:
    row, scope = Delegation, aliased(rows.Agency)
    other = await work.session.scalar(
        select(row)
        .join(scope, scope.id == row.agency_id)
        .where(
            row.delegator_id == delegator_id,
            row.delegate_id == delegate_id,
            row.role == input.role,
            row.revoked_at.is_(None),
            row.valid_from < input.valid_to,
            row.valid_to > input.valid_from,
            scope.path.op("@>")(agency.path),
        )
        .limit(1)
    )
    if other is not None:
        raise RuleNotMet(
            rule="ALREADY_DELEGATED",
            article="province",
            remedy=f"Delegation_{other.id}",
            message=f"Vai trò này đã được ủy quyền cho người ấy từ {other.valid_from:%d/%m/%Y} đến trước "
            f"{other.valid_to:%d/%m/%Y}. Hãy chọn ngày khác, hoặc thu hồi ủy quyền cũ trước.",
            message_en=f"They are lent this role already from {other.valid_from} to before {other.valid_to}. "
            "Choose other days, or revoke that one first.",
        )
