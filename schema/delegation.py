"""Delegations: who stands in for whom, for what and how long; lending a role and taking it back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import strawberry

import models as rows
from models.access import Role
from models.delegation import visible_delegation
from resolvers import delegation as resolve
from resolvers import delegation_acts
from resolvers.engine import Connection, many, shows, to_one
from schema.account import Account
from schema.acts import acts
from schema.agency import Agency
from schema.node import Node
from schema.refusals import IdempotencyMismatch, InvalidInput, NotFound, NotPermitted, RuleNotMet, StaleVersion


@shows(rows.Delegation, visible=visible_delegation)
class Delegation(Node):
    """A role lent by one account to another."""

    role: Role
    """The role that is lent."""
    delegator: Account | None = to_one(description="Who lends it: what is done by it is done on their behalf.")
    delegate: Account | None = to_one(description="To whom it is lent.")
    agency: Agency = to_one(description="For which agency, and everything under it.")
    valid_from: date
    """Its first day."""
    valid_to: date
    """The first day on which it no longer holds."""
    reason: str
    """Why."""
    version: int
    created_at: datetime
    """When it was made."""
    revoked_at: datetime | None
    """When it was taken back."""


DelegateRoleResult = Annotated[
    Delegation | NotFound | NotPermitted | RuleNotMet | InvalidInput | IdempotencyMismatch,
    strawberry.union("DelegateRoleResult", description="The delegation, or why there is none."),
]
RevokeDelegationResult = Annotated[
    Delegation | NotFound | NotPermitted | RuleNotMet | StaleVersion | IdempotencyMismatch,
    strawberry.union("RevokeDelegationResult", description="The delegation as it now is, or why it was not revoked."),
]


@strawberry.type
class DelegationQuery:
    """Delegations."""

    delegations: Connection[Delegation] = many(resolve.delegations)


@strawberry.type
class DelegationMutation:
    """Lending roles."""

    delegate_role: DelegateRoleResult = acts(delegation_acts.delegate_role)
    revoke_delegation: RevokeDelegationResult = acts(delegation_acts.revoke_delegation)
