"""How a socket ends: the close codes of graphql-transport-ws, and ours beside them."""

from __future__ import annotations

import enum

from channels.streams import back_in


class Close(enum.Enum):
    """Why a socket is closed: code and reason. Clients come back by themselves after 1012, 1013, 4008, 4029, 4408."""

    RESTART = 1012, "restarting: come back with your cursor"
    LATER = 1013, "the database does not answer: come back"
    OFTEN = 1013, "sockets are opened too fast: come back later"
    TOO_BIG = 1009, "message too big"
    BUSY = 1008, "too many messages"
    SLOW = 4008, "slow consumer: resume with your cursor"
    CROWDED = 4029, "too many sockets of this account: close one"
    MALFORMED = 4400, "invalid message"
    UNAUTHORIZED = 4401, "unauthorized: send connection_init first"
    FORBIDDEN = 4403, "forbidden: no session, or it has ended"
    PROTOCOL = 4406, "subprotocol not acceptable: use graphql-transport-ws"
    SILENT = 4408, "connection initialisation timeout"
    KNOWN_ID = 4409, "subscriber already exists"
    AGAIN = 4429, "too many initialisation requests"

    @property
    def reason(self) -> str:
        """What the client is told; where it shall come back, in how many seconds."""
        code, said = self.value
        return f"{said} in {back_in() // 1000} s" if code == 1012 else said


class Closed(Exception):
    """The socket ends for this reason."""

    def __init__(self, why: Close) -> None:
        super().__init__(why.name)
        self.why = why
