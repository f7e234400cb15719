"""Which members stand aside from a case unasked: the nominee, who is of their unit, who declared an interest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from models.workflow import Interest


@dataclass(frozen=True)
class Judge:
    """A member with a vote, as far as it makes them near to a case."""

    account_id: UUID
    nominee_id: UUID | None
    units: frozenset[str]
    """ltree paths of the agency they come from, and of those that they propose for."""


@dataclass(frozen=True)
class Judged:
    """A case, as far as somebody may be near to it."""

    nominee_id: UUID
    unit: str
    """The path of the nominee's agency."""
    proposer: str
    """The path of the agency that proposes."""
    declared: frozenset[UUID]
    """Accounts that declared a conflict of interest in the dossier."""


def interest_of(judge: Judge, case: Judged, council: str) -> Interest | None:
    """Why a member stands aside from a case; None where nothing known speaks against their vote.

    Their unit is theirs where it lies in the nominee's, or has the proposer in it; the agency whose council it is
    (`council`, its path) is everybody's unit and makes nobody near.
    """
    if judge.nominee_id == case.nominee_id:
        return Interest.OWN_NOMINATION
    if any(_own(unit, case, council) for unit in judge.units):
        return Interest.OWN_UNIT
    return Interest.DECLARED if judge.account_id in case.declared else None


def _own(unit: str, case: Judged, council: str) -> bool:
    if unit == council:
        return False
    within_nominees = case.unit != council and _within(unit, case.unit)
    return within_nominees or _within(case.proposer, unit)


def _within(path: str, top: str) -> bool:
    return f"{path}.".startswith(f"{top}.")


def judges(
    members: Iterable[tuple[UUID, UUID | None, str | None]], held: Iterable[tuple[UUID, str]]
) -> dict[UUID, Judge]:
    """Members by account, from their accounts, nominees and units' paths, and from who proposes for which path."""
    units: dict[UUID, set[str]] = {}
    nominees: dict[UUID, UUID | None] = {}
    for account, nominee, unit in members:
        nominees[account] = nominee
        units[account] = {unit} if unit else set()
    for account, path in held:
        units[account].add(path)
    return {account: Judge(account, nominee, frozenset(units[account])) for account, nominee in nominees.items()}
