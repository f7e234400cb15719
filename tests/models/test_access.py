"""Rights: what roles let one use, and that it agrees with the steps they let one take."""

from __future__ import annotations

import pytest

from models.access import PERMISSIONS, Permission
from models.workflow import Step, workflow

ACTS = {
    Permission.DRAFT_DOSSIER: Step.DRAFT,
    Permission.SUBMIT_DOSSIER: Step.SUBMIT,
    Permission.RECEIVE_DOSSIER: Step.RECEIVE,
    Permission.ASSIGN_APPRAISER: Step.ASSIGN,
    Permission.APPRAISE: Step.APPRAISE,
    Permission.ISSUE_DECISION: Step.DECIDE,
    Permission.PUBLISH_DECISION: Step.PUBLISH,
}


def test_every_permission_but_that_to_read_is_of_an_act() -> None:
    assert set(Permission) - set(ACTS) == {Permission.READ_PERSONAL_DATA}


@pytest.mark.parametrize(("permission", "step"), ACTS.items())
def test_whoever_is_told_they_may_act_may_take_the_step_and_nobody_else(permission: Permission, step: Step) -> None:
    told = {role for role, permissions in PERMISSIONS.items() if permission in permissions}
    assert told == workflow()[step].roles
