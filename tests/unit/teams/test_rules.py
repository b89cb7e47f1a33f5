"""Who may change whose place: every pair of roles against the three sentences of the rules."""

from itertools import product

import pytest

from helix.teams.roles import RANK, Role
from helix.teams.rules import LAST_OWNER, roles_to_give, why_not_change, why_not_give, why_not_leave, why_not_remove

ADMINS = (Role.ADMIN, Role.OWNER)


@pytest.mark.parametrize(("mine", "role"), list(product(Role, Role)))
def test_nobody_gives_a_role_above_their_own(mine: Role, role: Role) -> None:
    allowed = mine in ADMINS and RANK[role] <= RANK[mine]

    assert (why_not_give(mine, role) == "") is allowed
    assert (role in roles_to_give(mine)) is allowed


@pytest.mark.parametrize(("mine", "theirs", "wanted"), list(product(Role, Role, Role)))
def test_nobody_changes_somebody_above_themselves(mine: Role, theirs: Role, wanted: Role) -> None:
    allowed = mine in ADMINS and RANK[theirs] <= RANK[mine] and RANK[wanted] <= RANK[mine]

    assert (why_not_change(mine, theirs, wanted, owners=2) == "") is allowed
    assert (why_not_remove(mine, theirs, owners=2) == "") is (mine in ADMINS and RANK[theirs] <= RANK[mine])


def test_the_last_owner_stays_one() -> None:
    assert why_not_leave(Role.OWNER, 1) == LAST_OWNER
    assert why_not_remove(Role.OWNER, Role.OWNER, 1) == LAST_OWNER
    assert why_not_change(Role.OWNER, Role.OWNER, Role.ADMIN, 1) == LAST_OWNER
    assert why_not_change(Role.OWNER, Role.OWNER, Role.OWNER, 1) == ""
    assert why_not_leave(Role.OWNER, 2) == "" and why_not_leave(Role.VIEWER, 1) == ""
