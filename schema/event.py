"""What was done with decisions and sittings, as the journal keeps it: the timeline of a dossier is in dossier."""

from __future__ import annotations

from datetime import datetime

import models as rows
from models.event import visible_change
from resolvers import event
from resolvers.engine import column, reads, shows, to_one
from schema.account import Account


@shows(rows.Entry, visible=visible_change, key="key")
class RegisterEvent:
    """A change of a decision or of a council's sitting: one entry of the journal, for staff."""

    act: str
    """What was done."""
    at: datetime
    """When."""
    version: int = column("subject_version", description="The version after it.")
    reason: str | None
    """Why, where the act wants a reason."""
    actor: Account | None = to_one(description="Who did it.")
    on_behalf_of: Account | None = reads(event.on_behalf_of)
