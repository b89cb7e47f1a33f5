"""What a member may do with one flow: the rule that pages, API, agents and tests read. Pure; the rows are in helix/flows."""

from enum import StrEnum

from helix.teams.roles import RANK, Ability, Role, may


class Level(StrEnum):
    """What a person is granted on one flow."""

    VIEW = "view"
    RUN = "run"
    EDIT = "edit"


LEVELS: dict[Level, frozenset[Ability]] = {
    Level.VIEW: frozenset({Ability.SEE}),
    Level.RUN: frozenset({Ability.SEE, Ability.OPERATE}),
    Level.EDIT: frozenset({Ability.SEE, Ability.OPERATE, Ability.EDIT}),
}
"""What a level gives to anybody, whatever their role."""

BY_ROLE_ONLY = frozenset({Ability.PUBLISH, Ability.SHARE})
"""What comes with the level "edit" for those whose role has it; no grant gives it to others."""

NOTHING: frozenset[Ability] = frozenset()


def of_role(role: str) -> frozenset[Ability]:
    """What a role may do where nothing else is said."""
    return frozenset(ability for ability in Ability if may(role, ability))


def sees_all(role: str) -> bool:
    """Owners and admins of a team see all its flows, also those for chosen people."""
    return RANK[Role(role)] >= RANK[Role.ADMIN]


def abilities_of(role: str, grant: Level | None, restricted: bool) -> frozenset[Ability]:
    """What a member of this role may do with a flow, given what they were granted on it and whether it is for chosen people only.

    Owners and admins: what their role says. A flow of the whole team: the role, raised by the grant. A flow for chosen people: nothing
    without a grant, else the grant; publishing and sharing come with "edit" for those whose role has them."""
    by_role = of_role(role)
    if sees_all(role):
        return by_role
    granted = LEVELS[grant] if grant is not None else NOTHING
    if not restricted:
        return by_role | granted
    return granted | (by_role & BY_ROLE_ONLY) if grant is Level.EDIT else granted
