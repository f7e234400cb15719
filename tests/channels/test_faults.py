"""What a client is told of a fault: a machine that has run short may be asked again, all else is masked."""

from __future__ import annotations

import errno

import pytest
from graphql import GraphQLError

from channels import faults


@pytest.mark.parametrize("short", [errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC])
def test_who_asks_a_machine_without_files_memory_or_room_is_told_to_ask_again(short: int) -> None:
    problem = OSError(short, "secret")
    shown = faults.shown(GraphQLError("x", path=["a"], original_error=problem), "id", hints=True)
    assert shown.extensions is not None
    assert (shown.extensions["code"], shown.path) == ("UNAVAILABLE", ["a"])
    assert "secret" not in shown.message
    assert faults.refused(problem, hints=True).errors[0]["extensions"]["code"] == "UNAVAILABLE"


def test_any_other_fault_is_masked() -> None:
    problem = OSError(errno.EACCES, "secret")
    shown = faults.shown(GraphQLError("x", path=["a"], original_error=problem), "id", hints=True)
    assert shown.extensions == {"code": "INTERNAL_ERROR", "requestId": "id"}
    assert faults.refused(problem, hints=True).errors[0]["extensions"]["code"] == "INTERNAL_ERROR"
