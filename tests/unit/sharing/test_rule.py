"""What a member may do with one flow: properties over every role, grant and choice, and the sentences of the specification."""

from itertools import pairwise, product

import pytest

from helix.teams.roles import LEAST_ROLE, Ability, Role, may
from helix.teams.sharing import LEVELS, Level, abilities_of, of_role, sees_all

GRANTS = (None, *Level)
EVERY = list(product(Role, GRANTS, (False, True)))


@pytest.mark.parametrize(("role", "grant", "restricted"), EVERY)
def test_what_always_holds(role: Role, grant: Level | None, restricted: bool) -> None:
    found = abilities_of(role, grant, restricted)

    assert (not found) == (restricted and grant is None and not sees_all(role))
    assert not found or Ability.SEE in found
    for ability in (Ability.PUBLISH, Ability.SHARE, Ability.CONNECT, Ability.ADMINISTER, Ability.OWN):
        assert ability not in found or may(role, ability), "a grant gives what only a role gives"
    assert Ability.PUBLISH not in found or Ability.EDIT in found
    assert Ability.EDIT not in found or Ability.OPERATE in found
    if sees_all(role):
        assert found == of_role(role)
    if grant is not None:
        assert LEVELS[grant] <= found
    if not restricted:
        assert of_role(role) <= found, "a flow of the whole team gives nobody less than their role"
    else:
        assert found <= abilities_of(role, grant, False), "choosing people gives nobody more"


@pytest.mark.parametrize(("role", "restricted"), list(product(Role, (False, True))))
def test_a_higher_grant_gives_no_less(role: Role, restricted: bool) -> None:
    found = [abilities_of(role, grant, restricted) for grant in GRANTS]
    assert all(lower <= higher for lower, higher in pairwise(found))


@pytest.mark.parametrize(("grant", "restricted"), list(product(GRANTS, (False, True))))
def test_a_higher_role_may_no_less(grant: Level | None, restricted: bool) -> None:
    found = [abilities_of(role, grant, restricted) for role in Role]
    assert all(lower <= higher for lower, higher in pairwise(found))


def test_the_cases_that_people_ask_about() -> None:
    assert abilities_of(Role.VIEWER, Level.EDIT, True) == {Ability.SEE, Ability.OPERATE, Ability.EDIT}
    assert abilities_of(Role.EDITOR, Level.EDIT, True) == of_role(Role.EDITOR)
    assert abilities_of(Role.EDITOR, Level.VIEW, True) == {Ability.SEE}
    assert abilities_of(Role.EDITOR, Level.VIEW, False) == of_role(Role.EDITOR)
    assert abilities_of(Role.VIEWER, Level.RUN, False) == {Ability.SEE, Ability.OPERATE}
    assert set(LEAST_ROLE) == set(Ability)
