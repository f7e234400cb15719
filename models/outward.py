"""What other systems are told of a dossier: the portal's ten statuses and the codes of document exchange, one table."""

from __future__ import annotations

import enum
import tomllib
from functools import cache
from pathlib import Path
from types import MappingProxyType

from models.workflow import DossierStatus

TABLE = Path(__file__).parent / "catalogue" / "outward_statuses.toml"


class PortalStatus(enum.Enum):
    """The ten dossier statuses of the National Public Service Portal, by their codes 1–10."""

    NEWLY_FILED = 1
    RECEIVED = 2
    RECEPTION_REFUSED = 3
    IN_PROCESS = 4
    SUPPLEMENT_REQUIRED = 5
    PAYMENT_REQUIRED = 6
    WITHDRAWN = 7
    STOPPED = 8
    PROCESSED = 9
    RESULT_RETURNED = 10


class ExchangeStatus(enum.Enum):
    """The statuses of documents exchanged between agencies (Decision 28/2018/QĐ-TTg), by their codes."""

    ARRIVED = "01"
    REFUSED = "02"
    RECEIVED = "03"
    ASSIGNED = "04"
    IN_PROCESS = "05"
    DONE = "06"
    RETRACTED = "13"
    RETRACTION_AGREED = "15"
    RETRACTION_REFUSED = "16"


@cache
def _told() -> MappingProxyType[DossierStatus, tuple[PortalStatus, ExchangeStatus]]:
    said = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    if said.keys() != DossierStatus.__members__.keys():
        raise ValueError(f"{TABLE.name} and DossierStatus differ in {sorted(said.keys() ^ DossierStatus.__members__)}")
    told = {
        DossierStatus[name]: (PortalStatus(row["portal"]), ExchangeStatus(row["exchange"]))
        for name, row in said.items()
    }
    return MappingProxyType(told)


def portal_status(status: DossierStatus) -> PortalStatus:
    """The status the National Public Service Portal is told."""
    return _told()[status][0]


def exchange_status(status: DossierStatus) -> ExchangeStatus:
    """The status that whoever sent the dossier's documents is told."""
    return _told()[status][1]
