"""Who may change whose place in a team: pure rules, read by pages, the REST API and tests.

Nobody gives a role above their own, nobody changes somebody above themselves, and the last owner stays one.
Each function gives the reason why not, in a sentence for the person; "" means that it is allowed.
"""

from helix.teams.roles import RANK, Ability, Role, may

LAST_OWNER = "This is the last owner of the team. Make somebody else an owner first, or delete the team."


def why_not_give(mine: str, role: str) -> str:
    """Why somebody of the role `mine` cannot give this role to a person, an invitation or a token."""
    if not may(mine, Ability.ADMINISTER):
        return f"Your role in the team ({mine}) gives no roles. Ask an admin of the team."
    if RANK[Role(role)] > RANK[Role(mine)]:
        return f"The role {role} is above your own ({mine}). Choose one no higher, or ask an owner."
    return ""


def why_not_change(mine: str, theirs: str, wanted: str, owners: int) -> str:
    """Why `mine` cannot turn a member of the role `theirs` into one of the role `wanted`; `owners`: how many the team has."""
    if reason := _why_not_touch(mine, theirs):
        return reason
    if reason := why_not_give(mine, wanted):
        return reason
    if theirs == Role.OWNER and wanted != Role.OWNER and owners <= 1:
        return LAST_OWNER
    return ""


def why_not_remove(mine: str, theirs: str, owners: int) -> str:
    """Why `mine` cannot take a member of the role `theirs` out of the team."""
    if reason := _why_not_touch(mine, theirs):
        return reason
    return why_not_leave(theirs, owners)


def why_not_leave(role: str, owners: int) -> str:
    """Why a member of this role cannot leave."""
    return LAST_OWNER if role == Role.OWNER and owners <= 1 else ""


def roles_to_give(mine: str) -> list[Role]:
    """The roles that `mine` may give, least first."""
    return [role for role in Role if not why_not_give(mine, role)]


def _why_not_touch(mine: str, theirs: str) -> str:
    if not may(mine, Ability.ADMINISTER):
        return f"Your role in the team ({mine}) changes no members. Ask an admin of the team."
    if RANK[Role(theirs)] > RANK[Role(mine)]:
        return f"This member's role ({theirs}) is above your own ({mine}). Ask an owner."
    return ""
