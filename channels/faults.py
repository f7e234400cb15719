"""What a client is told of what went wrong while its operation ran: refusals in full, faults masked."""

from __future__ import annotations

import errno
import os
from typing import Any

from graphql import GraphQLError

from channels.admission import told
from channels.logs import get_logger
from channels.refusals import Refusal, Refused, later
from models import refusals
from models.refusals import code_of

log = get_logger("laurel.faults")
SHORT = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.EDQUOT}
"""What a machine says that has no files, memory or room left: no fault of the request's, and it may pass."""


def shown(problem: GraphQLError, request_id: str, *, hints: bool) -> GraphQLError:
    """An error as a client gets it: what has a code as it is, what graphql-core words, a fault masked."""
    cause = problem.original_error
    if isinstance(cause, refusals.Refusal):
        return _again(problem, str(cause), {"code": code_of(cause)})
    if (problem.extensions or {}).get("code"):
        return problem
    if problem.path is None or cause is None or isinstance(cause, GraphQLError):
        worded = told(problem, Refusal.VALIDATION_FAILED, hints)
        return _again(problem, worded["message"], worded["extensions"])
    if _short(cause):
        (away,) = later().errors
        return _again(problem, away["message"], away["extensions"])
    log.error("a fault while answering", request_id=request_id, exc_info=cause)
    masked = mask(request_id)
    return _again(problem, masked["message"], masked["extensions"])


def refused(problem: Exception, *, hints: bool) -> Refused:
    """What ends a subscription, as its client gets it."""
    request_id = os.urandom(8).hex()
    if isinstance(problem, GraphQLError):
        said = shown(problem, request_id, hints=hints)
        return Refused(Refusal.VALIDATION_FAILED, [{"message": said.message, "extensions": said.extensions}])
    if isinstance(problem, refusals.Refusal):
        return Refused(Refusal.FORBIDDEN, [{"message": str(problem), "extensions": {"code": code_of(problem)}}])
    if _short(problem):
        return later()
    log.error("a fault while telling", request_id=request_id, exc_info=problem)
    return Refused(Refusal.INTERNAL_ERROR, [mask(request_id)])


def mask(request_id: str) -> dict[str, Any]:
    """A fault of ours: nothing of it but the id to look it up by."""
    code = {"code": Refusal.INTERNAL_ERROR.name, "requestId": request_id}
    return {"message": Refusal.INTERNAL_ERROR.message, "extensions": code}


def _short(cause: Exception) -> bool:
    """Whether the machine has run short of something, which is logged as that."""
    if not isinstance(cause, OSError) or cause.errno not in SHORT:
        return False
    log.error("the machine has run short", problem=errno.errorcode[cause.errno])
    return True


def _again(problem: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    """The same error in the same place, worded anew."""
    return GraphQLError(message, problem.nodes, problem.source, problem.positions, problem.path, extensions=extensions)
