"""Random delegations, and what the oracle says of them: both sides and the administrators of their scope see them."""

# ruff: noqa: N802, N803  the methods are found by the names of the fields they answer

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models.access import Viewer
from models.delegation import DELEGABLE

from .oracle_list import listed
from .oracle_seed import Chance, Seed

if TYPE_CHECKING:
    from .oracle_rows import Rows


def delegation(found: Rows, row: rows.Delegation, viewer: Viewer) -> bool:
    """Both sides, and the administrators of its scope."""
    own = viewer.account_id is not None and viewer.account_id in (row.delegator_id, row.delegate_id)
    return viewer.audience.name == "STAFF" and (own or found.under(row.agency_id, viewer.administers_in))


class Delegations:
    """The part of the oracle that answers for delegations."""

    def Query_delegations(self, _: Any, viewer: Viewer, filter: Any = None, orderBy: str = "NEWEST") -> Any:
        found = self.filtered(rows.Delegation, viewer, filter)  # type: ignore[attr-defined]  # the oracle's own
        return listed(found, "created_at", descending=orderBy == "NEWEST")


async def plant(session: AsyncSession, seed: Seed) -> None:
    """Write some, many of them at one moment."""
    chance = Chance(91)  # its own luck: what else is planted stays as it was
    staff = [viewer.account_id for viewer in seed.province.viewers.values() if viewer.account_id]
    for _ in range(30):
        delegator, delegate = chance.sample(staff, 2)
        begins = chance.day()
        made = rows.Delegation(
            id=chance.key(),
            delegator_id=delegator,
            delegate_id=delegate,
            role=chance.choice(sorted(DELEGABLE, key=lambda role: role.name)),
            agency_id=chance.choice(seed.agencies).id,
            valid_from=begins,
            valid_to=begins + timedelta(days=chance.randint(1, 9)),
            reason=chance.text(1),
            version=chance.randint(1, 2),
            revoked_at=chance.perhaps(chance.moment(), 0.4),
        )
        made.created_at = chance.moment()
        session.add(made)
    await session.flush()
